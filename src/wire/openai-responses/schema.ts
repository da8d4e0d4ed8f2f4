import * as z from 'zod'
import type { JsonObject } from '../../base/json.ts'
import { sessionId } from '../client-body.ts'

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

const imageUrl = z.string().regex(/^(https?:\/\/|data:image\/(png|jpe?g|webp|gif);base64,)/i, {
  abort: true,
  message: 'must be an http(s) URL or a base64 data URL of a PNG, JPEG, WebP or GIF image',
})

const inputText = z.object({ type: z.literal('input_text'), text: z.string() })
const inputImage = z.object({
  type: z.literal('input_image'),
  image_url: imageUrl.nullish(),
  file_id: z.string().nullish(),
  detail: z.enum(['auto', 'low', 'high', 'original']).nullish(),
})
const inputFile = z.object({
  type: z.literal('input_file'),
  filename: z.string().nullish(),
  file_data: z.string().nullish(),
  file_url: z.string().nullish(),
  file_id: z.string().nullish(),
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
  type: z.literal('message').nullish(),
  role: z.enum(['user', 'system', 'assistant', 'developer']),
  content: z.union([z.string(), z.array(part)]).nullish(),
  phase: z.enum(['commentary', 'final_answer']).nullish(),
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
  id: z.string().nullish(),
  summary: thought.nullish(),
  content: thought.nullish(),
  encrypted_content: z.string().nullish(),
  // OpenRouter's names for the signature of words, and for who made it.
  signature: z.string().nullish(),
  format: z.string().nullish(),
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

const toolName = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, {
  message: 'must have 1 to 128 letters, digits, underscores or hyphens',
})

export const functionTool = z.object({
  type: z.literal('function'),
  name: toolName,
  description: z.string().nullish(),
  parameters: object.nullish(),
  strict: z.boolean().nullish(),
})

export type FunctionTool = z.infer<typeof functionTool>

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.looseObject({
    type: z.string(),
    name: z.string().nullish(),
    mode: z.enum(['auto', 'required']).nullish(),
    tools: z.array(z.looseObject({ type: z.string(), name: z.string().nullish() })).nullish(),
  }),
])

const textFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    name: z.string().min(1).max(64),
    description: z.string().nullish(),
    schema: object,
    strict: z.boolean().nullish(),
  }),
])

const reasoning = z.strictObject({
  effort: z.enum(['max', 'xhigh', 'high', 'medium', 'low', 'minimal', 'none']).nullish(),
  summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
  generate_summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
  max_tokens: z.int().nonnegative().nullish(),
  enabled: z.boolean().nullish(),
  exclude: z.boolean().nullish(),
  context: z.enum(['auto', 'all_turns', 'current_turn']).nullish(),
  mode: z.enum(['standard', 'pro']).nullish(),
})

const metadata = z
  .record(z.string(), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, { message: 'must have at most 16 pairs' })
  .refine((pairs) => Object.keys(pairs).every((key) => /^[^[\]]{0,64}$/.test(key)), {
    message: 'keys must have at most 64 characters and no brackets',
  })

const cacheControl = z.object({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).nullish() })
const penalty = z.number().min(-2).max(2).nullish()

export const responsesRequest = z.object({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(object).min(1)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),

  user: z.string().max(256).nullish(),
  safety_identifier: z.string().max(256).nullish(),
  session_id: sessionId.nullish(),
  metadata: metadata.nullish(),
  trace: z.looseObject({}).nullish(),

  max_output_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(0).nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  frequency_penalty: penalty,
  presence_penalty: penalty,
  truncation: z.enum(['auto', 'disabled']).nullish(),

  text: z
    .object({
      format: textFormat.nullish(),
      verbosity: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
    })
    .nullish(),
  include: z.array(z.string()).nullish(),
  reasoning: reasoning.nullish(),

  tools: z.array(z.looseObject({ type: z.string() })).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  max_tool_calls: z.int().min(1).nullish(),

  prompt_cache_key: z.string().nullish(),
  prompt_cache_options: z.looseObject({}).nullish(),
  cache_control: cacheControl.nullish(),
  stream_options: z.looseObject({}).nullish(),
})

export type ResponsesRequest = z.infer<typeof responsesRequest>
