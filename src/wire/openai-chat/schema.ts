import * as z from 'zod'
import type { JsonObject } from '../../base/json.ts'
import { sessionId } from '../client-body.ts'

/**
 * What a chat request may say (OpenRouter: chat completions). Known fields are strict; a null means "not set". What
 * is not named here is not looked at: fields that are refused are in `fields.ts`, others travel on as they came.
 */

/** Any object: what is in it is its reader's business. */
const object = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  {
    error: 'Invalid input: expected object',
  },
)

const cacheControl = z.object({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).nullish() })
const cached = { cache_control: cacheControl.nullish() }

const text = z.object({ type: z.literal('text'), text: z.string(), ...cached })

const imageUrl = z.string().regex(/^(https?:\/\/|data:image\/(png|jpe?g|webp|gif);base64,)/i, {
  abort: true,
  message: 'must be an http(s) URL or a base64 data URL of a PNG, JPEG, WebP or GIF image',
})

/** A base64 text, told from a URL by its first characters: the whole may be megabytes. */
const base64 = z.string().refine((data) => !/^[a-z][a-z0-9+.-]*:/i.test(data.slice(0, 64)), {
  message: 'must be base64 data, not a URL',
})

const part = z.discriminatedUnion('type', [
  text,
  z.object({
    type: z.literal('image_url'),
    image_url: z.object({ url: imageUrl, detail: z.enum(['auto', 'low', 'high', 'original']).nullish() }),
    ...cached,
  }),
  z.object({
    type: z.literal('input_audio'),
    input_audio: z.object({ data: base64, format: z.string() }),
    ...cached,
  }),
  z.object({ type: z.literal('video_url'), video_url: z.object({ url: z.string() }), ...cached }),
  // The older name of the same part.
  z.object({ type: z.literal('input_video'), video_url: z.object({ url: z.string() }), ...cached }),
  z.object({
    type: z.literal('file'),
    file: z.object({
      filename: z.string().nullish(),
      file_data: z.string().nullish(),
      file_id: z.string().nullish(),
    }),
    ...cached,
  }),
])

const texts = z.union([z.string(), z.array(text)])
const parts = z.union([z.string(), z.array(part)])

const toolCall = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
})

const reasoningDetail = z.looseObject({
  type: z.string(),
  format: z.string().nullish(),
  id: z.string().nullish(),
  text: z.string().nullish(),
  signature: z.string().nullish(),
  summary: z.string().nullish(),
  data: z.string().nullish(),
})

const message = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), content: texts, name: z.string().nullish() }),
  z.object({ role: z.literal('developer'), content: texts, name: z.string().nullish() }),
  z.object({ role: z.literal('user'), content: parts, name: z.string().nullish() }),
  z.object({
    role: z.literal('assistant'),
    content: parts.nullish(),
    name: z.string().nullish(),
    tool_calls: z.array(toolCall).nullish(),
    refusal: z.string().nullish(),
    reasoning: z.string().nullish(),
    reasoning_content: z.string().nullish(),
    reasoning_details: z.array(reasoningDetail).nullish(),
  }),
  z.object({ role: z.literal('tool'), content: parts, tool_call_id: z.string() }),
])

const functionName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, {
  message: 'must have 1 to 64 letters, digits, underscores or hyphens',
})

const tool = z.object({
  type: z.literal('function'),
  function: z.object({
    name: functionName,
    description: z.string().nullish(),
    parameters: object.nullish(),
    strict: z.boolean().nullish(),
  }),
  ...cached,
})

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.object({ type: z.literal('function'), function: z.object({ name: functionName }) }),
])

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({
      name: z.string().min(1).max(64),
      description: z.string().nullish(),
      schema: object.nullish(),
      strict: z.boolean().nullish(),
    }),
  }),
  z.object({ type: z.literal('grammar'), grammar: z.string() }),
  z.object({ type: z.literal('python') }),
])

const effort = z.enum(['max', 'xhigh', 'high', 'medium', 'low', 'minimal', 'none'])

const reasoning = z.strictObject({
  effort: effort.nullish(),
  max_tokens: z.int().nonnegative().nullish(),
  exclude: z.boolean().nullish(),
  enabled: z.boolean().nullish(),
  summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
  context: z.enum(['auto', 'all_turns', 'current_turn']).nullish(),
  mode: z.enum(['standard', 'pro']).nullish(),
})

const metadata = z
  .record(z.string().max(64), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, { message: 'must have at most 16 pairs' })

const penalty = z.number().min(-2).max(2).nullish()
const fraction = z.number().min(0).max(1).nullish()

export const chatRequest = z.object({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),

  user: z.string().max(256).nullish(),
  session_id: sessionId.nullish(),
  metadata: metadata.nullish(),
  trace: z.looseObject({}).nullish(),

  temperature: z.number().min(0).max(2).nullish(),
  top_p: fraction,
  top_k: z.int().min(0).nullish(),
  min_p: fraction,
  top_a: fraction,
  frequency_penalty: penalty,
  presence_penalty: penalty,
  repetition_penalty: z.number().positive().max(2).nullish(),
  seed: z.int().nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  prediction: object.nullish(),

  response_format: responseFormat.nullish(),
  structured_outputs: z.boolean().nullish(),
  modalities: z.array(z.enum(['text', 'image', 'audio'])).nullish(),
  audio: z.object({ voice: z.string(), format: z.string() }).nullish(),
  image_config: object.nullish(),
  verbosity: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  stream_options: z.looseObject({}).nullish(),
  usage: z.looseObject({}).nullish(),

  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),

  reasoning: reasoning.nullish(),
  reasoning_effort: effort.nullish(),
  include_reasoning: z.boolean().nullish(),

  // Its keys are checked with what is not built yet.
  provider: z.looseObject({}).nullish(),
  cache_control: cacheControl.nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_options: z.looseObject({}).nullish(),
})

export type ChatRequest = z.infer<typeof chatRequest>
