import type { Selection } from '../catalogue/resolve.ts'
import type { RoutingSettings } from '../generation/routing.ts'
import { isAllowed } from '../routing/allowed.ts'
import { eligible } from '../routing/filters.ts'
import { rulesOf } from '../routing/rules.ts'

const nothing = {
  routing: { models: [], preferences: {}, parameters: [] },
  needs: { tools: false, imageInput: false, audioInput: false, fileInput: false, videoInput: false },
  promptTokensMax: 0,
  promptTokensEstimate: 0,
}

/** Of a list the models that an account and its key let serve: those that a request without wishes would reach. */
export function ownModels<T extends { selection: Selection }>(
  listed: readonly T[],
  settings: readonly RoutingSettings[],
  nowMs: number,
): readonly T[] {
  if (settings.length === 0) return listed
  const rules = rulesOf(nothing.routing, settings)
  return listed.filter(({ selection: { model, endpoints } }) => {
    const candidate = { model, endpoints, via: 'direct' } as const
    // The row of an alias has a name of its own: its endpoints know the model's.
    return eligible(candidate, rules, nothing, nowMs).kept.some((each) => isAllowed(each.model.id, settings))
  })
}
