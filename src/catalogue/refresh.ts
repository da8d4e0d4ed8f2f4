import { addEndpoints, assemble, unpriced, usualPrompt } from './assemble.ts'
import { Registry } from './canonical.ts'
import { withHourOfCache } from './hour-of-cache.ts'
import type { Row } from './row.ts'
import type { SeedEndpoint, SeedModel, SeedPrice } from './seed.ts'

/** What an endpoint costs from now on; null: it is gone. */
export interface PriceChange {
  model: string
  provider: string
  upstream: string
  price: SeedPrice | null
}

export interface Counts {
  rows: number
  added: number
  removed: number
  changed: number
  /** Prices that were not believed: the old ones stay. */
  refused: number
  /** New hosts whose price is far from what the model's others ask: they are not called until somebody says what it is. */
  held: number
}

export interface Refreshed {
  models: SeedModel[]
  changes: PriceChange[]
  counts: Counts
}

/** A list that lost so much is broken, whatever it says. */
const rowsLostMax = 0.2
/** A price that moves further in one step is a slip of a decimal point. */
const factorMax = 5
/** Of all prices; more that cannot be believed, and none is. */
const refusedMax = 0.05

/**
 * The models as a list has them now. Pure. What the list does not have stays as it was, what it cannot mean too;
 * `undefined` with a reason where the list as a whole cannot be believed.
 */
export function refresh(
  models: readonly SeedModel[],
  rows: readonly Row[],
  rowsBefore: number,
  today: string,
): Refreshed | { refusal: string } {
  if (rows.length < rowsBefore * (1 - rowsLostMax)) {
    return { refusal: `The list has ${rows.length} rows, and had ${rowsBefore}.` }
  }
  const byKey = new Map(rows.map((row) => [keyOf(row.provider, row.upstream), row]))
  const changes: PriceChange[] = []
  const counts: Counts = { rows: rows.length, added: 0, removed: 0, changed: 0, refused: 0, held: 0 }
  const seen = new Set<string>()
  const kept = models.flatMap((model) => {
    const endpoints = model.endpoints.flatMap((endpoint) => {
      const key = keyOf(endpoint.provider, endpoint.model)
      seen.add(key)
      const step = stepOf(endpoint, byKey.get(key), usualPrompt(model.endpoints))
      if (step.kind !== 'same') counts[step.kind] += 1
      if (step.kind === 'changed' || step.kind === 'removed')
        changes.push(changeOf(model.id, endpoint, step.endpoint))
      return step.endpoint ?? []
    })
    return endpoints.length > 0 ? [{ ...model, endpoints }] : []
  })
  if (counts.refused > rows.length * refusedMax) {
    return { refusal: `${counts.refused} of ${rows.length} prices moved further than they do.` }
  }
  const fresh = rows.filter(
    (row) => row.price && !row.deprecated && !seen.has(keyOf(row.provider, row.upstream)),
  )
  const all = withNew(kept, fresh, today, (model, endpoint) => {
    counts[endpoint.prompt === undefined ? 'held' : 'added'] += 1
    changes.push(changeOf(model, endpoint, endpoint))
  })
  return { models: all, changes, counts }
}

type Step =
  | { kind: 'same' | 'changed' | 'refused'; endpoint: SeedEndpoint }
  | { kind: 'removed'; endpoint: undefined }

/**
 * What becomes of an endpoint. Where a zero is meant, as of what is free or only reads, there is no price to follow; one
 * with a peak, and a fast one, has prices that the list lacks.
 */
function stepOf(endpoint: SeedEndpoint, row: Row | undefined, usual: number): Step {
  const isOfList = endpoint.source === 'models.dev'
  if (endpoint.completion === '0' || endpoint.offPeak || endpoint.quirks?.fast)
    return { kind: 'same', endpoint }
  if (!row || row.deprecated)
    return isOfList ? { kind: 'removed', endpoint: undefined } : { kind: 'same', endpoint }
  const { price } = row
  if (!price) return { kind: endpoint.prompt === undefined ? 'same' : 'refused', endpoint }
  if (isSame(endpoint, price)) return { kind: 'same', endpoint }
  if (endpoint.prompt === undefined || endpoint.completion === undefined) {
    if (!isUsual(price, usual)) return { kind: 'refused', endpoint }
    return { kind: 'changed', endpoint: repriced(endpoint, price) }
  }
  return isBelievable(endpoint, price)
    ? { kind: 'changed', endpoint: repriced(endpoint, price) }
    : { kind: 'refused', endpoint }
}

