import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { root, run } from '../../scripts/run.ts'
import { copyProject, removeProject } from './project.ts'

const folder = copyProject(
  ['.oxfmtrc.json', '.oxlintrc.json', 'package.json', 'public', 'schema.sql', 'scripts', 'src'].concat(
    ['test/env.d.ts', 'test/support', 'tsconfig.json', 'vitest.config.ts', 'wrangler.toml'],
    ['package.json', 'package-lock.json', 'tsconfig.json'].map((name) => `test/clients/${name}`),
  ),
)
symlinkSync(join(root, 'test/clients/node_modules'), join(folder, 'test/clients/node_modules'), 'junction')
afterAll(() => removeProject(folder))

const secret = 'key-of-a-person'

/** Fails where a variable of the person who runs the tests gets in, in either project. */
const blind = `
import { expect, test } from 'vitest'
test('sees no key of a person', async () => {
  const { env } = await import('cloudflare:workers').catch(() => ({ env: {} }))
  const seen = JSON.stringify([{ ...process.env }, Object.values(env).filter((value) => typeof value === 'string')])
  expect(seen).not.toContain('${secret}')
})
`

test('counts what passes and what fails in its last line, and shows no test the variables of a person', async () => {
  const write = (path: string, text: string) => writeFileSync(join(folder, path), text)
  for (const name of ['.dev.vars', '.env']) write(name, `OPENAI_API_KEY=${secret}\n`)
  write('test/probe.test.ts', blind)
  write('test/probe.node.test.ts', blind)
  write('test/probe-fails.node.test.ts', `import { test } from 'vitest'\ntest('fails', () => { throw 1 })\n`)
  write('test/probe-does-not-load.node.test.ts', `import './nothing.ts'\n`)
  write('test/clients/wrong.ts', `export const wrong: string = 1\n`)

  const { ok, output } = await run(join(folder, 'scripts', 'check.ts'), ['test/probe'], {
    cwd: folder,
    env: { OPENAI_API_KEY: secret, CLOUDFLARE_INCLUDE_PROCESS_ENV: 'true' },
  })
  const failedSteps = [...output.matchAll(/^✗ (.*) \(/gm)].map((match) => match[1])
  expect(failedSteps).toContain('types of the client tests')
  expect(output.trimEnd().split('\n').at(-1)).toBe(`2 passed, ${2 + failedSteps.length} failed`)
  expect(ok).toBe(false)
}, 120_000)
