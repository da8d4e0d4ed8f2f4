import type { LimitReset } from '../base/time.ts'
import type { UsdNanos } from '../base/money.ts'
import type { RoutingSettings } from '../generation/routing.ts'

/**
 * What crosses the boundary of the Ledger object. Everything is plain data, and every alternative the caller must
 * choose between is a union: an error thrown across the boundary would lose its class.
 *
 * During a rollout a Worker of one release calls an object of another, and what an object stores outlives them both.
 * So a field may be added here if it is optional and its absence means what it meant before; none is removed, renamed,
 * or given another meaning. A method may be added: an object that does not have it yet answers its callers with a 503.
 */

/** A key as the object knows it: enough to decide. The record is in D1. */
export interface KeyRow {
  hash: string
  class: 'inference' | 'management'
  disabled: boolean
  deleted: boolean
  /** Unix milliseconds; null never expires. */
  expiresAtMs: number | null
  limitNanos: UsdNanos | null
  limitReset: LimitReset | null
  requestsPerMinute: number | null
  requestsPerDay: number | null
  concurrentRequests: number | null
  /** Rises with every change; the larger one wins. */
  version: number
  /** Absent where it was told by the first release, which kept it in D1 alone. */
  shown?: KeyShown
  /** Absent where it was told by a release that knew none: what the object has stays. */
  routing?: RoutingSettings
}

/** What people see of a key and nothing decides by: D1 gets it back from here if it is set back to an older copy. */
export interface KeyShown {
  name: string
  label: string
  includeByokInLimit: boolean
  createdAtMs: number
  updatedAtMs: number | null
  deletedAtMs: number | null
}

/** What the object keeps of its account's row; the larger version wins. */
export interface AccountSettings {
  /** No balance is asked for; key limits still hold. */
  unlimited: boolean
  markups: Markups
  /** Absent as of a key. */
  routing?: RoutingSettings
  version: number
}

/** What planning must know of the caller: changes rarely, cached for seconds, checked by `admit`. */
export interface Profile {
  /** Another one after each change of the account or the key. */
  version: number
  keyClass: 'inference' | 'management'
  markups: Markups
  /** What its account and the key lay down, the account first; absent: nothing. */
  routing?: readonly RoutingSettings[]
}

/** Exact factors on the provider's price, as `numerator/denominator` texts or decimals: `1`, `1.05`, `21/20`. */
export interface Markups {
  default: string
  models: Record<string, string>
}

export type KeyRefusal = 'unknown_key' | 'disabled_key' | 'expired_key'
export type Standing = { ok: true; profile: Profile } | { ok: false; reason: KeyRefusal }

/** What is needed to write a hold anew where a crash lost it. */
export interface HoldClaim {
  generationId: string
  keyHash: string
  /** The object's clock at admission, Unix milliseconds: it decides which day, week and month are charged. */
  admittedAtMs: number
  /** The requested model: names the generation in its record if nobody comes to settle it. */
  model?: string
  /** What is there for free may serve it: it counts towards the account's allowance of such requests. */
  free?: boolean
}

export interface AdmitRequest {
  generationId: string
  keyHash: string
  model?: string
  profileVersion: number
  holdNanos: UsdNanos
  /** What is there for free may serve it: it counts towards the account's allowance of such requests. */
  free?: boolean
  /** The conversation it belongs to, as a hash: the answer says where that was served last. */
  conversation?: string
}

export type Admission =
  | {
      ok: true
      admittedAtMs: number
      /** What the tightest of balance and key limit has left beside this hold; null where neither exists. */
      headroomNanos: UsdNanos | null
      /** The endpoint that served the conversation before, where that is to go on there. */
      stickTo?: string
    }
  | { ok: false; reason: 'stale_profile'; profile: Profile }
  | { ok: false; reason: KeyRefusal }
  | { ok: false; reason: 'balance' | 'key_limit'; neededNanos: UsdNanos; availableNanos: UsdNanos }
  | { ok: false; reason: 'rate'; limit: RateLimit }

export interface RateLimit {
  name:
    | 'requests_per_minute'
    | 'requests_per_day'
    | 'concurrent_requests'
    | 'free_requests_per_minute'
    | 'free_requests_per_day'
    | 'free_tokens_per_day'
  limit: number
  /** Unix milliseconds at which a request will pass again, as far as known. */
  resetAtMs: number
  retryAfterSeconds: number
}

export interface BeatRequest extends HoldClaim {
  /** The cost of what was delivered so far; never falls. */
  meteredNanos: UsdNanos
  /** What the hold should be from now on; never falls. */
  holdNanos: UsdNanos
}

