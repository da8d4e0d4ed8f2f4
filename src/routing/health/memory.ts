import { secondMs } from '../../base/time.ts'
import type { Env } from '../../env.ts'
import { endpointKey, unknownHealth, type EndpointHealth, type HealthOf } from '../endpoint-health.ts'
import { agesForRouting, kept, merge, tally, type Board } from './board.ts'
import { isCredentialRefused } from './credentials.ts'
import { healthFrom } from './figures.ts'
import type { Observation } from './observation.ts'

/** How often the object of a model is told, and how old its view may be when the model is planned. */
const everyMs = 2 * secondMs
const freshMs = 10 * secondMs
/** How long it may take. Nobody waits for it, but the request it belongs to does not end before it. */
const patienceMs = 2 * secondMs
const modelsMax = 500

/** What this isolate knows of one model. */
interface Known {
  /** What all isolates saw, as the object said last, and what this one saw since. */
  board: Board
  /** What the object has not been told. */
  untold: Board
  askedAtMs: number
  /** Computed from the board, each when it is first asked for. */
  healths: Map<string, { atMs: number; health: Omit<EndpointHealth, 'ejected' | 'cooling'> }>
}

/** By the id of a model, the one used longest ago first. */
const modelsCache = new Map<string, Known>()
const computedForMs = secondMs

/** The health of endpoints as this isolate knows it: from memory, at once. */
export function healthOf(nowMs: number): HealthOf {
  return (endpoint) => {
    const { id } = endpoint.model
    const known = modelsCache.get(id)
    const key = endpointKey(endpoint)
    const ejected = isCredentialRefused(endpoint.provider, nowMs)
    const stretches = known?.board[key]
    if (!known || !stretches) return ejected ? { ...unknownHealth, ejected } : unknownHealth
    let computed = known.healths.get(key)
    if (!computed || Math.abs(nowMs - computed.atMs) >= computedForMs) {
      computed = { atMs: nowMs, health: healthFrom(stretches, nowMs) }
      known.healths.set(key, computed)
    }
    return { ...computed.health, ejected, cooling: false }
  }
}

/**
 * Takes in what became of an attempt. What it returns is for `waitUntil`: the model's object is told, every two seconds
 * at most, and by the next request what it was not told in between. It never rejects.
 */
export async function observe(env: Env, observation: Observation): Promise<void> {
  const { endpoint, atMs } = observation
  const known = knownOf(endpoint.model.id)
  tally(known.board, observation)
  tally(known.untold, observation)
  known.healths.delete(endpointKey(endpoint))
  await exchange(env, endpoint.model.id, { atMs, everyMs })
}

/** Fetches what other isolates saw of a model that is about to be planned. For `waitUntil`; it never rejects. */
export async function refresh(env: Env, modelId: string, nowMs: number): Promise<void> {
  await exchange(env, modelId, { atMs: nowMs, everyMs: freshMs })
}

async function exchange(
  env: Env,
  modelId: string,
  { atMs, everyMs: intervalMs }: { atMs: number; everyMs: number },
): Promise<void> {
  const known = knownOf(modelId)
  if (Math.abs(atMs - known.askedAtMs) < intervalMs) return
  known.askedAtMs = atMs
  const { untold } = known
  known.untold = {}
  known.healths.clear()
  try {
    const view = await inTime(object(env, modelId)?.exchange(untold), patienceMs)
    known.board = merge(view ?? kept(known.board, atMs, agesForRouting), known.untold)
  } catch (error) {
    // Nothing depends on it. It will be told with what comes next.
    known.board = kept(known.board, atMs, agesForRouting)
    known.untold = kept(merge(untold, known.untold), atMs, agesForRouting)
    complain(error)
  }
}

/** The object of a model; absent in a deployment that has no binding yet. */
export function object({ HEALTH, JURISDICTION, LOCATION_HINT }: Env, modelId: string) {
  const objects = JURISDICTION ? HEALTH?.jurisdiction(JURISDICTION) : HEALTH
  return objects?.getByName(modelId, LOCATION_HINT ? { locationHint: LOCATION_HINT } : {})
}

/** The result, unless it takes too long: then a throw. */
export async function inTime<T>(promise: Promise<T> | undefined, timeoutMs: number): Promise<T | undefined> {
  if (!promise) return undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The object of the model does not answer')), timeoutMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function knownOf(modelId: string): Known {
  const known = modelsCache.get(modelId) ?? {
    board: {},
    untold: {},
    askedAtMs: Number.NEGATIVE_INFINITY,
    healths: new Map(),
  }
  modelsCache.delete(modelId)
  const [oldest] = modelsCache.keys()
  if (oldest !== undefined && modelsCache.size >= modelsMax) modelsCache.delete(oldest)
  modelsCache.set(modelId, known)
  return known
}

/** Once in an isolate: it would say the same at every request. */
let complainedCache = false

function complain(error: unknown): void {
  if (complainedCache) return
  complainedCache = true
  console.warn(JSON.stringify({ event: 'health_unavailable', reason: String(error) }))
}

/** As in a new isolate. */
export function forgetHealth(): void {
  modelsCache.clear()
}
