import { sha256Hex } from '../base/hash.ts'
import { GatewayError } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { UsdNanos } from '../base/money.ts'
import type { Endpoint, Model } from '../catalogue/model.ts'
import type { Env } from '../env.ts'
import type { GenerationRequest } from '../generation/request.ts'
import type { RoutingSettings } from '../generation/routing.ts'
import type { Markups, Profile } from '../ledger/contract.ts'
import { holdNanos, markupOf, type Kept, type Markup, type PromptCaps } from '../ledger/cost.ts'
import { makerAt } from '../providers/address.ts'
import { namesAsked, type Selection } from '../routing/candidate.ts'
import type { HealthOf } from '../routing/endpoint-health.ts'
import { isFree, mostTokens, type Removal } from '../routing/filters.ts'
import { plan, stuckTo, type Ranking } from '../routing/plan.ts'
import { nobodyMay } from '../routing/refusals.ts'
import { nothingLeft } from '../routing/routers/choice.ts'
import { missingInput } from '../routing/routers/pool.ts'
import { selectCandidates } from '../routing/select.ts'
import { isMarked } from '../wire/cache-breakpoints.ts'
import { toolsIn } from '../wire/fit.ts'
import { readArray, readObject, readText } from '../wire/json.ts'
import { reasoningOn } from '../wire/reasoning-on.ts'
import { refusalOfKind } from './kind.ts'
import type { Limits } from './limits.ts'
import { unroutedMetadata, withMetadata } from './metadata.ts'
import type { Place } from './place.ts'

/**
 * What a request without `max_tokens` sets aside for its completion. The hold rises with the answer, so this is how
 * much must be affordable to begin with: not the model's whole window, which a small balance never holds.
 */
const completionAllowanceTokens = 1_000

/** What is set aside for where the provider may run tools: so many searches, and turns of the model. All count. */
const ranAllowance = 5

/** Who may serve a request, best first, never empty, and what to set aside for it. */
export interface Plan {
  /** The model to begin with. Another may serve: an endpoint says whose it is. */
  model: Model
  /** In the order of attempts; as many of each model as may be tried, and who stands by. */
  endpoints: readonly Endpoint[]
  selection: Selection
  ranking: Ranking
  settings: readonly RoutingSettings[]
  markups: Markups
  profileVersion: number
  /** Of a conversation that is to go on where it is served: its hash. */
  conversation?: string
  /** Whether it goes on where it was served before. */
  sticky: boolean
  /** A model that is there for free may serve: it counts towards the account's allowance of such requests. */
  free: boolean
  /** The completion tokens that the hold covers. */
  completionCap: number
  /** What else it covers. */
  promptCaps: PromptCaps
  holdNanos: UsdNanos
}

/** What a plan is made from beside the request. */
export interface PlanningContext {
  env: Env
  profile: Profile
  place: Place
  limits: Limits
  health: HealthOf
  nowMs: number
}

/** Decides who may serve, without touching money. */
export async function makePlan(context: PlanningContext, request: GenerationRequest): Promise<Plan> {
  const { env, profile, place, health, nowMs } = context
  const settings = profile.routing ?? []
  const { selection, unfit } = fitting(await selected(context, request), request, place)
  const { loopMaker, native } = request
  const found = plan({
    request,
    selection,
    settings,
    health,
    nowMs,
    random: Math.random,
    ...(loopMaker !== undefined && {
      readsLoop: (endpoint: Endpoint) => makerAt(env, endpoint, native.format) === loopMaker,
    }),
  })
  const ranking = { ...found, removed: [...unfit, ...found.removed] }
  if (ranking.ranked.length === 0) {
    const { type, message, details } = nobodyMay(selection, found.removed, {
      rules: ranking.rules,
      asked: request,
    })
    const routing = unroutedMetadata({ request, place, selection, removed: ranking.removed })
    const sentence = selection.candidates[0]?.via === 'auto' ? `${nothingLeft}. ${message}` : message
    throw new GatewayError(type, sentence, { ...details, routing })
  }
  const conversation = ranking.sticks ? await conversationHash(request, selection) : undefined
  return { ...pricedPlan(context, { request, selection, ranking }), ...(conversation && { conversation }) }
}

async function selected(
  { env, profile, place }: PlanningContext,
  request: GenerationRequest,
): Promise<Selection> {
  try {
    return await selectCandidates(env, request, profile.routing ?? [], Math.random)
  } catch (error) {
    if (!(error instanceof GatewayError) || error.type !== 'not_found') throw error
    throw withMetadata(error, unroutedMetadata({ request, place }))
  }
}

/** A router's conversations are its own: it may choose another model for each turn. */
async function conversationHash({ routing }: GenerationRequest, selection: Selection): Promise<string> {
  const key = [namesAsked(selection)[0], routing.conversation?.explicit, routing.conversation?.key]
  return (await sha256Hex(JSON.stringify(key))).slice(0, 32)
}

interface Planned {
  request: GenerationRequest
  selection: Selection
  ranking: Ranking
}

