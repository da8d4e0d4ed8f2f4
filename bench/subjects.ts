import { spawn } from 'node:child_process'
import { once } from 'node:events'
import * as z from 'zod'
import { startGateway, type RunningGateway } from '../test/support/harness.ts'
import { workerdIds } from './cpu.ts'

/** A Worker under measurement, in a workerd of its own. */
export interface Subject {
  gateway: RunningGateway
  /** Where its completions are. */
  url: string
  /** The process whose CPU time is its; undefined where that cannot be told. */
  processId: number | undefined
}

export interface Upstream {
  /** Of the provider that answers, of one that says 503 at once, and of one that resets the connection instead. */
  baseUrl: string
  failingUrl: string
  resettingUrl: string
  /** How many requests came, whatever became of them. */
  callsTotal: () => Promise<number>
  stop: () => void
}

/** The provider, in a process of its own. */
export async function startUpstream(): Promise<Upstream> {
  const child = spawn(process.execPath, ['bench/upstream.ts'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [port] = await once(child.stdout, 'data')
  const origin = `http://127.0.0.1:${String(port).trim()}`
  return {
    baseUrl: `${origin}/v1`,
    failingUrl: `${origin}/503`,
    resettingUrl: `${origin}/reset`,
    callsTotal: async () => z.number().parse(await (await fetch(`${origin}/calls`)).json()),
    stop: () => void child.kill(),
  }
}

export async function startSubject(
  entry: string,
  upstream: Upstream,
  variables: Record<string, string> = {},
): Promise<Subject> {
  const before = new Set(workerdIds())
  const gateway = await startGateway({
    entry,
    variables: { OPENAI_API_KEY: 'sk-upstream', OPENAI_BASE_URL: upstream.baseUrl, ...variables },
  })
  return {
    gateway,
    url: `${gateway.url}/api/v1/chat/completions`,
    processId: workerdIds().find((id) => !before.has(id)),
  }
}

const created = z.object({ key: z.string() })

/** Enough that no measurement ends in a 402. */
const credit = { amount: 100_000, kind: 'grant' }

/** The default account's key, with credit behind it. */
export async function fundDefaultAccount({ manage, keys }: RunningGateway): Promise<string> {
  await manage('/credits', { ...credit, reference: 'bench' })
  return keys.inference
}

/** Keys of so many accounts of their own. */
export async function makeAccounts({ manage }: RunningGateway, count: number): Promise<string[]> {
  const keys: string[] = []
  for (let index = 0; index < count; index++) {
    const account = `bench ${index}`
    await manage('/accounts', { name: account })
    await manage('/credits', { ...credit, account, reference: 'bench' })
    keys.push(created.parse(await manage('/keys', { name: account, account })).key)
  }
  return keys
}