/** Of what both tell. Prices that the list has no word for are no difference. */
function isSame(endpoint: SeedEndpoint, price: SeedPrice): boolean {
  return (
    endpoint.prompt === price.prompt &&
    endpoint.completion === price.completion &&
    (price.cached === undefined || price.cached === endpoint.cached) &&
    (price.cacheWrite === undefined || price.cacheWrite === endpoint.cacheWrite) &&
    hasSameTiers(endpoint, price)
  )
}

/** A list that tells of no tiers may lack the word; what only it knew, it takes back. */
function hasSameTiers({ tiers = [], source }: SeedEndpoint, { tiers: told }: SeedPrice): boolean {
  if (!told) return tiers.length === 0 || source !== 'models.dev'
  if (told.length !== tiers.length) return false
  return told.every((tier) => {
    const known = tiers.find(({ above }) => above === tier.above)
    return known !== undefined && followed.every((name) => (tier[name] ?? known[name]) === known[name])
  })
}

/** Near what the model's other hosts ask for a prompt; where nobody else is known, all is. */
function isUsual({ prompt }: SeedPrice, usual: number): boolean {
  return usual === 0 || isNear(String(usual), prompt)
}

/** Each price is near the one before; that of a long prompt, which may be new, near that of a short one. */
function isBelievable(before: SeedPrice, after: SeedPrice): boolean {
  const steps = (after.tiers ?? []).map((tier) => ({
    from: before.tiers?.find(({ above }) => above === tier.above) ?? after,
    to: tier,
  }))
  return [{ from: before, to: after }, ...steps].every(({ from, to }) =>
    followed.every((name) => isNear(from[name], to[name])),
  )
}

const followed = ['prompt', 'completion', 'cached', 'cacheWrite'] as const

/** A price that comes or goes has not moved. */
function isNear(before: string | undefined, after: string | undefined): boolean {
  if (before === undefined || after === undefined) return true
  const [from, to] = [Number(before), Number(after)]
  return from === 0 ? false : to >= from / factorMax && to <= from * factorMax
}

/**
 * The list's prices; of the old ones what the list has no word for, but for tiers of prices that are no more. Of
 * service tiers the factors hold on, and prices do not.
 */
function repriced(endpoint: SeedEndpoint, price: SeedPrice): SeedEndpoint {
  const { tiers: _, cached: __, cacheWrite: ___, cacheWriteLong: ____, serviceTiers = {}, ...rest } = endpoint
  const factors = Object.entries(serviceTiers).filter(([, each]) => typeof each === 'string')
  return withHourOfCache({
    ...rest,
    ...(factors.length > 0 && { serviceTiers: Object.fromEntries(factors) }),
    ...price,
    source: 'models.dev',
  })
}

function changeOf(model: string, endpoint: SeedEndpoint, after: SeedEndpoint | undefined): PriceChange {
  const { provider, model: upstream } = endpoint
  if (!after) return { model, provider, upstream, price: null }
  const { prompt, completion, cached, cacheWrite, tiers } = after
  return { model, provider, upstream, price: { prompt, completion, cached, cacheWrite, tiers } }
}

/** New rows as endpoints of known models, or as models of their own. */
function withNew(
  models: readonly SeedModel[],
  rows: readonly Row[],
  today: string,
  tell: (model: string, endpoint: SeedEndpoint) => void,
): SeedModel[] {
  const nobody = { name: () => undefined, huggingFace: () => undefined }
  const paid = models.map(({ id }) => id).filter((id) => !id.endsWith(':free'))
  const all = new Map(models.map((model) => [model.id, model]))
  for (const found of assemble(rows, new Registry(paid), nobody, today)) {
    const known = all.get(found.id)
    const there = known?.endpoints ?? []
    const usual = usualPrompt(there)
    const believed = found.endpoints.map((each) => (isUsual(each, usual) ? each : unpriced(each)))
    const endpoints = addEndpoints(there, believed)
    for (const endpoint of endpoints.slice(there.length)) tell(found.id, endpoint)
    const context = Math.max(...endpoints.map((endpoint) => endpoint.context))
    all.set(found.id, { ...(known ?? found), context, endpoints })
  }
  return [...all.values()].toSorted((left, right) => (left.id < right.id ? -1 : 1))
}

function keyOf(provider: string, upstream: string): string {
  return `${provider} ${upstream.toLowerCase()}`
}
