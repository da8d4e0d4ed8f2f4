import type { Caller } from '../accounts/caller.ts'
import type { Env } from '../env.ts'
import type { GenerationRequest } from '../generation/request.ts'
import type { Departure } from './departure.ts'
import type { Hold } from './hold.ts'
import type { Limits } from './limits.ts'
import type { LogLine } from './log.ts'
import type { Place } from './place.ts'
import type { Plan } from './plan.ts'

/** Where a request came from, as its headers say. */
export interface Origin {
  appUrl: string | null
  appTitle: string | null
  userAgent: string | null
}

/** One admitted request: the values that its life after admission is computed from. None of them changes. */
export interface Exchange {
  env: Env
  limits: Limits
  generationId: string
  arrivedAtMs: number
  origin: Origin
  caller: Caller
  request: GenerationRequest
  plan: Plan
  hold: Hold
  client: Departure
  place: Place
  /** The client wants to know how its request was routed. */
  tellsRouting: boolean
  /** The preset that completed the request. */
  presetId?: string
  log(line: LogLine): void
}

/** Attribution headers, cut to a length worth storing. */
export function originOf(headers: Headers): Origin {
  return {
    appUrl: clip(headers.get('http-referer') ?? headers.get('referer'), 512),
    appTitle: clip(headers.get('x-openrouter-title') ?? headers.get('x-title'), 128),
    userAgent: clip(headers.get('user-agent'), 256),
  }
}

function clip(text: string | null, charactersMax: number): string | null {
  return text === null || text === '' ? null : text.slice(0, charactersMax)
}
