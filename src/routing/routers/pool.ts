import { callableModels } from '../../catalogue/callable.ts'
import type { Endpoint, Model } from '../../catalogue/model.ts'
import type { Selection } from '../../catalogue/resolve.ts'
import type { Env } from '../../env.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { providerOf } from '../../providers/table.ts'
import { isAllowed } from '../allowed.ts'
import { eligible } from '../filters.ts'
import { rulesOf } from '../rules.ts'
import type { RouterInput } from './choice.ts'

/** Vectors are asked of models that make vectors, and answers of those that write. */
export function isOfKind({ outputModalities }: Model, { native }: GenerationRequest): boolean {
  const makesVectors = outputModalities.includes('embeddings')
  return native.format === 'openai-embeddings' ? makesVectors : !makesVectors || outputModalities.length > 1
}

/** What a router does not answer with: models that judge, read pages or hear, and do not converse. */
const special = /guard|safety|-ocr|-pii|voice|-asr|bevformer|usdcode|paligemma|intent|prover|-mt-/

/** What converses among all that can be called, which stays one list until something in it changes. */
const conversingCache = new WeakMap<readonly Selection[], readonly Selection[]>()

/** The simulator is what it says, and no model: it counts where there is nothing else. */
async function conversing(env: Env): Promise<readonly Selection[]> {
  const callable = await callableModels(env)
  const known = conversingCache.get(callable)
  if (known) return known
  const all = callable.filter(({ model }) => !special.test(model.id))
  const real = all.filter(({ endpoints }) => endpoints.some(({ provider }) => !isEmbedded(provider)))
  const made = real.length > 0 ? real : all
  conversingCache.set(callable, made)
  return made
}

/** A model that may serve a request, and those of its endpoints that may and can; of one that is barred, none. */
export interface Able extends Selection {
  able: Endpoint[]
}

/** Of the models meant, all that may be used and take what a request brings, with who may serve by what is asked of all. */
export async function meantPool(
  { env, request, settings }: RouterInput,
  isMeant: (selection: Selection) => boolean,
): Promise<Able[]> {
  const rules = rulesOf(request.routing, settings)
  const nowMs = Date.now()
  return (await conversing(env)).flatMap((selection) => {
    const { model } = selection
    const may =
      isMeant(selection) &&
      isOfKind(model, request) &&
      !missingInput(model, request) &&
      isAllowed(model.id, settings)
    if (!may) return []
    return [{ ...selection, able: eligible({ ...selection, via: 'auto' }, rules, request, nowMs).kept }]
  })
}

/** Those that can also do what the request needs. */
export function capable(pool: readonly Able[], request: GenerationRequest): Able[] {
  return served(pool.map((each) => ({ ...each, able: each.able.filter((by) => isAble(by, request)) })))
}

/** Those that anybody may serve. */
export function served(pool: readonly Able[]): Able[] {
  return pool.filter(({ able }) => able.length > 0)
}

function isEmbedded(provider: string): boolean {
  return providerOf(provider)?.transport !== undefined
}

const inputs = [
  ['imageInput', 'image'],
  ['audioInput', 'audio'],
  ['fileInput', 'file'],
  ['videoInput', 'video'],
] as const

/** What a request brings that a model does not take. */
export function missingInput(
  { inputModalities }: Model,
  { needs }: GenerationRequest,
): (typeof inputs)[number][1] | undefined {
  return inputs.find(([need, modality]) => needs[need] && !inputModalities.includes(modality))?.[1]
}

function isAble({ supportedParameters }: Endpoint, { needs, routing }: GenerationRequest): boolean {
  const isKnown = (name: string) => supportedParameters.includes(name)
  return (
    (!needs.tools || isKnown('tools')) &&
    (!routing.parameters.includes('response_format') || isKnown('response_format'))
  )
}
