import { exec } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { surroundings } from '../../scripts/surroundings.ts'
import { snippets } from '../console/page-text.ts'
import { keys, origin } from './gateway.ts'

const shown = snippets(await (await fetch(origin)).text())
const env = { ...surroundings(process.env), SWITCHYARD_API_KEY: keys.inference }

/** What the simulator answers to the snippets. */
const echo = 'The simulator has no model behind it. You said: Hello'

test('the files of the page are served with their types, and with headers that let nothing into them', async () => {
  for (const [path, type] of [
    ['/console/page.css', 'text/css; charset=utf-8'],
    ['/console/page.js', 'text/javascript; charset=utf-8'],
    ['/console/mark.svg', 'image/svg+xml'],
  ] as const) {
    const { status, headers } = await fetch(origin + path)
    expect([path, status, headers.get('content-type')]).toEqual([path, 200, type])
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('public, max-age=0, must-revalidate')
  }
})

test('the curl line of the page, pasted into a shell, is answered', async () => {
  const { stdout } = await promisify(exec)(`${shown.get('curl-1')} --silent`, { env })
  expect(JSON.parse(stdout).choices[0].message.content).toBe(echo)
})

test('the TypeScript of the page runs as it is, and is answered', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-snippet-'))
  symlinkSync(join(import.meta.dirname, 'node_modules'), join(folder, 'node_modules'), 'junction')
  writeFileSync(join(folder, 'hello.mts'), shown.get('openai-typescript-2') ?? '')
  const { stdout } = await promisify(exec)(`"${process.execPath}" hello.mts`, { cwd: folder, env })
  rmSync(folder, { recursive: true })
  expect(stdout).toBe(`${echo}\n`)
})
