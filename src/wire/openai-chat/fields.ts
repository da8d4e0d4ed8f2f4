import type { Json } from '../../base/json.ts'

/**
 * What becomes of each field of a chat request, in one table. A field that is not in it is an extra, and travels on
 * as it came.
 * - `sent`: checked, and sent as it came.
 * - `edited`: sent in the words of the provider.
 * - `kept`: read or recorded here, and never sent.
 * - `refused`: what it asks for is not built yet; ignoring it would break a promise about privacy, money or the
 *   answer. Nothing is asked by null, by an empty list or object, and by the values named here.
 */
type Handling = 'sent' | 'edited' | 'kept' | { refusedUnless: readonly Json[] }
const refused: Handling = { refusedUnless: [] }

const requestFields: Record<string, Handling> = {
  model: 'edited',
  messages: 'edited',
  stream: 'edited',

  // Who asks. A provider never learns it.
  user: 'kept',
  safety_identifier: 'kept',
  session_id: 'kept',
  metadata: 'kept',
  trace: 'kept',
  // Nothing that passes through is kept at the provider.
  store: 'kept',

  // How to generate.
  temperature: 'sent',
  top_p: 'sent',
  top_k: 'sent',
  min_p: 'sent',
  top_a: 'sent',
  frequency_penalty: 'sent',
  presence_penalty: 'sent',
  repetition_penalty: 'sent',
  seed: 'sent',
  max_tokens: 'edited',
  max_completion_tokens: 'edited',
  stop: 'sent',
  logit_bias: 'sent',
  logprobs: 'sent',
  top_logprobs: 'sent',
  prediction: 'sent',
  n: { refusedUnless: [1] },
  best_of: { refusedUnless: [1] },

  // The form of the answer. Usage is always told, whatever these two say.
  response_format: 'sent',
  structured_outputs: 'kept',
  verbosity: 'sent',
  stream_options: 'kept',
  usage: 'kept',
  modalities: 'sent',
  audio: 'sent',
  image_config: 'sent',

  tools: 'edited',
  tool_choice: 'sent',
  parallel_tool_calls: 'sent',
  max_tool_calls: refused,
  stop_server_tools_when: refused,
  web_search_options: refused,
  x_search_filter: refused,
  search_parameters: refused,
  functions: refused,
  function_call: refused,

  reasoning: 'edited',
  reasoning_effort: 'edited',
  include_reasoning: 'edited',

  prompt_cache_key: 'sent',
  prompt_cache_options: 'sent',
  cache_control: 'edited',

  // Where to send it. Of tiers a provider is told that of the endpoint, never the client's word.
  models: 'kept',
  route: 'kept',
  provider: 'kept',
  plugins: 'kept',
  preset: 'kept',
  debug: 'kept',
  service_tier: 'kept',
  transforms: refused,
  prompt: { refusedUnless: [''] },
}

export function handlingOf(field: string): 'sent' | 'edited' | 'kept' | 'refused' {
  const handling = Object.hasOwn(requestFields, field) ? requestFields[field] : undefined
  return typeof handling === 'object' ? 'refused' : (handling ?? 'sent')
}

export function isRequestField(name: string): boolean {
  return Object.hasOwn(requestFields, name)
}

/** Whether a field asks for something that is not built yet. */
export function asksTooMuch(field: string, value: Json): boolean {
  const handling = Object.hasOwn(requestFields, field) ? requestFields[field] : undefined
  if (typeof handling !== 'object' || isEmpty(value)) return false
  const text = JSON.stringify(value)
  return !handling.refusedUnless.some((harmless) => JSON.stringify(harmless) === text)
}

function isEmpty(value: Json): boolean {
  if (value === null) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
