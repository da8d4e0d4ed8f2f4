import { GatewayError } from '../base/errors.ts'
import type { UsdNanos } from '../base/money.ts'
import type { Endpoint, Modality, Model } from '../catalogue/model.ts'
import { selectModel } from '../catalogue/resolve.ts'
import type { Env } from '../env.ts'
import type { GenerationRequest } from '../generation/request.ts'
import type { Profile } from '../ledger/contract.ts'
import { holdNanos, markupOf, type Markup, type PromptCaps } from '../ledger/cost.ts'
import { makerAt } from '../providers/address.ts'
import { readArray, readObject, readText } from '../wire/json.ts'
import { checkKind } from './kind.ts'
import type { Limits } from './limits.ts'
import { unroutedMetadata } from './metadata.ts'

/**
 * What a request without `max_tokens` sets aside for its completion. The hold rises with the answer, so this is how
 * much must be affordable to begin with: not the model's whole window, which a small balance never holds.
 */
const completionAllowanceTokens = 1_000

/** The searches that are set aside for where the client offers the provider's own search; all that it makes count. */
const searchAllowance = 5

/** The endpoints that may serve a request, best first, never empty, and what to set aside for it. */
export interface Plan {
  model: Model
  endpoints: Endpoint[]
  /** How many endpoints can be called for the model, before some were left out. */
  endpointsTotal: number
  markup: Markup
  profileVersion: number
  /** The completion tokens that the hold covers. */
  completionCap: number
  /** What else it covers. */
  promptCaps: PromptCaps
  holdNanos: UsdNanos
}

/** Decides who may serve, without touching money: cheapest first, over the endpoints of the one model asked for. */
export async function makePlan(
  env: Env,
  profile: Profile,
  request: GenerationRequest,
  limits: Limits,
): Promise<Plan> {
  const { model, endpoints: live } = await selectModel(env, request.model)
  checkKind(model, request)
  checkInputs(model, request, live.length)
  const able = withinCap(withinContext(model, live, request), request)
  const endpoints = preferMaker(env, preferTools(able, request), request).slice(0, limits.attemptsMax)
  const markup = markupOf(profile.markups, model.id)
  const caps = endpoints.map((endpoint) => completionCap(endpoint, request))
  const promptCaps = promptCapsOf(request)
  const holds = endpoints.map(({ price }, index) =>
    holdNanos({ ...promptCaps, completionTokensMax: caps[index] ?? 0 }, price, markup),
  )
  return {
    model,
    endpoints,
    endpointsTotal: live.length,
    markup,
    profileVersion: profile.version,
    completionCap: Math.max(...caps),
    promptCaps,
    holdNanos: Math.max(...holds),
  }
}

/** The completion tokens that a hold for this endpoint covers at first. */
function completionCap(endpoint: Endpoint, request: GenerationRequest): number {
  return Math.min(request.maxTokens ?? completionAllowanceTokens, mostTokens(endpoint))
}

function promptCapsOf(request: GenerationRequest): PromptCaps {
  const { promptTokensMax, needs } = request
  return {
    promptTokensMax,
    // A film has a soundtrack.
    hasSound: needs.audioInput || needs.videoInput,
    webSearchesMax: offersSearch(request) ? searchAllowance : 0,
  }
}

/** Whether the tools include the provider's own search, which every format calls much the same. */
function offersSearch({ native: { body } }: GenerationRequest): boolean {
  const tools = (readArray(body['tools']) ?? []).map(readObject)
  return (
    body['web_search_options'] !== undefined ||
    tools.some((tool) => readText(tool?.['type'])?.includes('web_search') === true)
  )
}

const inputs: readonly { need: keyof GenerationRequest['needs']; modality: Modality }[] = [
  { need: 'imageInput', modality: 'image' },
  { need: 'audioInput', modality: 'audio' },
  { need: 'fileInput', modality: 'file' },
  { need: 'videoInput', modality: 'video' },
]

function checkInputs(model: Model, request: GenerationRequest, endpointsTotal: number): void {
  for (const { need, modality } of inputs) {
    if (request.needs[need] && !model.inputModalities.includes(modality)) {
      throw new GatewayError('not_found', `No endpoints of ${model.id} support ${modality} input.`, {
        routing: unroutedMetadata(request.model, endpointsTotal),
      })
    }
  }
}

/** Leaves out endpoints whose context the prompt fills by our estimate; the provider has the last word. */
function withinContext(model: Model, endpoints: readonly Endpoint[], request: GenerationRequest): Endpoint[] {
  const tokens = request.longestTokensEstimate ?? request.promptTokensEstimate
  const able = endpoints.filter((endpoint) => tokens < endpoint.contextLength)
  if (able.length > 0) return able
  const most = Math.max(...endpoints.map((endpoint) => endpoint.contextLength))
  throw new GatewayError(
    'context_length_exceeded',
    `The prompt has about ${tokens} tokens, but the context of ${model.id} is ${most} tokens.`,
    { routing: unroutedMetadata(request.model, endpoints.length) },
  )
}

/**
 * Leaves out endpoints that cannot write as much as the client asks for. A cap is no demand: where none writes so much,
 * those that write the most are asked for what they can. Agents send the same cap to every model.
 */
function withinCap(endpoints: Endpoint[], { maxTokens }: GenerationRequest): Endpoint[] {
  if (maxTokens === undefined) return endpoints
  const wanted = Math.min(maxTokens, Math.max(...endpoints.map(mostTokens)))
  return endpoints.filter((endpoint) => mostTokens(endpoint) >= wanted)
}

function mostTokens({ maxCompletionTokens, contextLength }: Endpoint): number {
  return maxCompletionTokens ?? contextLength
}

/** An open tool loop holds thoughts that only their maker can read: it goes on there, where that can be had. */
function preferMaker(env: Env, endpoints: Endpoint[], { loopMaker, native }: GenerationRequest): Endpoint[] {
  if (loopMaker === undefined) return endpoints
  const able = endpoints.filter((endpoint) => makerAt(env, endpoint, native.format) === loopMaker)
  return able.length > 0 ? able : endpoints
}

/** How many completion tokens an amount buys beside the prompt, at the dearest of the plan's endpoints. */
export function tokensAffordable(plan: Plan, availableNanos: UsdNanos): number {
  const million = 1_000_000
  const each = plan.endpoints.map(({ price }) => {
    const prompt = holdNanos({ ...plan.promptCaps, completionTokensMax: 0 }, price, plan.markup)
    const perMillion =
      holdNanos({ ...plan.promptCaps, completionTokensMax: million }, price, plan.markup) - prompt
    return perMillion === 0 ? 0 : Math.floor(((availableNanos - prompt) * million) / perMillion)
  })
  return Math.max(0, Math.min(...each))
}

/** A soft preference, as the contract has it: endpoints that know tools, where there are any. */
function preferTools(endpoints: Endpoint[], request: GenerationRequest): Endpoint[] {
  if (!request.needs.tools) return endpoints
  const able = endpoints.filter((endpoint) => endpoint.supportedParameters.includes('tools'))
  return able.length > 0 ? able : endpoints
}
