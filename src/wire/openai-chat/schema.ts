import * as z from 'zod/mini'
import type { JsonObject } from '../../base/json.ts'
import { debug, sessionId } from '../client-body.ts'

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

const cacheControl = z.object({ type: z.literal('ephemeral'), ttl: z.nullish(z.enum(['5m', '1h'])) })
const cached = {
  cache_control: z.nullish(cacheControl),
  prompt_cache_breakpoint: z.nullish(z.object({ mode: z.literal('explicit') })),
}

const text = z.object({ type: z.literal('text'), text: z.string(), ...cached })

const imageUrl = z.string().check(
  z.regex(/^(https?:\/\/|data:image\/(png|jpe?g|webp|gif);base64,)/i, {
    abort: true,
    message: 'must be an http(s) URL or a base64 data URL of a PNG, JPEG, WebP or GIF image',
  }),
)

/** A base64 text, told from a URL by its first characters: the whole may be megabytes. */
const base64 = z.string().check(
  z.refine((data) => !/^[a-z][a-z0-9+.-]*:/i.test(data.slice(0, 64)), {
    message: 'must be base64 data, not a URL',
  }),
)

const part = z.discriminatedUnion('type', [
  text,
  z.object({
    type: z.literal('image_url'),
    image_url: z.object({ url: imageUrl, detail: z.nullish(z.enum(['auto', 'low', 'high', 'original'])) }),
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
    file: z
      .object({
        filename: z.nullish(z.string()),
        file_data: z.nullish(z.string()),
        file_id: z.nullish(z.string()),
      })
      .check(
        z.refine((file) => Boolean(file.file_data || file.file_id), {
          path: ['file_data'],
          message: 'is required',
        }),
      ),
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
  format: z.nullish(z.string()),
  id: z.nullish(z.string()),
  text: z.nullish(z.string()),
  signature: z.nullish(z.string()),
  summary: z.nullish(z.string()),
  data: z.nullish(z.string()),
})

/** Clients of other servers keep other things under this name: they are no pictures. */
const nothing = z.transform(() => null)
const picture = z.union([z.object({ image_url: z.object({ url: z.string() }) }), nothing])
const pictures = z.optional(z.union([z.array(picture), nothing]))

const message = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), content: texts, name: z.nullish(z.string()) }),
  z.object({ role: z.literal('developer'), content: texts, name: z.nullish(z.string()) }),
  z.object({ role: z.literal('user'), content: parts, name: z.nullish(z.string()) }),
  z.object({
    role: z.literal('assistant'),
    content: z.nullish(parts),
    name: z.nullish(z.string()),
    tool_calls: z.nullish(z.array(toolCall)),
    refusal: z.nullish(z.string()),
    reasoning: z.nullish(z.string()),
    reasoning_content: z.nullish(z.string()),
    reasoning_details: z.nullish(z.array(reasoningDetail)),
    images: pictures,
    audio: z.nullish(z.object({ transcript: z.nullish(z.string()) })),
  }),
  z.object({ role: z.literal('tool'), content: parts, tool_call_id: z.string() }),
])

const functionName = z.string().check(
  z.regex(/^[A-Za-z0-9_-]{1,64}$/, {
    message: 'must have 1 to 64 letters, digits, underscores or hyphens',
  }),
)

const tool = z.object({
  type: z.literal('function'),
  function: z.object({
    name: functionName,
    description: z.nullish(z.string()),
    parameters: z.nullish(object),
    strict: z.nullish(z.boolean()),
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
      name: z.string().check(z.minLength(1), z.maxLength(64)),
      description: z.nullish(z.string()),
      schema: z.nullish(object),
      strict: z.nullish(z.boolean()),
    }),
  }),
  z.object({ type: z.literal('grammar'), grammar: z.string() }),
  z.object({ type: z.literal('python') }),
])

const effort = z.enum(['max', 'xhigh', 'high', 'medium', 'low', 'minimal', 'none'])

const reasoning = z.strictObject({
  effort: z.nullish(effort),
  max_tokens: z.nullish(z.int().check(z.nonnegative())),
  exclude: z.nullish(z.boolean()),
  enabled: z.nullish(z.boolean()),
  summary: z.nullish(z.enum(['auto', 'concise', 'detailed'])),
  context: z.nullish(z.enum(['auto', 'all_turns', 'current_turn'])),
  mode: z.nullish(z.enum(['standard', 'pro'])),
})

const metadata = z
  .record(z.string().check(z.maxLength(64)), z.string().check(z.maxLength(512)))
  .check(z.refine((pairs) => Object.keys(pairs).length <= 16, { message: 'must have at most 16 pairs' }))

const penalty = z.nullish(z.number().check(z.gte(-2), z.lte(2)))
const fraction = z.nullish(z.number().check(z.gte(0), z.lte(1)))

export const chatRequest = z.object({
  model: z.nullish(z.string().check(z.minLength(1))),
  messages: z.array(message).check(z.minLength(1)),
  stream: z.nullish(z.boolean()),

  user: z.nullish(z.string().check(z.maxLength(256))),
  session_id: z.nullish(sessionId),
  metadata: z.nullish(metadata),
  trace: z.nullish(z.looseObject({})),
  debug,

  temperature: z.nullish(z.number().check(z.gte(0), z.lte(2))),
  top_p: fraction,
  top_k: z.nullish(z.int().check(z.gte(0))),
  min_p: fraction,
  top_a: fraction,
  frequency_penalty: penalty,
  presence_penalty: penalty,
  repetition_penalty: z.nullish(z.number().check(z.positive(), z.lte(2))),
  seed: z.nullish(z.int()),
  max_tokens: z.nullish(z.int().check(z.gte(1))),
  max_completion_tokens: z.nullish(z.int().check(z.gte(1))),
  stop: z.nullish(z.union([z.string(), z.array(z.string()).check(z.maxLength(4))])),
  logit_bias: z.nullish(z.record(z.string(), z.number().check(z.gte(-100), z.lte(100)))),
  logprobs: z.nullish(z.boolean()),
  top_logprobs: z.nullish(z.int().check(z.gte(0), z.lte(20))),
  prediction: z.nullish(object),

  response_format: z.nullish(responseFormat),
  structured_outputs: z.nullish(z.boolean()),
  modalities: z.nullish(z.array(z.enum(['text', 'image', 'audio']))),
  audio: z.nullish(z.object({ voice: z.string(), format: z.string() })),
  image_config: z.nullish(object),
  verbosity: z.nullish(z.enum(['low', 'medium', 'high', 'xhigh', 'max'])),
  stream_options: z.nullish(z.looseObject({})),
  usage: z.nullish(z.looseObject({})),

  tools: z.nullish(z.array(tool)),
  tool_choice: z.nullish(toolChoice),
  parallel_tool_calls: z.nullish(z.boolean()),

  reasoning: z.nullish(reasoning),
  reasoning_effort: z.nullish(effort),
  include_reasoning: z.nullish(z.boolean()),

  cache_control: z.nullish(cacheControl),
  prompt_cache_key: z.nullish(z.string()),
  prompt_cache_options: z.nullish(z.looseObject({})),
})

export type ChatRequest = z.infer<typeof chatRequest>
