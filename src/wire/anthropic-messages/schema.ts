import * as z from 'zod'
import type { JsonObject } from '../../base/json.ts'
import { sessionId } from '../client-body.ts'

/**
 * What a Messages request may say (OpenRouter: Anthropic Messages). It is checked and read from the body itself
 * afterwards, because much of it travels on as it came: content of kinds not named here is for the provider to judge.
 */

/** Any object: what is in it is its reader's business. */
const object = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  { error: 'Invalid input: expected object' },
)

const cacheControl = z.looseObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).nullish() })
const cached = { cache_control: cacheControl.nullish() }

const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const

const url = z.object({
  type: z.literal('url'),
  url: z.string().regex(/^https?:\/\//i, 'must be an http(s) URL'),
})
const fileId = z.object({ type: z.literal('file'), file_id: z.string() })

const imageSource = z.discriminatedUnion('type', [
  z.object({ type: z.literal('base64'), media_type: z.enum(imageTypes), data: z.string() }),
  url,
  fileId,
])

const documentSource = z.discriminatedUnion('type', [
  z.object({ type: z.literal('base64'), media_type: z.string(), data: z.string() }),
  z.object({ type: z.literal('text'), media_type: z.string(), data: z.string() }),
  z.object({ type: z.literal('content'), content: z.lazy(() => content) }),
  url,
  fileId,
])

const knownBlock = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string(), ...cached }),
  z.object({ type: z.literal('image'), source: imageSource, ...cached }),
  z.object({
    type: z.literal('document'),
    source: documentSource,
    title: z.string().nullish(),
    context: z.string().nullish(),
    ...cached,
  }),
  z.object({
    type: z.literal('tool_use'),
    id: z.string().min(1),
    name: z.string().min(1),
    input: object,
    ...cached,
  }),
  z.object({
    type: z.literal('tool_result'),
    tool_use_id: z.string().min(1),
    content: z.lazy(() => content).nullish(),
    is_error: z.boolean().nullish(),
    ...cached,
  }),
  z.object({ type: z.literal('thinking'), thinking: z.string(), signature: z.string().nullish() }),
  z.object({ type: z.literal('redacted_thinking'), data: z.string() }),
])

const knownTypes = new Set<string>(knownBlock.options.map(({ shape }) => shape.type.value))

const block = z.union([
  knownBlock,
  z.looseObject({ type: z.string().refine((type) => !knownTypes.has(type), { abort: true }) }),
])

const content: z.ZodType = z.union([z.string(), z.array(block)])

const texts = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.literal('text'), text: z.string(), ...cached })),
])

const toolTurns = ['tool_addition', 'tool_removal'] as const

const message = z
  .looseObject({ role: z.enum(['user', 'assistant', 'system']), content })
  .check(({ value, issues }) => {
    if (value.role === 'system' || !Array.isArray(value.content)) return
    for (const [index, part] of value.content.entries()) {
      const type: unknown = Object(part).type
      if (!toolTurns.some((name) => name === type)) continue
      const path = ['content', index, 'type']
      issues.push({
        code: 'custom',
        message: `${String(type)} belongs in a system message`,
        path,
        input: type,
      })
    }
  })

const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/, {
  message: 'must have 1 to 128 letters, digits, underscores or hyphens',
})

/** Those of Anthropic's own, which have a dated type, are its business. */
const tool = z.union([
  z.looseObject({
    type: z.literal('custom').nullish(),
    name: toolName,
    description: z.string().nullish(),
    input_schema: object,
    ...cached,
  }),
  z.looseObject({ type: z.string().regex(/^(?!custom$)/), ...cached }),
])

const parallel = { disable_parallel_tool_use: z.boolean().nullish() }

const toolChoice = z.discriminatedUnion('type', [
  z.object({ type: z.literal('auto'), ...parallel }),
  z.object({ type: z.literal('any'), ...parallel }),
  z.object({ type: z.literal('none') }),
  z.object({ type: z.literal('tool'), name: toolName, ...parallel }),
])

const display = z.enum(['summarized', 'omitted']).nullish()

const thinking = z.discriminatedUnion('type', [
  z.object({ type: z.literal('enabled'), budget_tokens: z.int().min(1024), display }),
  z.object({ type: z.literal('adaptive'), display }),
  z.object({ type: z.literal('between_tools'), display }),
  z.object({ type: z.literal('disabled') }),
])

const outputConfig = z.looseObject({
  effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  format: z.object({ type: z.literal('json_schema'), schema: object }).nullish(),
})

export const messagesRequest = z.object({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  system: texts.nullish(),
  max_tokens: z.int().min(1).nullish(),
  stream: z.boolean().nullish(),

  temperature: z.number().min(0).max(1).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(0).nullish(),
  stop_sequences: z.array(z.string()).nullish(),

  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  thinking: thinking.nullish(),
  output_config: outputConfig.nullish(),
  cache_control: cacheControl.nullish(),
  speed: z.enum(['fast', 'standard']).nullish(),
  service_tier: z.string().nullish(),

  metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
  user: z.string().max(256).nullish(),
  session_id: sessionId.nullish(),
  trace: z.looseObject({}).nullish(),
  models: z.array(z.string()).nullish(),
  fallbacks: z
    .array(z.strictObject({ model: z.string().min(1) }))
    .max(3, 'takes at most 3 models')
    .nullish(),
})

export type MessagesRequest = z.infer<typeof messagesRequest>
