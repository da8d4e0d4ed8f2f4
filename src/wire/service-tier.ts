import type { Json } from '../base/json.ts'
import { readText } from './json.ts'

/** The service tier that an answer says it was served in, in the contract's words; none where it is the usual one. */
export function servedIn(told: Json | undefined): { serviceTier?: string } {
  const name = /(?:^|_)(flex|priority|fast)$/i.exec(readText(told) ?? '')?.[1]?.toLowerCase()
  if (name === undefined) return {}
  return { serviceTier: name === 'fast' ? 'priority' : name }
}