/** `fenced`: the generation was resolved meanwhile. `refused`: the money or the key has given out. */
export type Beat =
  | { ok: true; headroomNanos: UsdNanos | null }
  | { ok: false; reason: 'fenced' }
  | { ok: false; reason: 'balance' | 'key_limit' | KeyRefusal }

export interface SettleRequest extends HoldClaim {
  /** What the client pays; 0 is a charge too. */
  costNanos: UsdNanos
  record: GenerationRecord
  /** Where the conversation is to go on for ten minutes from now. */
  stick?: { conversation: string; endpoint: string }
}

/** Ends a generation that delivered nothing: releases the hold, keeps the record, charges nothing. */
export interface VoidRequest extends HoldClaim {
  record: GenerationRecord
}

export type CreditKind = 'purchase' | 'grant' | 'correction'
export interface CreditRequest {
  reference: string
  amountNanos: UsdNanos
  kind: CreditKind
  note: string | null
}
export type Credit =
  | { ok: true; created: boolean; amountNanos: UsdNanos; balanceNanos: UsdNanos }
  /** The reference was used before, for another amount. */
  | { ok: false; reason: 'conflict'; amountNanos: UsdNanos }
  | { ok: false; reason: 'insufficient'; availableNanos: UsdNanos }
  | { ok: false; reason: 'too_much'; mostNanos: UsdNanos }

/** How many lines D1 has yet to get, once it has the account and its keys. */
export interface Reconciliation {
  lines: number
}

export interface Balance {
  creditsNanos: UsdNanos
  usageNanos: UsdNanos
  balanceNanos: UsdNanos
  heldNanos: UsdNanos
  /** No balance is asked for; key limits still hold. */
  unlimited: boolean
  /** Whether any purchase was ever credited. */
  purchased: boolean
  /** Of free models, today, where that was asked for; absent where there is no limit. */
  freeRequests?: { limit: number; used: number }
}

/** Spent by one key: ever, and in the running UTC day, week (from Monday) and month. */
export interface KeyUsage {
  totalNanos: UsdNanos
  dailyNanos: UsdNanos
  weeklyNanos: UsdNanos
  monthlyNanos: UsdNanos
}

export interface AttemptRecord {
  provider: string
  providerName: string
  upstreamModel: string
  /** Upstream HTTP status; null where no answer came. */
  status: number | null
  error: string | null
  latencyMs: number
  /** What the client asked for and this endpoint could not be asked; absent where that is nothing. */
  dropped?: readonly string[]
  /** The model it was tried for, where that may not be the one that served. */
  model?: string
  /** The contract's tag of the endpoint. */
  tag?: string
  /** What a failed attempt costs the operator, as far as its provider told. */
  wastedNanos?: UsdNanos
  /** The tier that it was asked to serve in. */
  serviceTier?: string
}

/**
 * What is remembered of a generation: everything we can know but the words of its prompt and its answer. One row of
 * the D1 table `generations`, whose columns these are.
 */
export interface GenerationRecord {
  createdAtMs: number
  status: number
  model: string
  requestedModel: string
  provider: string | null
  providerName: string | null
  upstreamId: string | null
  upstreamModel: string | null
  streamed: boolean
  cancelled: boolean
  finishReason: string | null
  nativeFinishReason: string | null
  errorType: string | null
  promptTokens: number
  completionTokens: number
  cachedTokens: number
  cacheWriteTokens: number
  reasoningTokens: number
  usageEstimated: boolean
  /** What the provider charges the operator, insurance or not. */
  upstreamCostNanos: UsdNanos
  /** From the request's arrival to the first content, and to the end. */
  firstTokenMs: number | null
  totalMs: number
  attempts: AttemptRecord[]
  user: string | null
  sessionId: string | null
  metadata: Record<string, string> | null
  appUrl: string | null
  appTitle: string | null
  userAgent: string | null
  /** The router that chose the model, such as `openrouter/auto`. Absent, as all below: none. */
  router?: string
  /** The tier that the provider says it served in. */
  serviceTier?: string
  /** The generation whose answer this one repeats, from the response cache. */
  cacheSourceId?: string
  preset?: string
  /** JSON: how the request was routed, as router metadata tells it. */
  routing?: string
}

/** A generation with what it cost, as D1 and the object both tell it. */
export interface Generation extends GenerationRecord {
  id: string
  accountId: string
  keyHash: string
  costNanos: UsdNanos
}
