import { secondMs } from '../../base/time.ts'
import type { Endpoint } from '../../catalogue/model.ts'
import { openModel } from '../../catalogue/open-model.ts'
import type { Env } from '../../env.ts'
import { classRequestsMin } from '../choices.ts'
import { endpointKey, unknownHealth, type EndpointHealth, type HealthOf } from '../endpoint-health.ts'
import { agesForRouting, kept, merge, tally, type Board } from './board.ts'
import { isCredentialRefused } from './credentials.ts'
import { healthFrom } from './figures.ts'
import { inTime, Late, objectOf } from './object.ts'
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

const computedForMs = secondMs

/**
 * Models by id, the one used longest ago first. The runtime gives all requests of an isolate the same bindings; behind
 * others there are other hosts.
 */
const modelsCache = new WeakMap<object, Map<string, Known>>()

/** The health of endpoints as this isolate knows it: from memory, at once. */
export function healthOf(env: Env, nowMs: number): HealthOf {
  const models = modelsCache.get(env)
  return (endpoint) => {
    const { id } = endpoint.model
    const known = models?.get(id)
    const key = endpointKey(endpoint)
    const ejected = isCredentialRefused(env, endpoint, nowMs)
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
  const { id, endpoints } = endpoint.model
  // Clients name these as they like: there is nothing to choose, and there would be no end to what is remembered.
  if (endpoints.length === 1 && openModel(id)) return
  const known = knownOf(env, endpoint.model.id)
  tally(known.board, observation)
  tally(known.untold, observation)
  forgetComputed(known, observation)
  await exchange(env, endpoint.model.id, { atMs, everyMs })
}

/** One more success of very many changes little: that may wait for a second. */
function forgetComputed({ healths }: Known, { endpoint, outcome }: Observation): void {
  const key = endpointKey(endpoint)
  const isBusy = (healths.get(key)?.health.requests ?? 0) >= classRequestsMin
  if (outcome !== 'success' || !isBusy) healths.delete(key)
}

/**
 * Fetches what other isolates saw of what was planned, for the next plan, where there is a choice at all. It never
 * rejects.
 */
export async function refresh(env: Env, endpoints: readonly Endpoint[], nowMs: number): Promise<void> {
  if (endpoints.length < 2) return
  const ids = new Set(endpoints.map(({ model }) => model.id))
  await Promise.all([...ids].map((id) => exchange(env, id, { atMs: nowMs, everyMs: freshMs })))
}

async function exchange(
  env: Env,
  modelId: string,
  { atMs, everyMs: intervalMs }: { atMs: number; everyMs: number },
): Promise<void> {
  const known = knownOf(env, modelId)
  if (Math.abs(atMs - known.askedAtMs) < intervalMs) return
  known.askedAtMs = atMs
  const { untold } = known
  known.untold = {}
  try {
    const view = await inTime(objectOf(env, modelId)?.exchange(untold), patienceMs)
    known.board = merge(view ?? kept(known.board, atMs, agesForRouting), known.untold)
  } catch (error) {
    // Nothing depends on it. What it may have been told is not told twice; else it is told with what comes next.
    const again = error instanceof Late ? {} : untold
    known.board = kept(known.board, atMs, agesForRouting)
    known.untold = kept(merge(again, known.untold), atMs, agesForRouting)
    complain(error)
  }
  known.healths.clear()
}

function knownOf(env: Env, modelId: string): Known {
  const models = modelsCache.get(env) ?? new Map<string, Known>()
  modelsCache.set(env, models)
  const known = models.get(modelId) ?? {
    board: {},
    untold: {},
    askedAtMs: Number.NEGATIVE_INFINITY,
    healths: new Map(),
  }
  models.delete(modelId)
  const [oldest] = models.keys()
  if (oldest !== undefined && models.size >= modelsMax) models.delete(oldest)
  models.set(modelId, known)
  return known
}

/** Once in an isolate: it would say the same at every request. */
let complainedCache = false

function complain(error: unknown): void {
  if (complainedCache) return
  complainedCache = true
  console.warn(JSON.stringify({ event: 'health_unavailable', reason: String(error) }))
}
