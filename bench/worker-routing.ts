import * as z from 'zod'
import { callableModels } from '../src/catalogue/callable.ts'
import type { Env } from '../src/env.ts'
import { limitsOf } from '../src/gateway/limits.ts'
import type { RoutingSettings } from '../src/generation/routing.ts'
import { circuitsOf, withCircuits } from '../src/routing/circuit/circuits.ts'
import type { HealthOf } from '../src/routing/endpoint-health.ts'
import { healthOf, observe } from '../src/routing/health/memory.ts'
import { plan, type PlanInput } from '../src/routing/plan.ts'
import { classify, type PromptFacts } from '../src/routing/routers/classify.ts'
import { selectCandidates } from '../src/routing/select.ts'
import { openaiChatDialect } from '../src/wire/openai-chat/dialect.ts'
import { asking, candidate, modelWith, type Asking } from '../test/routing/endpoints.ts'

// Every Worker of wrangler.toml exports the classes its bindings name.
export { CatalogueKeeper, Health, Ledger } from '../src/index.ts'

/** A piece of work, done so many times; its clock stands still while it computes, so it is timed from outside. */
export const task = z.discriminatedUnion('work', [
  z.object({
    work: z.literal('plan'),
    endpoints: z.int(),
    how: z.enum(['balance', 'filters', 'health anew']),
    times: z.int(),
  }),
  z.object({ work: z.literal('route'), names: z.array(z.array(z.string())), times: z.int() }),
  z.object({ work: z.literal('classify'), text: z.string(), times: z.int() }),
])

export type Task = z.infer<typeof task>

export default {
  /** GET: the names that can be asked for. POST: a task. */
  async fetch(request: Request, env: Env): Promise<Response> {
    if (request.method === 'GET') return Response.json(await askableNames(env))
    const asked = task.parse(await request.json())
    return Response.json(await done(env, asked))
  },
}

async function askableNames(env: Env): Promise<string[]> {
  const writing = (await callableModels(env)).filter(({ model }) => model.outputModalities.includes('text'))
  return writing.map(({ model }) => model.id)
}

/** Something of the last result: a figure that nothing depends on might be of nothing. */
async function done(env: Env, asked: Task): Promise<number> {
  switch (asked.work) {
    case 'plan':
      return await planning(env, asked)
    case 'route':
      return await routing(env, asked)
    case 'classify':
      return classifying(asked)
  }
}

const account: RoutingSettings = { preferences: { ignore: ['nobody'], sort: { by: 'price' } } }
const ownKey: RoutingSettings = { preferences: { maxPrice: { promptPicos: 5_000_000 } } }

/** What a particular client may ask of a provider, all at once. About four of five endpoints pass. */
const particular: Asking = {
  provider: {
    ignore: ['host-0', 'host-5'],
    requireParameters: true,
    dataCollection: 'deny',
    zdr: true,
    quantizations: ['fp8', 'bf16'],
    minThroughput: { p50: 20 },
    maxLatency: { p50: 1, p90: 3 },
    maxPrice: { promptPicos: 850_000, completionPicos: 850_000 },
  },
  routing: { parameters: ['temperature', 'tools', 'response_format'] },
}

async function planning(
  env: Env,
  { endpoints, how, times }: Extract<Task, { work: 'plan' }>,
): Promise<number> {
  const selection = { candidates: [candidate(await observed(env, endpoints))] }
  const startedMs = Date.now()
  const input = (nowMs: number): PlanInput => ({
    request: asking(how === 'filters' ? particular : {}),
    selection,
    settings: how === 'filters' ? [account, ownKey] : [],
    health: healthAt(env, nowMs),
    nowMs,
    random: Math.random,
  })
  let ranked = 0
  for (let count = 0; count < times; count++) {
    // The figures of an endpoint are computed once a second; here for each plan.
    const laterMs = how === 'health anew' ? (count % 2) * 10_000 : 0
    ranked = plan(input(startedMs + laterMs)).ranked.length
  }
  return ranked
}

function healthAt(env: Env, nowMs: number): HealthOf {
  return withCircuits(healthOf(env, nowMs), circuitsOf(env, limitsOf(env)), nowMs)
}

type Made = ReturnType<typeof modelWith>
const modelsCache = new Map<number, Made>()

/** A model with so many endpoints that did well so far, as a busy isolate knows them. */
async function observed(env: Env, endpoints: number): Promise<Made> {
  const known = modelsCache.get(endpoints)
  if (known) return known
  const facts = Array.from({ length: endpoints }, (_, index) => ({
    provider: `host-${index + (endpoints === 1 ? 1 : 0)}`,
    dollars: 0.1 + ((index * 7) % 10) / 10,
    quantization: index % 2 === 0 ? 'fp8' : 'bf16',
    supportedParameters: ['max_tokens', 'temperature', 'tools', 'tool_choice', 'response_format'],
  }))
  const model = modelWith(`bench/of-${endpoints}`, facts)
  const circuits = circuitsOf(env, limitsOf(env))
  for (const endpoint of model.endpoints) {
    for (let count = 0; count < 100; count++) {
      const latencyMs = 200 + ((count * 37) % 900)
      const atMs = Date.now()
      circuits.begin(endpoint, { isRetry: false, whole: false }, atMs).ended('success', atMs + latencyMs)
      await observe(env, { endpoint, atMs, outcome: 'success', latencyMs, throughput: 40 + (count % 60) })
    }
  }
  modelsCache.set(endpoints, model)
  return model
}

/** From names to an ordered list, as each request goes; the names take turns. */
async function routing(env: Env, { names, times }: Extract<Task, { work: 'route' }>): Promise<number> {
  const nowMs = Date.now()
  const health = healthAt(env, nowMs)
  const messages = [{ role: 'user', content: 'Write a function that merges two sorted lists. '.repeat(10) }]
  const requests = names.map((models) =>
    openaiChatDialect.decodeRequest({ model: models[0] ?? '', models, messages }, new Headers()),
  )
  let ranked = 0
  for (let count = 0; count < times; count++) {
    const request = requests[count % requests.length]
    if (!request) throw new Error('There are no names to route.')
    const selection = await selectCandidates(env, request, [], Math.random)
    ranked = plan({ request, selection, settings: [], health, nowMs, random: Math.random }).ranked.length
  }
  return ranked
}

function classifying({ text, times }: Extract<Task, { work: 'classify' }>): number {
  const facts: PromptFacts = { text, promptTokens: text.length / 4, tools: false, media: false }
  let tiers = 0
  for (let count = 0; count < times; count++) tiers += classify(facts).tier
  return tiers
}
