import { covers, isNamed } from './slugs.ts'
import type { Candidate } from './candidate.ts'
import { priceNow } from './prices.ts'
import type { Rules } from './rules.ts'
import type { Endpoint, Modality } from '../catalogue/model.ts'
import type { GenerationRequest } from '../generation/request.ts'
import type { PriceCeiling, ZdrScope } from '../generation/routing.ts'

/** Why an endpoint may not serve: the contract's `excluded_by`, and two reasons that it has no word for. */
export type ExcludedBy =
  | 'allowed_providers'
  | 'data_policy:training'
  | 'data_policy:zdr'
  | 'max_price'
  | 'quantization'
  | 'require_parameters'
  | 'context_length'
  | 'distillable_text'
  | 'tier'

export interface Removal {
  endpoint: Endpoint
  by: ExcludedBy | 'free_limit' | 'kind' | `${Modality}_input`
}

/** The parts of a request that decide who can serve it. */
export type Asked = Pick<
  GenerationRequest,
  'routing' | 'needs' | 'maxTokens' | 'promptTokensMax' | 'promptTokensEstimate' | 'longestTokensEstimate'
>

interface Filter {
  by: ExcludedBy
  keeps(endpoint: Endpoint, rules: Rules, asked: Asked, nowMs: number): boolean
}

/** The hard filters, in the order in which an endpoint's removal is explained. */
const filters: readonly Filter[] = [
  {
    by: 'allowed_providers',
    keeps: (endpoint, rules) =>
      [...rules.only, ...rules.locks].every((list) => isNamed(list, endpoint)) && !isIgnored(endpoint, rules),
  },
  {
    by: 'data_policy:training',
    keeps: (endpoint, { noTraining }) =>
      !endpoint.dataPolicy.training || !(isFree(endpoint) ? noTraining.free : noTraining.paid),
  },
  {
    by: 'data_policy:zdr',
    keeps: (endpoint, { zdr, zdrScopes }) =>
      !endpoint.dataPolicy.retains || !(zdr || zdrScopes.includes(scopeOf(endpoint))),
  },
  // Whose weights anyone may have may be learnt from: no list says more.
  {
    by: 'distillable_text',
    keeps: ({ model }, { distillable }) => !distillable || model.huggingFaceId !== null,
  },
  {
    by: 'max_price',
    keeps: (endpoint, { maxPrices }, asked, nowMs) =>
      maxPrices.every((ceiling) => isWithin(endpoint, ceiling, asked, nowMs)),
  },
  {
    by: 'quantization',
    keeps: ({ quantization }, rules) =>
      rules.quantizations.every((list) => list.some((wanted) => includes(wanted, quantization ?? 'unknown'))),
  },
  {
    by: 'require_parameters',
    keeps: ({ supportedParameters }, { requireParameters }, { routing }) =>
      !requireParameters || routing.parameters.every((name) => supportedParameters.includes(name)),
  },
  {
    by: 'context_length',
    keeps: ({ contextLength }, _rules, asked) => tokensOf(asked) < contextLength,
  },
]

export function isIgnored(endpoint: Endpoint, { ignore, forbidden }: Rules): boolean {
  return isNamed(ignore, endpoint) || forbidden.some((written) => covers(written, endpoint))
}

/** The endpoints of a candidate that may serve, and why the others may not. */
export function eligible(
  candidate: Candidate,
  rules: Rules,
  asked: Asked,
  nowMs: number,
): { kept: Endpoint[]; removed: Removal[] } {
  const kept: Endpoint[] = []
  const removed: Removal[] = []
  for (const endpoint of candidate.endpoints) {
    const by = isAdmitted(endpoint, candidate, rules)
      ? filters.find((filter) => !filter.keeps(endpoint, rules, asked, nowMs))?.by
      : 'tier'
    if (by === undefined) kept.push(endpoint)
    else removed.push({ endpoint, by })
  }
  const able = ableToWrite(kept, asked)
  const short = kept.filter((endpoint) => !able.includes(endpoint))
  return { kept: able, removed: [...removed, ...short.map((endpoint) => ({ endpoint, by }) as const)] }
}

