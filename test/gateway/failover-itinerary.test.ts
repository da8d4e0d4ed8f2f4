import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import type { Endpoint } from '../../src/catalogue/model.ts'
import { Itinerary } from '../../src/gateway/itinerary.ts'
import { limitsOf } from '../../src/gateway/limits.ts'
import { Circuits } from '../../src/routing/circuit/circuits.ts'
import { modelWith } from '../routing/endpoints.ts'

const models = ['p', 'q', 'r'].map((id) =>
  modelWith(
    id,
    ['a', 'b', 'c'].map((provider) => ({ provider: id + provider, dollars: 1 })),
  ),
)
const all = models.flatMap(({ endpoints }) => endpoints)

/** What may become of an attempt: another might do better, the request is at fault, it was not asked, nobody answered. */
const kinds = ['failed', 'unfit', 'not_translated', 'connection_failed'] as const
const faults = fc.array(fc.constantFrom(...kinds), { minLength: 12, maxLength: 12 })

const errorOf = (kind: (typeof kinds)[number]): GatewayError =>
  new GatewayError('provider_unavailable', 'no', {
    upstream: { status: null, failOver: kind !== 'unfit', code: kind },
  })

const planOf = (endpoints: readonly Endpoint[]) => ({ endpoints, ranking: { panics: false } })

async function journey(
  endpoints: readonly Endpoint[],
  kindsInTurn: readonly (typeof kinds)[number][],
): Promise<{ endpoint: Endpoint; kind: (typeof kinds)[number] }[]> {
  const limits = { ...limitsOf({}), repeatDelayMs: 0 }
  const itinerary = new Itinerary(
    { plan: planOf(endpoints), limits },
    new Circuits(limits, () => 0.5),
    () => 0,
  )
  const visited = []
  for (const kind of kindsInTurn) {
    // Each is asked after the one before has failed.
    const endpoint = await itinerary.next(0)
    if (!endpoint) break
    visited.push({ endpoint, kind })
    itinerary.failed(endpoint, errorOf(kind))
  }
  return visited
}

test('P11: whatever fails how, at most three are asked, in the order of the plan, and none that was found unfit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(all, { minLength: 1 }), faults, async (plan, kindsInTurn) => {
      const visited = await journey(plan, kindsInTurn)
      const asked = visited.filter(({ kind }) => kind !== 'not_translated')
      expect(asked.length).toBeLessThanOrEqual(3)
      const places = visited.map(({ endpoint }) => plan.indexOf(endpoint))
      const repeats = places.filter((place, index) => index > 0 && place <= (places[index - 1] ?? -1))
      // Only the last one may be asked once more, after a connection that broke before any answer.
      expect(repeats.length).toBeLessThanOrEqual(1)
      const repeated = visited.filter(({ endpoint }, index) => visited[index + 1]?.endpoint === endpoint)
      expect(repeated.every(({ kind }) => kind === 'connection_failed')).toBe(true)
      const askedInVain = visited.filter(({ endpoint: { model } }, index) =>
        visited.slice(0, index).some(({ endpoint, kind }) => kind === 'unfit' && endpoint.model === model),
      )
      expect(askedInVain).toEqual([])
    }),
    { numRuns: 500 },
  )
})

async function tags(count: number): Promise<string[]> {
  const plan = models.slice(0, count).flatMap(({ endpoints }) => endpoints)
  return (await journey(plan, Array<'failed'>(12).fill('failed'))).map(({ endpoint }) => endpoint.tag)
}

test('of three models each keeps an attempt, of two the first has two', async () => {
  expect(await tags(1)).toEqual(['pa', 'pb', 'pc'])
  expect(await tags(2)).toEqual(['pa', 'pb', 'qa'])
  expect(await tags(3)).toEqual(['pa', 'qa', 'ra'])
})

test('a prompt too long for one endpoint goes to those of the model that take more', async () => {
  const { endpoints } = modelWith('m/m', [
    { provider: 'a', dollars: 1, contextLength: 32_000 },
    { provider: 'b', dollars: 2, contextLength: 32_000 },
    { provider: 'c', dollars: 3, contextLength: 128_000 },
  ])
  const limits = limitsOf({})
  const itinerary = new Itinerary(
    { plan: planOf(endpoints), limits },
    new Circuits(limits, () => 0.5),
    () => 0,
  )
  const tooLong = new GatewayError('context_length_exceeded', 'no', {
    upstream: { status: 400, failOver: false },
  })
  const visited = []
  for (let endpoint = await itinerary.next(0); endpoint; endpoint = await itinerary.next(0)) {
    visited.push(endpoint.tag)
    itinerary.failed(endpoint, tooLong)
  }
  expect(visited).toEqual(['a', 'c'])
})

test('who cannot be asked costs no attempt', async () => {
  const visited = await journey(all.slice(0, 6), [
    'not_translated',
    'not_translated',
    'failed',
    'failed',
    'failed',
  ])
  expect(visited.map(({ endpoint }) => endpoint.tag)).toEqual(['pa', 'pb', 'pc', 'qa', 'qb'])
})

test('who is being tried by another request is asked last, and asked all the same', async () => {
  const { endpoints } = modelWith('m/m', [
    { provider: 'a', dollars: 1 },
    { provider: 'b', dollars: 2 },
  ])
  const limits = limitsOf({})
  const circuits = new Circuits(limits, () => 0.5)
  const [a] = endpoints
  if (!a) throw new Error('the model has its endpoints')
  circuits.begin(a, { isRetry: false, whole: false }, 0).ended('silent', 0)
  circuits.begin(a, { isRetry: false, whole: false }, limits.ejectionMs)
  const itinerary = new Itinerary({ plan: planOf(endpoints), limits }, circuits, () => 0)
  const visited = []
  for (let count = 0; count < 3; count++) {
    // Each is asked after the one before has failed.
    const endpoint = await itinerary.next(limits.ejectionMs)
    visited.push(endpoint?.tag)
    if (endpoint) itinerary.failed(endpoint, errorOf('failed'))
  }
  expect(visited).toEqual(['b', 'a', undefined])
})

test('who is being tried by another request comes after the others of its model, and before the next model', async () => {
  const plan = all.slice(0, 6)
  const limits = { ...limitsOf({}), attemptsMax: 6 }
  const circuits = new Circuits(limits, () => 0.5)
  for (const endpoint of plan.filter(({ tag }) => tag === 'pa' || tag === 'qb')) {
    circuits.begin(endpoint, { isRetry: false, whole: false }, 0).ended('silent', 0)
    circuits.begin(endpoint, { isRetry: false, whole: false }, limits.ejectionMs)
  }
  const itinerary = new Itinerary({ plan: planOf(plan), limits }, circuits, () => 0)
  const visited = []
  for (let count = 0; count < 6; count++) {
    // Each is asked after the one before has failed.
    const endpoint = await itinerary.next(limits.ejectionMs)
    visited.push(endpoint?.tag)
    if (endpoint) itinerary.failed(endpoint, errorOf('failed'))
  }
  expect(visited).toEqual(['pb', 'pc', 'pa', 'qa', 'qc', 'qb'])
})
