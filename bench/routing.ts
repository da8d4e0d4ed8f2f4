import * as z from 'zod'
import { needed, providers } from '../src/providers/table.ts'
import { cpuMs } from './cpu.ts'
import { startSubject, type Subject, type Upstream } from './subjects.ts'
import type { Task } from './worker-routing.ts'

/** CPU of deciding who is asked, in a warm isolate, in milliseconds; NaN where it cannot be told. */
export interface Routing {
  models: number
  plans: { endpoints: number; balanceMs: number; filtersMs: number; anewMs: number }[]
  /** From a name to an ordered list: a few names again and again, every name in turn, three names at once. */
  fewNamesMs: number
  allNamesMs: number
  threeNamesMs: number
  classifyShortMs: number
  classifyLongMs: number
  /** The auto router as a whole, and the plan for what it chose. */
  autoMs: number
}

const endpointCounts = [1, 10, 100]
const fewNames = 50
const enoughMs = 300
const timesMax = 1_000_000

const shortPrompt = 'What is the capital of Mongolia?'
const longPrompt = (
  'Refactor the billing service into an event-sourced design without downtime: explain every migration step, the ' +
  'trade-offs and invariants, how idempotent consumers are tested, and compare the throughput of both designs. '
).repeat(100)

export async function measureRouting(upstream: Upstream): Promise<Routing> {
  const subject = await startSubject('bench/worker-routing.ts', upstream, allProviders())
  try {
    const ids = z.array(z.string()).parse(await (await fetch(subject.gateway.url)).json())
    const plans: Routing['plans'] = []
    for (const endpoints of endpointCounts) {
      const of = async (how: 'balance' | 'filters' | 'health anew') =>
        await cpuOf(subject, { work: 'plan', endpoints, how })
      plans.push({
        endpoints,
        balanceMs: await of('balance'),
        filtersMs: await of('filters'),
        anewMs: await of('health anew'),
      })
    }
    const route = async (names: string[][]) => await cpuOf(subject, { work: 'route', names })
    const few = ids.filter((_, index) => index % Math.ceil(ids.length / fewNames) === 0)
    return {
      models: ids.length,
      plans,
      fewNamesMs: await route(few.map((id) => [id])),
      allNamesMs: await route(ids.map((id) => [id])),
      threeNamesMs: await route(
        few.map((id, index) => [id, few.at(index - 1) ?? id, few.at(index - 2) ?? id]),
      ),
      classifyShortMs: await cpuOf(subject, { work: 'classify', text: shortPrompt }),
      classifyLongMs: await cpuOf(subject, { work: 'classify', text: longPrompt }),
      autoMs: await route([['openrouter/auto']]),
    }
  } finally {
    await subject.gateway.stop()
  }
}

type Untimed<T> = T extends Task ? Omit<T, 'times'> : never

/** Four times as often until it takes long enough to be told from nothing; what came before has warmed it up. */
async function cpuOf({ gateway, processId }: Subject, work: Untimed<Task>): Promise<number> {
  for (let times = 50; ; times *= 4) {
    const before = processId === undefined ? Number.NaN : cpuMs(processId)
    const response = await fetch(gateway.url, { method: 'POST', body: JSON.stringify({ ...work, times }) })
    if (!response.ok) throw new Error(`${work.work} answered ${response.status}: ${await response.text()}`)
    await response.text()
    const used = processId === undefined ? Number.NaN : cpuMs(processId) - before
    if (!(used < enoughMs) || times > timesMax) return used / times
  }
}

/** Every provider that a variable makes live: as many endpoints as a gateway can have. */
function allProviders(): Record<string, string> {
  const names = providers.filter(({ transport }) => !transport).flatMap((provider) => needed(provider))
  return Object.fromEntries(
    names.map((name) => [name, name.endsWith('_URL') ? 'http://127.0.0.1:2/v1' : 'bench']),
  )
}