const by = 'context_length'

/** The tokens that a context must have room for, by our count; the provider has the last word. */
export function tokensOf({ longestTokensEstimate, promptTokensEstimate }: Asked): number {
  return longestTokensEstimate ?? promptTokensEstimate
}

/**
 * A tier endpoint is there for who asks for it: by `service_tier`, by its tag, or by `:nitro` and `:floor`, unless
 * the client orders the providers itself or asks for the usual tier.
 */
function isAdmitted(
  endpoint: Endpoint,
  { admits }: Candidate,
  { serviceTier, order, named }: Rules,
): boolean {
  const { tier } = endpoint
  if (tier === undefined || tier === serviceTier) return true
  if (isNamed(named, endpoint)) return true
  return tier === admits && order === undefined && serviceTier !== 'default'
}

/**
 * Leaves out endpoints that cannot write as much as the client asks for, beside its prompt. A cap is no demand: agents
 * send the same to every model. Where none writes so much, those that come near to the most are asked for what they can.
 */
function ableToWrite(endpoints: Endpoint[], asked: Asked): Endpoint[] {
  const { maxTokens } = asked
  if (maxTokens === undefined) return endpoints
  const roomAt = (endpoint: Endpoint) =>
    Math.min(mostTokens(endpoint), endpoint.contextLength - tokensOf(asked))
  const most = Math.max(...endpoints.map(roomAt))
  const wanted = most >= maxTokens ? maxTokens : most / 2
  return endpoints.filter((endpoint) => roomAt(endpoint) >= wanted)
}

/** The most tokens that an endpoint writes. */
export function mostTokens({ maxCompletionTokens, contextLength }: Endpoint): number {
  return maxCompletionTokens ?? contextLength
}

export function isFree({ price }: Endpoint): boolean {
  return price.promptPicos === 0 && price.completionPicos === 0 && (price.requestNanos ?? 0) === 0
}

/** Providers that a zero-retention setting has a switch of their own for; all others have one together. */
const scopes: ReadonlyMap<string, ZdrScope> = new Map([
  ['anthropic', 'anthropic'],
  ['openai', 'openai'],
  ['google-ai-studio', 'google'],
  ['xai', 'xai'],
])

export function scopeOf({ provider }: Endpoint): ZdrScope {
  return scopes.get(provider) ?? 'other'
}

/** The prices that this request would pay: a prompt near the threshold of a dearer tier counts as beyond it. */
function isWithin(endpoint: Endpoint, ceiling: PriceCeiling, asked: Asked, nowMs: number): boolean {
  const { promptPicos, completionPicos, audioPicos } = priceNow(endpoint, asked.promptTokensMax, nowMs)
  const { requestNanos = 0 } = endpoint.price
  return (
    promptPicos <= (ceiling.promptPicos ?? Infinity) &&
    completionPicos <= (ceiling.completionPicos ?? Infinity) &&
    requestNanos <= (ceiling.requestNanos ?? Infinity) &&
    (!asked.needs.audioInput || audioPicos <= (ceiling.audioPicos ?? Infinity))
  )
}

/** Formats that a wider name includes. */
const umbrellas: Readonly<Record<string, readonly string[]>> = { fp4: ['mxfp4', 'nvfp4'], fp8: ['mxfp8'] }

function includes(wanted: string, quantization: string): boolean {
  return wanted === quantization || (umbrellas[wanted]?.includes(quantization) ?? false)
}

const softParameters: readonly (readonly string[])[] = [
  ['tools'],
  ['response_format', 'structured_outputs'],
  ['verbosity'],
]

/** Soft preferences: endpoints that know what is asked for, where there are any. Others would not be told of it. */
export function preferAble(endpoints: readonly Endpoint[], { routing }: Asked): readonly Endpoint[] {
  return softParameters.reduce((left, group) => {
    const wanted = group.filter((name) => routing.parameters.includes(name))
    const able = left.filter((endpoint) =>
      wanted.every((name) => endpoint.supportedParameters.includes(name)),
    )
    return able.length > 0 ? able : left
  }, endpoints)
}
