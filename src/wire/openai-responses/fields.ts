import type { Json } from '../../base/json.ts'

/**
 * What becomes of each field of a Responses request, in one table. A field that is not in it is an extra, and travels
 * on as it came.
 * - `sent`: checked, and sent as it came.
 * - `edited`: sent in the words of the provider.
 * - `kept`: read or recorded here, and never sent.
 * - an object: refused with the reason, because ignoring it would break a promise about privacy, money or the answer.
 *   Nothing is asked by null, by an empty list or object, and by the values named.
 */
type Handling = 'sent' | 'edited' | 'kept' | Refusal

interface Refusal {
  unless: readonly Json[]
  because: string
}

const notYet: Refusal = { unless: [], because: ' is not supported yet' }
const notStored: Refusal = {
  unless: [],
  because: ': responses are not stored, so there is none to go on from; send the whole history in input',
}

const requestFields: Record<string, Handling> = {
  model: 'edited',
  input: 'edited',
  instructions: 'sent',
  stream: 'edited',
  stream_options: 'kept',

  // Nothing is kept, here or at the provider.
  store: { unless: [false], because: ': must be false, responses are not stored' },
  previous_response_id: notStored,
  conversation: notStored,
  background: { unless: [false], because: ': must be false, a response is given as it is made' },
  prompt: { unless: [], because: ': stored prompts cannot be used, send instructions and input' },

  // Who asks. A provider never learns it.
  user: 'kept',
  safety_identifier: 'kept',
  session_id: 'kept',
  metadata: 'kept',
  trace: 'kept',
  client_metadata: 'kept',

  // How to generate.
  max_output_tokens: 'edited',
  temperature: 'sent',
  top_p: 'sent',
  top_k: 'sent',
  top_logprobs: 'sent',
  frequency_penalty: 'sent',
  presence_penalty: 'sent',
  truncation: 'sent',
  reasoning: 'edited',

  // The form of the answer.
  text: 'edited',
  include: 'edited',
  modalities: { unless: [['text']], because: ' is not supported yet' },
  image_config: notYet,

  tools: 'edited',
  tool_choice: 'sent',
  parallel_tool_calls: 'sent',
  max_tool_calls: 'sent',
  stop_server_tools_when: notYet,
  x_search_filter: notYet,

  prompt_cache_key: 'sent',
  prompt_cache_options: 'sent',
  prompt_cache_retention: 'sent',
  // Providers of this format find the point to cache up to by themselves.
  cache_control: 'kept',

  // Where to send it. Of tiers a provider is told that of the endpoint, never the client's word.
  models: 'kept',
  route: 'kept',
  provider: 'kept',
  plugins: 'kept',
  preset: 'kept',
  service_tier: 'kept',
  debug: 'kept',
}

function handlingIn(field: string): Handling | undefined {
  return Object.hasOwn(requestFields, field) ? requestFields[field] : undefined
}

export function handlingOf(field: string): 'sent' | 'edited' | 'kept' | 'refused' {
  const handling = handlingIn(field)
  return typeof handling === 'object' ? 'refused' : (handling ?? 'sent')
}

export function isRequestField(name: string): boolean {
  return handlingIn(name) !== undefined
}

/** Why a field cannot be had as it is asked for; `undefined` where it can. */
export function refusalOf(field: string, value: Json): string | undefined {
  const handling = handlingIn(field)
  if (typeof handling !== 'object' || isEmpty(value)) return undefined
  const text = JSON.stringify(value)
  if (handling.unless.some((harmless) => JSON.stringify(harmless) === text)) return undefined
  return field + handling.because
}

function isEmpty(value: Json): boolean {
  if (value === null) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
