import type { Json } from '../base/json.ts'
import { readText } from './json.ts'

/** A tier in the contract's words, whatever a host calls it: what is neither of the two is the usual one. */
export function tierNamed(told: Json | undefined): 'default' | 'flex' | 'priority' | undefined {
  const name = readText(told)
  if (!name) return undefined
  const tier = /(?:^|_)(flex|priority|fast)$/i.exec(name)?.[1]?.toLowerCase()
  if (tier === undefined) return 'default'
  return tier === 'flex' ? tier : 'priority'
}

/** The service tier that an answer says it was served in; none where it says nothing. */
export function servedIn(told: Json | undefined): { serviceTier?: string } {
  const serviceTier = tierNamed(told)
  return serviceTier === undefined ? {} : { serviceTier }
}
