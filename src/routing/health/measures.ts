import type { Endpoint } from '../../catalogue/model.ts'
import type { Measures } from '../../catalogue/public-model.ts'
import type { Env } from '../../env.ts'
import { endpointKey } from '../endpoint-health.ts'
import { inTime, objectOf } from './object.ts'

/** Somebody waits for them. */
const patienceMs = 300

/** What all isolates measured of the endpoints of a model; nothing where its object does not answer at once. */
export async function measuresOf(
  env: Env,
  [first]: readonly Endpoint[],
  speeds: boolean,
): Promise<(endpoint: Endpoint) => Measures | undefined> {
  const all = first && (await measured(env, first.model.id))
  return (endpoint) => {
    const measures = all?.[endpointKey(endpoint)]
    return (
      measures && (speeds ? measures : { ...measures, latency_last_30m: null, throughput_last_30m: null })
    )
  }
}

async function measured(env: Env, modelId: string): Promise<Record<string, Measures> | undefined> {
  try {
    return await inTime(objectOf(env, modelId)?.measures(), patienceMs)
  } catch {
    // The page is worth showing without them.
    return undefined
  }
}