function pricedPlan({ profile, limits }: PlanningContext, { request, selection, ranking }: Planned): Plan {
  const tools = toolsIn(request.native.body)
  const ranked = sellers(ranking, tools, request)
  const promptCaps = promptCapsOf(request, ranked, tools)
  const [first] = ranked
  if (!first) throw new Error('unreachable: a plan has an endpoint')
  const { markups, version: profileVersion, routing: settings = [] } = profile
  const holdOf = (endpoint: Endpoint) => holdFor({ endpoint, request, promptCaps, markups })
  const tried = attempted(ranked, limits.attemptsMax)
  const held = Math.max(...tried.map(holdOf))
  // Who has no words for a request costs no attempt: one of each further provider stands by that the hold is enough for.
  const providers = new Set(tried.map(providerKey))
  const endpoints = ranked.filter(
    (endpoint) =>
      tried.includes(endpoint) ||
      (holdOf(endpoint) <= held && providers.size < providers.add(providerKey(endpoint)).size),
  )
  return {
    model: first.model,
    endpoints,
    selection,
    ranking,
    settings,
    markups,
    profileVersion,
    sticky: false,
    free: endpoints.some((endpoint) => isForFree(endpoint, selection)),
    completionCap: Math.max(...endpoints.map((endpoint) => completionCap(endpoint, request))),
    promptCaps,
    holdNanos: held,
  }
}

/**
 * Who has no price for the search that is offered would refuse it, and others' attempts would be spent on that. Searches
 * of Responses, which Codex offers each time, are left out in translation: whoever has the model is asked.
 */
function sellers({ ranked }: Ranking, tools: JsonObject[], { native }: GenerationRequest): Endpoint[] {
  const endpoints = ranked.map(({ endpoint }) => endpoint)
  const isRefused = native.format !== 'openai-responses' && tools.some(isSearch)
  const selling = isRefused ? endpoints.filter(({ price }) => price.searchNanos !== undefined) : []
  return selling.length > 0 ? selling : endpoints
}

/** As many endpoints of each model as may be tried in all. */
function attempted(ranked: readonly Endpoint[], attemptsMax: number): Endpoint[] {
  const counts = new Map<Model, number>()
  return ranked.filter(({ model }) => {
    const count = counts.get(model) ?? 0
    counts.set(model, count + 1)
    return count < attemptsMax
  })
}

function providerKey({ model, provider }: Endpoint): string {
  return `${model.id} ${provider}`
}

/** The plan with the endpoint first that served the conversation before. It may need a larger hold. */
export function sticking(
  planned: Plan,
  stickTo: string | undefined,
  context: PlanningContext,
  request: GenerationRequest,
): Plan {
  const ranking = stuckTo(planned.ranking, stickTo, context.health)
  if (ranking === planned.ranking) return planned
  const moved = pricedPlan(context, { request, selection: planned.selection, ranking })
  return { ...planned, ...moved, sticky: true }
}

/** The models that can take what the request holds, and the endpoints of the others. Where none can, the first says why. */
function fitting(
  selection: Selection,
  request: GenerationRequest,
  place: Place,
): { selection: Selection; unfit: readonly Removal[] } {
  const misfits = selection.candidates.map(({ model }) => misfitOf(model, request))
  const candidates = selection.candidates.filter((_, index) => misfits[index] === undefined)
  const unfit = selection.candidates.flatMap(({ endpoints }, index) => {
    const by = misfits[index]?.by
    return by === undefined ? [] : endpoints.map((endpoint) => ({ endpoint, by }))
  })
  const [first] = misfits
  if (candidates.length === 0 && first) {
    throw withMetadata(first.error, unroutedMetadata({ request, place, selection, removed: unfit }))
  }
  return { selection: { ...selection, candidates }, unfit }
}

function misfitOf(
  model: Model,
  request: GenerationRequest,
): { by: Removal['by']; error: GatewayError } | undefined {
  const wrongKind = refusalOfKind(model, request)
  if (wrongKind) return { by: 'kind', error: wrongKind }
  const modality = missingInput(model, request)
  if (!modality) return undefined
  const message = `No endpoints of ${model.id} support ${modality} input.`
  return { by: `${modality}_input`, error: new GatewayError('not_found', message) }
}

/** Whether it costs nothing and is there for free by its name: such requests have an allowance of their own. */
function isForFree(endpoint: Endpoint, { candidates }: Selection): boolean {
  const { model } = endpoint
  const isNamedFree =
    model.id.endsWith(':free') || candidates.some((each) => each.via === 'free' && each.model === model)
  return isNamedFree && isFree(endpoint)
}

/** The plan where the allowance of free requests is used up; nothing where nobody is left. */
export function withoutFree(
  planned: Plan,
  context: PlanningContext,
  request: GenerationRequest,
): Plan | undefined {
  const { selection, ranking } = planned
  const free = ranking.ranked.filter(({ endpoint }) => isForFree(endpoint, selection))
  const ranked = ranking.ranked.filter((each) => !free.includes(each))
  const all = ranking.all.filter(({ endpoint }) => !isForFree(endpoint, selection))
  if (free.length === 0 || ranked.length === 0) return undefined
  const removed = [
    ...ranking.removed,
    ...free.map(({ endpoint }) => ({ endpoint, by: 'free_limit' }) as const),
  ]
  return {
    ...planned,
    ...pricedPlan(context, { request, selection, ranking: { ...ranking, ranked, all, removed } }),
  }
}

