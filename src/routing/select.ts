import { GatewayError } from '../base/errors.ts'
import type { Model } from '../catalogue/model.ts'
import { nameless, refusalOf, resolveName, type Resolved } from '../catalogue/resolve.ts'
import type { Env } from '../env.ts'
import type { GenerationRequest } from '../generation/request.ts'
import type { RoutingSettings } from '../generation/routing.ts'
import { readObject, readText } from '../wire/json.ts'
import { forbiddenBy } from './allowed.ts'
import type { Candidate, Selection } from './candidate.ts'
import { parseModelName, refused, type ModelName } from './model-name.ts'
import type { Choice, RouterInput } from './routers/choice.ts'
import { routerOf } from './routers/router.ts'
import { isOfKind } from './routers/pool.ts'

/** The most names that one request may try. */
const namesMax = 50

/**
 * The models that may serve a request, in the order in which the client would have them: what its names mean, what
 * routers choose, and where it names none, or no other, what the account and the key lay down.
 */
export async function selectCandidates(
  env: Env,
  request: GenerationRequest,
  settings: readonly RoutingSettings[],
  random: () => number,
): Promise<Selection> {
  const input = { env, request, settings, random }
  const names = namesOf(request, settings)
  if (names.length === 0) throw nameless()
  const found: (Choice | GatewayError)[] = []
  for (const { name, isClients } of names) {
    const choice = await choose(input, name)
    const isRefused = choice instanceof GatewayError
    // A wrong name is to be put right; one that cannot be served now has the others to stand in for it.
    if (isRefused && isClients && choice.status === 400) throw choice
    found.push(isRefused || isClients ? choice : ofKind(choice, request))
  }
  const choices = found.flatMap((each) => (each instanceof GatewayError ? [] : [each]))
  const open = choices.filter(({ barred, candidates }) => !barred && candidates.length > 0)
  const taken = open.length > 0 ? open : choices
  const candidates = unlike(taken.flatMap((choice) => choice.candidates))
  if (candidates.length === 0) throw found.find((each) => each instanceof GatewayError) ?? nameless()
  const router = taken.find((choice) => choice.router !== undefined)?.router
  const pipeline = taken.flatMap((choice) => choice.pipeline ?? [])
  return {
    candidates,
    ...(!taken.some((choice) => choice === found[0]) && { standsIn: true }),
    ...(router !== undefined && { router }),
    ...(pipeline.length > 0 && { pipeline }),
  }
}

interface Named {
  name: string
  /** Else it is the account's or the key's, which serve where they can. */
  isClients: boolean
}

/** The key's word counts before the account's, which comes first in the list. */
function namesOf({ routing: { models } }: GenerationRequest, settings: readonly RoutingSettings[]): Named[] {
  const usual = settings.findLast(({ model }) => model !== undefined)?.model
  const fallbacks = settings.findLast((each) => each.models !== undefined)?.models ?? []
  const own = models.length > 0 ? models : usual === undefined ? [] : [usual]
  const further = models.length > 1 ? [] : fallbacks
  return [
    ...own.map((name) => ({ name, isClients: true })),
    ...further.filter((name) => !own.includes(name)).map((name) => ({ name, isClients: own.length === 0 })),
  ].slice(0, namesMax)
}

async function choose(input: RouterInput, written: string): Promise<Choice | GatewayError> {
  const name = parseModelName(written)
  const router = routerOf(name.base)
  if (!router) return await chooseModel(input, name)
  if (name.statics.length > 0) return refused(written, `a router has no :${name.statics[0]}. Leave it out`)
  const choice = await router(input, name.base)
  if (choice instanceof GatewayError) return choice
  return { ...choice, candidates: choice.candidates.map((candidate) => ({ ...candidate, ...orderOf(name) })) }
}

async function chooseModel(input: RouterInput, name: ModelName): Promise<Choice | GatewayError> {
  const { env, settings } = input
  const { resolution, thinks } = await resolveVariants(env, name)
  if (resolution.kind !== 'model') return await refusalOf(env, name.name, resolution)
  if (thinks && !resolution.model.reasoning) {
    return refused(name.name, `:thinking: ${resolution.model.id} cannot reason. Leave it out`)
  }
  const found = (await siblingOf(input, resolution.model)) ?? resolution
  const forbidden = forbiddenBy(found.model.id, settings)
  if (forbidden) return notAllowed(found.model, forbidden)
  const candidate: Candidate = {
    model: found.model,
    endpoints: found.endpoints,
    via: resolution.via,
    ...orderOf(name),
    ...(thinks && { thinks }),
  }
  return { candidates: [candidate] }
}

function orderOf({ sort, admits }: ModelName): Pick<Candidate, 'sort' | 'admits'> {
  return { ...(sort && { sort }), ...(admits && { admits }) }
}

interface Variant {
  resolution: Resolved
  /** No such model is listed, but the one before the variant can be asked to reason. */
  thinks?: true
}

/** Where the catalogue lists no model of the whole name, `:thinking` is a way to ask the model before it. */
async function resolveVariants(env: Env, { base, statics }: ModelName): Promise<Variant> {
  const suffixed = (variants: readonly string[]) => [base, ...variants].join(':')
  const resolution = await resolveName(env, suffixed(statics))
  if (resolution.kind !== 'unknown' || !statics.includes('thinking')) return { resolution }
  const others = statics.filter((variant) => variant !== 'thinking')
  return { resolution: await resolveName(env, suffixed(others)), thinks: true }
}

/**
 * The model of its own as which a maker sells a tier or a mode of another: Claude Opus in a hurry, and what thinks with
 * several minds. Where that cannot be called, the model itself is asked.
 */
async function siblingOf(
  { env, request, settings }: RouterInput,
  { id }: Model,
): Promise<Extract<Resolved, { kind: 'model' }> | undefined> {
  const mode = readText(readObject(request.native.body['reasoning'])?.['mode'])
  const isFast = request.routing.serviceTier === 'priority' && id.startsWith('anthropic/claude-opus-')
  const suffix = isFast ? '-fast' : mode === 'pro' ? '-pro' : undefined
  if (suffix === undefined || id.includes(':') || id.endsWith(suffix)) return undefined
  const sibling = await resolveName(env, id + suffix)
  return sibling.kind === 'model' && sibling.via === 'direct' && !forbiddenBy(sibling.model.id, settings)
    ? sibling
    : undefined
}

function notAllowed({ id }: Model, setting: 'allowed_models' | 'ignored_models'): GatewayError {
  const why = setting === 'allowed_models' ? 'leave it out' : 'name it'
  return new GatewayError(
    'permission_denied',
    `model ${id}: the ${setting} of this key or its account ${why}. Ask for another model, or have them changed`,
  )
}

function ofKind(choice: Choice, request: GenerationRequest): Choice {
  return { ...choice, candidates: choice.candidates.filter(({ model }) => isOfKind(model, request)) }
}

/** Two names of one model are one candidate, but for how its endpoints are ordered. */
function unlike(candidates: readonly Candidate[]): Candidate[] {
  const byKey = new Map<string, Candidate>()
  for (const candidate of candidates) {
    const key = `${candidate.model.id} ${candidate.sort ?? ''}`
    if (!byKey.has(key)) byKey.set(key, candidate)
  }
  return [...byKey.values()]
}
