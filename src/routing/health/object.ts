import type { Env } from '../../env.ts'
import type { Health } from './health.ts'

/** The object of a model; absent in a deployment that has no binding yet. */
export function objectOf(
  { HEALTH, JURISDICTION, LOCATION_HINT }: Env,
  modelId: string,
): DurableObjectStub<Health> | undefined {
  const objects = JURISDICTION ? HEALTH?.jurisdiction(JURISDICTION) : HEALTH
  return objects?.getByName(modelId, LOCATION_HINT ? { locationHint: LOCATION_HINT } : {})
}

/** It may have been told all the same. */
export class Late extends Error {}

/** The result, unless it takes too long: then a throw. */
export async function inTime<T>(promise: Promise<T> | undefined, timeoutMs: number): Promise<T | undefined> {
  if (!promise) return undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late('The object of the model does not answer')), timeoutMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
