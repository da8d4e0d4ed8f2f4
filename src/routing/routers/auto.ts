import type { GatewayError } from '../../base/errors.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Selection } from '../../catalogue/resolve.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import type { AutoRouterAsk } from '../../generation/routing.ts'
import { readArray, readObject, readText } from '../../wire/json.ts'
import { matchesAny } from '../allowed.ts'
import { healthOf } from '../health/memory.ts'
import { refused } from '../model-name.ts'
import { isJudged } from './abilities.ts'
import { candidatesMax, nobody, nothingLeft, type Choice, type RouterInput } from './choice.ts'
import { classify, type Classification, type PromptFacts } from './classify.ts'
import { capable, meantPool, served, type Able } from './pool.ts'
import { contenderOf, ranked, type Contender } from './rank.ts'

/**
 * `openrouter/auto`: says what is asked and how hard that is, and takes the cheapest model that is trusted with it. All
 * of it happens here, and the metadata tells each step.
 */
export async function autoRouter(input: RouterInput, router: string): Promise<Choice | GatewayError> {
  const { request } = input
  if (request.native.format === 'openai-embeddings')
    return refused(router, 'chooses who answers. Name a model')
  const asked = askOf(request, router)
  const pool = await poolOf(input, asked)
  const classification = classify(factsOf(request))
  const promptTokens = request.promptTokensEstimate
  const contenders = served(pool).map((each) =>
    contenderOf(each, classification, { promptTokens, maxTokens: request.maxTokens }),
  )
  const best = ranked(contenders, classification.tier, asked, sharesOf(input, contenders))
  const chosen = pinnedFirst(best, contenders, asked).slice(0, candidatesMax)
  const [first] = chosen
  if (first !== best[0]) classification.reasons.push('goes on with the model of the last answer')
  else if (first !== ranked(contenders, classification.tier, asked)[0])
    classification.reasons.push('much used here, at about the least price')
  // Where it is the preferences that leave nobody, the plan says of each why.
  const candidates = chosen.length > 0 ? chosen : pool
  if (candidates.length === 0) return nobody(router, nothingLeft)
  return {
    candidates: candidates.map(({ model, endpoints }) => ({ model, endpoints, via: 'auto' })),
    router,
    pipeline: [stageOf(router, classification, chosen, contenders.length)],
    ...(chosen.length === 0 && { barred: true }),
  }
}

/** What parts of the last half hour's requests here models have had, as far as this isolate knows. */
function sharesOf({ env }: RouterInput, contenders: readonly Contender[]): Map<string, number> {
  const health = healthOf(env, Date.now())
  const requests = contenders.map(({ able }) =>
    able.reduce((sum, endpoint) => sum + health(endpoint).requests, 0),
  )
  const all = Math.max(
    1,
    requests.reduce((sum, each) => sum + each, 0),
  )
  return new Map(contenders.map(({ model }, index) => [model.id, (requests[index] ?? 0) / all]))
}

/** Neither router heeds the other's plugin, and one that is off says nothing. */
function askOf({ routing }: GenerationRequest, router: string): AutoRouterAsk {
  const asked = (router.endsWith('-beta') ? routing.autoBeta : routing.auto) ?? {}
  return asked.enabled === false ? {} : asked
}

/**
 * Who may be chosen: models that something is known of, and the one that the client wants to go on with; else whoever can
 * be called. Tools and forms of answers are wishes: where nobody knows them, the request runs without.
 */
async function poolOf(input: RouterInput, asked: AutoRouterAsk): Promise<Able[]> {
  const { allowedModels, excludedModels = [], pinModel, pinnedModel } = asked
  const isMeant = ({ model: { id } }: Selection) =>
    (allowedModels === undefined || matchesAny(id, allowedModels)) && !matchesAny(id, excludedModels)
  const isKnown = ({ model: { id } }: Selection) => isJudged(id) || (pinModel === true && id === pinnedModel)
  const judged = await meantPool(input, (each) => isKnown(each) && isMeant(each))
  const known = capable(judged, input.request)
  if (known.length > 0) return known
  const meant = await meantPool(input, isMeant)
  const able = capable(meant, input.request)
  return able.length > 0 ? able : meant
}

/** A conversation goes on with the model that answered last, where the client wants that and it may still be chosen. */
function pinnedFirst(
  chosen: readonly Contender[],
  contenders: readonly Contender[],
  { pinModel, pinnedModel }: AutoRouterAsk,
): readonly Contender[] {
  const pinned = pinModel ? contenders.find(({ model }) => model.id === pinnedModel) : undefined
  return pinned ? [pinned, ...chosen.filter((each) => each !== pinned)] : chosen
}

function stageOf(
  router: string,
  { task, skill, tier, reasons }: Classification,
  chosen: readonly Contender[],
  contenders: number,
): JsonObject {
  const models = chosen.map(({ model }) => model.id)
  return {
    type: 'plugin',
    name: `${router.slice(router.indexOf('/') + 1)}-router`,
    summary: `${task ?? 'no known task'} of tier ${tier}: ${models[0] ?? 'none'} of ${contenders} models`,
    data: {
      ...(task !== undefined && { task_type: task }),
      skill,
      tier,
      reasons,
      models: chosen.map(({ model, ability, costPicos }) => ({
        model: model.id,
        tier: ability ?? null,
        estimated_cost: costPicos / 1e12,
      })),
    },
  }
}

/** A word such as `continue` says little by itself. */
const fewLetters = 40

/** The last that the user said, whichever format says it. */
function factsOf({ native: { body }, promptTokensEstimate, needs }: GenerationRequest): PromptFacts {
  const turns = readArray(body['messages']) ?? readArray(body['input']) ?? []
  const said = turns
    .map(readObject)
    .filter((turn) => turn?.['role'] === 'user')
    .slice(-4)
    .map((turn) => textOf(turn?.['content']))
    .filter((text) => text !== '')
  const last = readText(body['input']) ?? said.pop() ?? ''
  return {
    text: last.length < fewLetters && said.length > 0 ? `${said.at(-1)}\n${last}` : last,
    promptTokens: promptTokensEstimate,
    tools: needs.tools,
    media: needs.imageInput || needs.audioInput || needs.videoInput || needs.fileInput,
  }
}

function textOf(content: Json | undefined): string {
  return (
    readText(content) ??
    (readArray(content) ?? []).flatMap((part) => readText(readObject(part)?.['text']) ?? []).join('\n')
  )
}
