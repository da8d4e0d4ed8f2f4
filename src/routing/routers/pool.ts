import { callableModels } from '../../catalogue/callable.ts'
import type { Endpoint, Model, Modality } from '../../catalogue/model.ts'
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

/** A model that may serve a request, and those of its endpoints that may and can. */
export interface Able extends Selection {
  able: Endpoint[]
}

/** Of the models meant, all that may be used and take what the request brings, whoever may serve them. */
export async function meantPool(
  { env, request, settings }: RouterInput,
  isMeant: (selection: Selection) => boolean,
): Promise<readonly Selection[]> {
  return (await conversing(env)).filter(
    (selection) =>
      isMeant(selection) &&
      isOfKind(selection.model, request) &&
      takesInputs(selection.model, request) &&
      isAllowed(selection.model.id, settings),
  )
}

/** Those that can also do what the request needs, by what everybody asks of routing. */
export async function capablePool(
  input: RouterInput,
  isMeant: (selection: Selection) => boolean,
): Promise<Able[]> {
  const { request, settings } = input
  const rules = rulesOf(request.routing, settings)
  const nowMs = Date.now()
  return (await meantPool(input, isMeant)).flatMap((selection) => {
    const { kept } = eligible({ ...selection, via: 'auto' }, rules, request, nowMs)
    const able = kept.filter((each) => isAble(each, request))
    return able.length > 0 ? [{ ...selection, able }] : []
  })
}

/** The request without its wishes: where nobody knows tools or forms of answers, it may run without. */
export function unassuming(input: RouterInput): RouterInput {
  const { request } = input
  const routing = { ...request.routing, parameters: [] }
  return { ...input, request: { ...request, needs: { ...request.needs, tools: false }, routing } }
}

function isEmbedded(provider: string): boolean {
  return providerOf(provider)?.transport !== undefined
}

const inputs = [
  ['imageInput', 'image'],
  ['audioInput', 'audio'],
  ['fileInput', 'file'],
  ['videoInput', 'video'],
] as const satisfies readonly (readonly [keyof GenerationRequest['needs'], Modality])[]

function takesInputs({ inputModalities }: Model, { needs }: GenerationRequest): boolean {
  return inputs.every(([need, modality]) => !needs[need] || inputModalities.includes(modality))
}

function isAble({ supportedParameters }: Endpoint, { needs, routing }: GenerationRequest): boolean {
  const isKnown = (name: string) => supportedParameters.includes(name)
  return (
    (!needs.tools || isKnown('tools')) &&
    (!routing.parameters.includes('response_format') || isKnown('response_format'))
  )
}
