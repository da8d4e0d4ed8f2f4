import { isOpen } from './hosts.ts'
import type { Endpoint, Model } from './model.ts'

/** What is assumed of a model we know nothing about; its host refuses what it cannot do. */
const contextLength = 131_072
const supportedParameters = [
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'stop',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'tools',
  'tool_choice',
  'response_format',
  'structured_outputs',
]

/**
 * A model that the catalogue does not list, at a host that serves whatever its owner loaded: `ollama/<its own id>`.
 * It costs nothing, because the machine is the owner's.
 */
export function openModel(id: string): Model | undefined {
  const slash = id.indexOf('/')
  const provider = id.slice(0, slash)
  const upstreamModel = id.slice(slash + 1)
  if (slash < 1 || upstreamModel === '' || !isOpen(provider)) return undefined
  const endpoints: Endpoint[] = []
  const model: Model = {
    id,
    name: id,
    description: `Whatever ${provider} serves as ${upstreamModel}.`,
    created: 0,
    contextLength,
    inputModalities: ['text', 'image'],
    outputModalities: ['text', 'embeddings'],
    tokenizer: 'Other',
    knowledgeCutoff: null,
    huggingFaceId: null,
    reasoning: false,
    reasoningMandatory: false,
    reasoningEfforts: [],
    endpoints,
  }
  endpoints.push({
    model,
    provider,
    tag: provider,
    upstreamModel,
    price: { promptPicos: 0, completionPicos: 0 },
    contextLength,
    maxCompletionTokens: null,
    quantization: null,
    supportedParameters,
    // Its operator runs it.
    dataPolicy: { training: false, retains: false, retentionDays: 0 },
    streams: true,
    quirks: {},
  })
  return model
}