/** The completion tokens that a hold for this endpoint covers at first. */
function completionCap(endpoint: Endpoint, request: GenerationRequest): number {
  return Math.min(request.maxTokens ?? completionAllowanceTokens, mostTokens(endpoint))
}

function holdFor({
  endpoint,
  request,
  promptCaps,
  markups,
}: {
  endpoint: Endpoint
  request: GenerationRequest
  promptCaps: PromptCaps
  markups: Markups
}): UsdNanos {
  const caps = { ...promptCaps, completionTokensMax: completionCap(endpoint, request) }
  return holdNanos(capsAt(caps, endpoint), endpoint.price, markupAt(markups, endpoint))
}

/** What a hold at an endpoint covers: its tier may be served, or the usual one. */
export function capsAt<T extends PromptCaps>(caps: T, { tier }: Endpoint): T {
  return tier === undefined ? caps : { ...caps, serviceTier: tier }
}

/** The account's factor on the price of an endpoint. */
export function markupAt(markups: Markups, { model }: Endpoint): Markup {
  return markupOf(markups, model.id)
}

function promptCapsOf(
  request: GenerationRequest,
  endpoints: readonly Endpoint[],
  tools: JsonObject[],
): PromptCaps {
  const { promptTokensMax, needs, native } = request
  return {
    promptTokensMax,
    // A film has a soundtrack.
    hasSound: needs.audioInput || needs.videoInput,
    webSearchesMax: native.body['web_search_options'] || tools.some(isSearch) ? ranAllowance : 0,
    ...(tools.some(isHosted) && { turnsMax: ranAllowance }),
    ...(endpoints.some(({ price }) => price.cacheWriteLongPicos !== undefined) && {
      kept: keptFor(native.body),
    }),
  }
}

/** How long a prompt is asked to be kept, at the most, by the marks that may stand anywhere in it. */
function keptFor(body: JsonObject): Kept {
  if (isSomewhere(body, ({ ttl }) => ttl === '1h')) return 'hour'
  return isSomewhere(body, hasMark) ? 'minutes' : 'not'
}

function hasMark(object: JsonObject): boolean {
  return isMarked(object, 'cache_control') || isMarked(object, 'prompt_cache_breakpoint')
}

function isSomewhere(value: Json, is: (object: JsonObject) => boolean): boolean {
  const object = readObject(value)
  if (object && is(object)) return true
  return (readArray(value) ?? Object.values(object ?? {})).some((each) => isSomewhere(each, is))
}

/** Whether a tool is the provider's own search, which every format calls much the same. */
function isSearch(tool: JsonObject): boolean {
  return readText(tool['type'])?.startsWith('web_search') === true
}

/** Whether the provider runs a tool by itself, and has the model read on. */
function isHosted({ type, environment }: JsonObject): boolean {
  const container = readText(readObject(environment)?.['type'])?.startsWith('container')
  return container === true || /^(?:web_|code_|mcp)/.test(readText(type) ?? '')
}

/** How many completion tokens an amount buys beside the prompt, at the dearest of the plan's endpoints. */
export function tokensAffordable({ endpoints, promptCaps, markups }: Plan, availableNanos: UsdNanos): number {
  const million = 1_000_000
  const each = endpoints.map((endpoint) => {
    const held = (completionTokensMax: number) =>
      holdNanos(
        capsAt({ ...promptCaps, completionTokensMax }, endpoint),
        endpoint.price,
        markupAt(markups, endpoint),
      )
    const prompt = held(0)
    const perMillion = held(million) - prompt
    return perMillion === 0 ? 0 : Math.floor(((availableNanos - prompt) * million) / perMillion)
  })
  return Math.max(0, Math.min(...each))
}

/** Parameters that are no fields to drop: caps are asked of everybody, and thoughts have rules of their own. */
const neverDropped = new Set([
  'max_tokens',
  'max_completion_tokens',
  'reasoning',
  'reasoning_effort',
  'include_reasoning',
])

/** The request as an endpoint is asked, and the fields that it does not know. */
export function askedOf(
  { selection }: Pick<Plan, 'selection'>,
  request: GenerationRequest,
  endpoint: Endpoint,
): { request: GenerationRequest; drop: string[] } {
  const { via, thinks } = selection.candidates.find(({ model }) => model === endpoint.model) ?? {}
  const asked = thinks ? reasoningOn(request) : request
  const drop = request.routing.parameters.filter(
    (name) => !neverDropped.has(name) && !endpoint.supportedParameters.includes(name),
  )
  return { request: via === 'latest' ? { ...asked, lenientReasoning: true } : asked, drop }
}
