import type { RoutingSettings } from '../generation/routing.ts'

interface Settings {
  routing?: RoutingSettings
  version: number
}

/**
 * What is in force once `told` is known too, if that is another than before: the larger version wins, but routing that
 * one of them was never told of is taken from the other.
 */
export function newerOf<T extends Settings>(known: T | null, told: T): T | undefined {
  const routing = told.routing ?? known?.routing
  if (!known || told.version > known.version) return { ...told, ...(routing && { routing }) }
  return known.routing || !routing ? undefined : { ...known, routing }
}
