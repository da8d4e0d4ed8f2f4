import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { rootKeys } from '../../src/base/key-text.ts'
import { masterKey, writeEnvFile } from '../../scripts/secrets.ts'
import { welcome } from '../../scripts/welcome.ts'
import { migrate, ready, serve } from '../../scripts/wrangler.ts'
import { freePort } from '../support/free-port.ts'
import type { Step } from '../support/upstream-script.ts'
import { startUpstream } from '../support/upstream.ts'

declare module 'vitest' {
  interface ProvidedContext {
    gateway: {
      /** What `wrangler dev` serves: `http://localhost:40123`. */
      origin: string
      keys: { inference: string; management: string }
      /** Where the upstream tells what it saw, as a provider that sends on and on and as one that falls silent. */
      logs: { talking: string; silent: string }
    }
  }
}

const chunk = {
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_767_225_600,
  model: 'upstream-model',
  choices: [{ index: 0, delta: { content: 'word ' }, finish_reason: null }],
}
const text = `data: ${JSON.stringify(chunk)}\n\n`
const head: Step = {
  do: 'head',
  status: 200,
  headers: { 'content-type': 'text/event-stream' },
  chunked: true,
}

/** One gateway for all clients, served by `wrangler dev` as `npm run dev` does, with short keep-alives. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-clients-'))
  const upstream = await startUpstream()
  const talking = await play(upstream.url, [head, { do: 'repeat', text, everyMs: 50 }])
  const silent = await play(upstream.url, [head, { do: 'send', text }, { do: 'silence' }])
  const secret = masterKey(folder)
  const envFile = writeEnvFile(folder, {
    MASTER_KEY: secret,
    SIMULATOR: 'on',
    LIMITS: JSON.stringify({ keepAliveMs: 300 }),
    OPENAI_API_KEY: 'key-of-the-operator',
    OPENAI_BASE_URL: talking.baseUrl,
    DEEPSEEK_API_KEY: 'key-of-the-operator',
    DEEPSEEK_BASE_URL: silent.baseUrl,
  })
  const migrated = await migrate(folder)
  if (!migrated.ok) throw new Error(migrated.output)
  const port = await freePort()
  const server = serve(port, envFile, folder)
  const origin = `http://localhost:${port}`
  const keys = await rootKeys(secret)
  const stop = async () => {
    server.kill('SIGTERM')
    if (server.exitCode === null) await once(server, 'exit')
    await upstream.close()
    rmSync(folder, { recursive: true, maxRetries: 5 })
  }
  try {
    if (!(await ready(origin))) throw new Error('the gateway did not start')
    await welcome({ origin, keys })
  } catch (error) {
    await stop()
    throw error
  }
  project.provide('gateway', { origin, keys, logs: { talking: talking.log, silent: silent.log } })
  return stop
}

async function play(url: string, steps: Step[]): Promise<{ baseUrl: string; log: string }> {
  const response = await fetch(`${url}/_scripts`, {
    method: 'POST',
    body: JSON.stringify({ attempts: [steps] }),
  })
  const { id, baseUrl } = JSON.parse(await response.text())
  return { baseUrl, log: `${url}/_log/${id}` }
}
