import { callableModels } from '../../catalogue/callable.ts'
import type { Endpoint, Model, Modality } from '../../catalogue/model.ts'
import type { Selection } from '../../catalogue/resolve.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { providerOf } from '../../providers/table.ts'
import { isAllowed } from '../allowed.ts'
import type { RouterInput } from './choice.ts'

/** Vectors are asked of models that make vectors, and answers of those that write. */
export function isOfKind({ outputModalities }: Model, { native }: GenerationRequest): boolean {
  const makesVectors = outputModalities.includes('embeddings')
  return native.format === 'openai-embeddings' ? makesVectors : !makesVectors || outputModalities.length > 1
}

/** What a router does not answer with: models that judge, read pages or hear, and do not converse. */
const special = /guard|safety|-ocr|-pii|voice|-asr|bevformer|usdcode|paligemma|intent|prover|-mt-/

/**
 * Every model that can be called, may be used and can do what a request needs, with those of its endpoints that can.
 * The simulator is what it says, and no model: it counts where there is nothing else.
 */
export async function capablePool({ env, request, settings }: RouterInput): Promise<Selection[]> {
  const pool = (await callableModels(env)).flatMap(({ model, endpoints }) => {
    const may = isOfKind(model, request) && isAllowed(model.id, settings) && !special.test(model.id)
    const able = may && takesInputs(model, request) ? endpoints.filter((each) => isAble(each, request)) : []
    return able.length > 0 ? [{ model, endpoints: able }] : []
  })
  const real = pool.filter(({ endpoints }) => endpoints.some(({ provider }) => !isEmbedded(provider)))
  return real.length > 0 ? real : pool
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

function isAble({ tier, contextLength, supportedParameters }: Endpoint, request: GenerationRequest): boolean {
  const { needs, routing, promptTokensEstimate } = request
  const wanted = [
    ...(needs.tools ? ['tools'] : []),
    ...(routing.parameters.includes('response_format') ? ['response_format'] : []),
  ]
  return (
    tier === undefined &&
    promptTokensEstimate < contextLength &&
    wanted.every((name) => supportedParameters.includes(name))
  )
}
