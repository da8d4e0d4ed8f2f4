import type { Json } from '../../base/json.ts'

/**
 * What becomes of each field of a Messages request. A field that is not in it travels on as it came to a provider of
 * this format.
 * - `edited`: sent in the words of the provider.
 * - `kept`: read or recorded here, and never sent.
 * - `refused`: what it asks for is not built yet. Nothing is asked by null, by an empty list or object, and by the
 *   values named here.
 */
type Handling = 'sent' | 'edited' | 'kept' | { refusedUnless: readonly Json[] }
const refused: Handling = { refusedUnless: [] }

const requestFields: Record<string, Handling> = {
  model: 'edited',
  messages: 'edited',
  system: 'sent',
  max_tokens: 'edited',
  stream: 'edited',
  temperature: 'sent',
  top_p: 'sent',
  top_k: 'sent',
  stop_sequences: 'sent',
  tools: 'sent',
  tool_choice: 'sent',
  thinking: 'edited',
  output_config: 'edited',
  cache_control: 'sent',
  context_management: 'sent',
  container: 'sent',
  mcp_servers: 'sent',
  // Said of the endpoint that is fast, whether or not the client says it.
  speed: 'kept',

  // Who asks. A provider never learns it.
  metadata: 'kept',
  user: 'kept',
  session_id: 'kept',
  trace: 'kept',

  // Where to send it. Anthropic knows no tier that an endpoint of its has: no word of it is sent.
  models: 'kept',
  fallbacks: 'kept',
  route: 'kept',
  provider: 'kept',
  plugins: 'kept',
  preset: 'kept',
  debug: 'kept',
  service_tier: 'kept',
  stop_server_tools_when: refused,
}

export function handlingOf(field: string): 'sent' | 'edited' | 'kept' {
  const handling = Object.hasOwn(requestFields, field) ? requestFields[field] : undefined
  return typeof handling === 'object' ? 'kept' : (handling ?? 'sent')
}

export function isRequestField(name: string): boolean {
  return Object.hasOwn(requestFields, name)
}

/** Whether a field asks for something that is not built yet. */
export function asksTooMuch(field: string, value: Json): boolean {
  const handling = Object.hasOwn(requestFields, field) ? requestFields[field] : undefined
  if (typeof handling !== 'object' || value === null) return false
  if (typeof value === 'object' && Object.keys(value).length === 0) return false
  return !handling.refusedUnless.includes(value)
}
