import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import * as z from 'zod'
import { cpuMs } from './cpu.ts'
import { startSubject, type Upstream } from './subjects.ts'

/** What one refresh of the catalogue costs, fetching the list included. */
export interface Refreshing {
  megabytes: number
  /** Absent where it cannot be measured. */
  cpuMs: number | undefined
  result: string
}

const listBytes = 4_300_000
const refreshes = 10

const list = z.record(z.string(), z.unknown())

/** Refreshes from a list as long as that of models.dev: the rows of our hosts, and copies of them at hosts of others. */
export async function measureRefreshing(upstream: Upstream): Promise<Refreshing> {
  const text = await longList()
  const { server, url } = await serve(text)
  const subject = await startSubject('bench/worker-refresh.ts', upstream)
  try {
    const refresh = async () => await (await fetch(subject.gateway.url, { method: 'POST', body: url })).text()
    // The first writes what has changed since the snapshot; those after it find nothing new, and look all the same.
    const result = await refresh()
    const { processId } = subject
    const startedMs = processId === undefined ? 0 : cpuMs(processId)
    for (let count = 0; count < refreshes; count++) await refresh()
    const usedMs = processId === undefined ? undefined : (cpuMs(processId) - startedMs) / refreshes
    return { megabytes: text.length / 1e6, cpuMs: usedMs, result }
  } finally {
    await subject.gateway.stop()
    server.close()
  }
}

async function longList(): Promise<string> {
  const kept = list.parse(JSON.parse(await readFile(join('scripts', 'catalogue', 'models-dev.json'), 'utf8')))
  // Of OpenRouter the committed list has names alone, which would be 260 prices gone.
  const ours = Object.fromEntries(Object.entries(kept).filter(([host]) => host !== 'openrouter'))
  const bytes = JSON.stringify(ours).length
  const copies = Math.floor(listBytes / bytes) - 1
  const others = Array.from({ length: copies }, (_, index) =>
    Object.fromEntries(Object.entries(ours).map(([name, host]) => [`${name}-${index}`, host])),
  )
  return JSON.stringify(Object.assign({}, ours, ...others))
}

async function serve(text: string): Promise<{ server: Server; url: string }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The list has no port')
  return { server, url: `http://127.0.0.1:${address.port}/` }
}
