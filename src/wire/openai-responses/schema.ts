import * as z from 'zod/mini'
import type { JsonObject } from '../../base/json.ts'
import { debug, sessionId } from '../client-body.ts'

/**
 * What a Responses request may say (OpenRouter: responses). Known fields are strict; a null means "not set". Items and
 * tools of kinds that are not named here are the provider's own business: they travel on as they came, to a provider
 * that speaks this format.
 */

/** Any object: what is in it is its reader's business. */
const object = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  { error: 'Invalid input: expected object' },
)

const imageUrl = z.string().check(
  z.regex(/^(https?:\/\/|data:image\/(png|jpe?g|webp|gif);base64,)/i, {
    abort: true,
    message: 'must be an http(s) URL or a base64 data URL of a PNG, JPEG, WebP or GIF image',
  }),
)

const marked = { prompt_cache_breakpoint: z.nullish(z.object({ mode: z.literal('explicit') })) }
const inputText = z.object({ type: z.literal('input_text'), text: z.string(), ...marked })
const inputImage = z.object({
  type: z.literal('input_image'),
  image_url: z.nullish(imageUrl),
  file_id: z.nullish(z.string()),
  detail: z.nullish(z.enum(['auto', 'low', 'high', 'original'])),
  ...marked,
})
const inputFile = z.object({
  type: z.literal('input_file'),
  filename: z.nullish(z.string()),
  file_data: z.nullish(z.string()),
  file_url: z.nullish(z.string()),
  file_id: z.nullish(z.string()),
  ...marked,
})

const part = z.discriminatedUnion('type', [
  inputText,
  inputImage,
  inputFile,
  z.object({
    type: z.literal('input_audio'),
    input_audio: z.object({ data: z.string(), format: z.string() }),
  }),
  z.object({ type: z.literal('input_video'), video_url: z.string() }),
  // What the model said, come back in the history.
  z.object({ type: z.literal('output_text'), text: z.string() }),
  z.object({ type: z.literal('refusal'), refusal: z.string() }),
])

const message = z.object({
  type: z.nullish(z.literal('message')),
  role: z.enum(['user', 'system', 'assistant', 'developer']),
  content: z.nullish(z.union([z.string(), z.array(part)])),
  phase: z.nullish(z.enum(['commentary', 'final_answer'])),
})

const functionCall = z.object({
  type: z.literal('function_call'),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
})

const functionCallOutput = z.object({
  type: z.literal('function_call_output'),
  call_id: z.string(),
  output: z.union([z.string(), z.array(z.discriminatedUnion('type', [inputText, inputImage, inputFile]))]),
})

const thought = z.array(z.object({ type: z.string(), text: z.string() }))

const reasoningItem = z.object({
  type: z.literal('reasoning'),
  id: z.nullish(z.string()),
  summary: z.nullish(thought),
  content: z.nullish(thought),
  encrypted_content: z.nullish(z.string()),
  // OpenRouter's names for the signature of words, and for who made it.
  signature: z.nullish(z.string()),
  format: z.nullish(z.string()),
})

/** The items whose meaning is known, by type. */
export const items = {
  message,
  function_call: functionCall,
  function_call_output: functionCallOutput,
  reasoning: reasoningItem,
} as const

export type MessageItem = z.infer<typeof message>
export type MessagePart = z.infer<typeof part>
export type FunctionCallItem = z.infer<typeof functionCall>
export type FunctionCallOutputItem = z.infer<typeof functionCallOutput>
export type ReasoningItem = z.infer<typeof reasoningItem>

const toolName = z.string().check(
  z.regex(/^[A-Za-z0-9_-]{1,128}$/, {
    message: 'must have 1 to 128 letters, digits, underscores or hyphens',
  }),
)

export const functionTool = z.object({
  type: z.literal('function'),
  name: toolName,
  description: z.nullish(z.string()),
  parameters: z.nullish(object),
  strict: z.nullish(z.boolean()),
})

export type FunctionTool = z.infer<typeof functionTool>

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.looseObject({
    type: z.string(),
    name: z.nullish(z.string()),
    mode: z.nullish(z.enum(['auto', 'required'])),
    tools: z.nullish(z.array(z.looseObject({ type: z.string(), name: z.nullish(z.string()) }))),
  }),
])

const textFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    name: z.string().check(z.minLength(1), z.maxLength(64)),
    description: z.nullish(z.string()),
    schema: object,
    strict: z.nullish(z.boolean()),
  }),
])

const reasoning = z.strictObject({
  effort: z.nullish(z.enum(['max', 'xhigh', 'high', 'medium', 'low', 'minimal', 'none'])),
  summary: z.nullish(z.enum(['auto', 'concise', 'detailed'])),
  generate_summary: z.nullish(z.enum(['auto', 'concise', 'detailed'])),
  max_tokens: z.nullish(z.int().check(z.nonnegative())),
  enabled: z.nullish(z.boolean()),
  exclude: z.nullish(z.boolean()),
  context: z.nullish(z.enum(['auto', 'all_turns', 'current_turn'])),
  mode: z.nullish(z.enum(['standard', 'pro'])),
})

const metadata = z.record(z.string(), z.string().check(z.maxLength(512))).check(
  z.refine((pairs) => Object.keys(pairs).length <= 16, { message: 'must have at most 16 pairs' }),
  z.refine((pairs) => Object.keys(pairs).every((key) => /^[^[\]]{0,64}$/.test(key)), {
    message: 'keys must have at most 64 characters and no brackets',
  }),
)

const cacheControl = z.object({ type: z.literal('ephemeral'), ttl: z.nullish(z.enum(['5m', '1h'])) })
const penalty = z.nullish(z.number().check(z.gte(-2), z.lte(2)))

export const responsesRequest = z.object({
  model: z.nullish(z.string().check(z.minLength(1))),
  input: z.union([z.string(), z.array(object).check(z.minLength(1))]),
  instructions: z.nullish(z.string()),
  stream: z.nullish(z.boolean()),

  user: z.nullish(z.string().check(z.maxLength(256))),
  safety_identifier: z.nullish(z.string().check(z.maxLength(256))),
  session_id: z.nullish(sessionId),
  metadata: z.nullish(metadata),
  trace: z.nullish(z.looseObject({})),
  debug,

  max_output_tokens: z.nullish(z.int().check(z.gte(1))),
  temperature: z.nullish(z.number().check(z.gte(0), z.lte(2))),
  top_p: z.nullish(z.number().check(z.gte(0), z.lte(1))),
  top_k: z.nullish(z.int().check(z.gte(0))),
  top_logprobs: z.nullish(z.int().check(z.gte(0), z.lte(20))),
  frequency_penalty: penalty,
  presence_penalty: penalty,
  truncation: z.nullish(z.enum(['auto', 'disabled'])),

  text: z.nullish(
    z.object({
      format: z.nullish(textFormat),
      verbosity: z.nullish(z.enum(['low', 'medium', 'high', 'xhigh', 'max'])),
    }),
  ),
  include: z.nullish(z.array(z.string())),
  reasoning: z.nullish(reasoning),

  tools: z.nullish(z.array(z.looseObject({ type: z.string() }))),
  tool_choice: z.nullish(toolChoice),
  parallel_tool_calls: z.nullish(z.boolean()),
  max_tool_calls: z.nullish(z.int().check(z.gte(1))),

  prompt_cache_key: z.nullish(z.string()),
  prompt_cache_options: z.nullish(z.looseObject({})),
  cache_control: z.nullish(cacheControl),
  stream_options: z.nullish(z.looseObject({})),
})

export type ResponsesRequest = z.infer<typeof responsesRequest>
