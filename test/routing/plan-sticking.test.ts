import { expect, test } from 'vitest'
import type { RoutingSettings } from '../../src/generation/routing.ts'
import type { Candidate } from '../../src/routing/candidate.ts'
import { unknownHealth } from '../../src/routing/endpoint-health.ts'
import { plan, stuckTo } from '../../src/routing/plan.ts'
import { asking, candidate, modelWith, type Asking } from './endpoints.ts'

const facts = { dollars: 2, price: { cachedPicos: 1 } }
const p = modelWith('p/p', [
  { ...facts, provider: 'a' },
  { ...facts, provider: 'b' },
])
const q = modelWith('q/q', [{ ...facts, provider: 'c' }])
const auto = 'openrouter/auto'
const chosen = [p, q].map((model) => candidate(model, { via: 'auto' }))
const routing = { conversation: { key: 'talk', explicit: true } }

interface Asked extends Asking {
  router?: string
  candidates?: readonly Candidate[]
  settings?: readonly RoutingSettings[]
}

/** The tags in the order of attempts, of a conversation that was served before by the endpoint of this key. */
function orderAfter(
  stickTo: string,
  { router, candidates = [candidate(p), candidate(q)], settings = [], ...ask }: Asked = {},
): string[] {
  const ranking = plan({
    request: asking({ ...ask, routing: { ...routing, ...ask.routing } }),
    selection: { candidates, ...(router !== undefined && { router }) },
    settings,
    health: () => unknownHealth,
    nowMs: 0,
    random: () => 0,
  })
  return stuckTo(ranking, stickTo, () => unknownHealth).ranked.map(({ endpoint }) => endpoint.tag)
}

test('a conversation goes on where its model served it', () => {
  expect(orderAfter('p/p b')).toEqual(['b', 'a', 'c'])
})

test('without fallbacks the one endpoint of its model is the one that served it', () => {
  const alone = { provider: { allowFallbacks: false } }
  expect(orderAfter('p/p x', alone)).toEqual(['a', 'c'])
  expect(orderAfter('p/p b', alone)).toEqual(['b', 'c'])
  expect(orderAfter('p/p b', { provider: { ...alone.provider, sort: { partition: 'none' } } })).toEqual(['b'])
})

test('a fallback model that once stood in does not keep the conversation', () => {
  expect(orderAfter('q/q c')).toEqual(['a', 'b', 'c'])
})

test('of the models that a router chose, the one that served goes on', () => {
  expect(orderAfter('q/q c', { router: auto, candidates: chosen })).toEqual(['c', 'a', 'b'])
})

test('the model that is asked for comes before what a router chose to stand in for it', () => {
  const candidates = [candidate(p), ...chosen.slice(1)]
  expect(orderAfter('q/q c', { router: auto, candidates })).toEqual(['a', 'b', 'c'])
  expect(orderAfter('p/p b', { router: auto, candidates })).toEqual(['b', 'a', 'c'])
})

test('what a router chose comes before the model that once stood in for it', () => {
  const candidates = [...chosen.slice(0, 1), candidate(q)]
  expect(orderAfter('q/q c', { router: auto, candidates })).toEqual(['a', 'b', 'c'])
})

test('an order, a sort or a threshold counts before that, whether the request has it or its account', () => {
  for (const preferences of [
    { order: ['a'] },
    { sort: { by: 'price' } },
    { maxLatency: { p50: 1 } },
  ] as const) {
    expect(orderAfter('p/p b', { provider: preferences })).toEqual(['a', 'b', 'c'])
    expect(orderAfter('p/p b', { settings: [{ preferences }] })).toEqual(['a', 'b', 'c'])
  }
})

test('who asks for priority is not kept at the usual tier', () => {
  const tiered = modelWith('p/p', [
    { ...facts, provider: 'a' },
    { ...facts, provider: 'a', variant: 'priority', tier: 'priority' },
  ])
  const asked = { candidates: [candidate(tiered)], routing: { serviceTier: 'priority' } } as const
  expect(orderAfter('p/p a', asked)).toEqual(['a/priority', 'a'])
  expect(orderAfter('p/p a/priority', asked)).toEqual(['a/priority', 'a'])
})
