import * as z from 'zod/mini'
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

const cacheControl = z.looseObject({ type: z.literal('ephemeral'), ttl: z.nullish(z.enum(['5m', '1h'])) })
const cached = { cache_control: z.nullish(cacheControl) }

const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const

const url = z.object({
  type: z.literal('url'),
  url: z.string().check(z.regex(/^https?:\/\//i, 'must be an http(s) URL')),
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
    title: z.nullish(z.string()),
    context: z.nullish(z.string()),
    ...cached,
  }),
  z.object({
    type: z.literal('tool_use'),
    id: z.string().check(z.minLength(1)),
    name: z.string().check(z.minLength(1)),
    input: object,
    ...cached,
  }),
  z.object({
    type: z.literal('tool_result'),
    tool_use_id: z.string().check(z.minLength(1)),
    content: z.nullish(z.lazy(() => content)),
    is_error: z.nullish(z.boolean()),
    ...cached,
  }),
  z.object({ type: z.literal('thinking'), thinking: z.string(), signature: z.nullish(z.string()) }),
  z.object({ type: z.literal('redacted_thinking'), data: z.string() }),
])

const knownTypes = new Set<string>(knownBlock.def.options.flatMap(({ shape }) => shape.type.def.values))

const block = z.union([
  knownBlock,
  z.looseObject({ type: z.string().check(z.refine((type) => !knownTypes.has(type), { abort: true })) }),
])

const content: z.ZodMiniType = z.union([z.string(), z.array(block)])

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

const toolName = z.string().check(
  z.regex(/^[a-zA-Z0-9_-]{1,128}$/, {
    message: 'must have 1 to 128 letters, digits, underscores or hyphens',
  }),
)

/** Those of Anthropic's own, which have a dated type, are its business. */
const tool = z.union([
  z.looseObject({
    type: z.nullish(z.literal('custom')),
    name: toolName,
    description: z.nullish(z.string()),
    input_schema: object,
    ...cached,
  }),
  z.looseObject({ type: z.string().check(z.regex(/^(?!custom$)/)), ...cached }),
])

const parallel = { disable_parallel_tool_use: z.nullish(z.boolean()) }

const toolChoice = z.discriminatedUnion('type', [
  z.object({ type: z.literal('auto'), ...parallel }),
  z.object({ type: z.literal('any'), ...parallel }),
  z.object({ type: z.literal('none') }),
  z.object({ type: z.literal('tool'), name: toolName, ...parallel }),
])

const display = z.nullish(z.enum(['summarized', 'omitted']))

const thinking = z.discriminatedUnion('type', [
  z.object({ type: z.literal('enabled'), budget_tokens: z.int().check(z.gte(1024)), display }),
  z.object({ type: z.literal('adaptive'), display }),
  z.object({ type: z.literal('between_tools'), display }),
  z.object({ type: z.literal('disabled') }),
])

const outputConfig = z.looseObject({
  effort: z.nullish(z.enum(['low', 'medium', 'high', 'xhigh', 'max'])),
  format: z.nullish(z.object({ type: z.literal('json_schema'), schema: object })),
})

export const messagesRequest = z.object({
  model: z.nullish(z.string().check(z.minLength(1))),
  messages: z.array(message).check(z.minLength(1)),
  system: z.nullish(texts),
  max_tokens: z.nullish(z.int().check(z.gte(1))),
  stream: z.nullish(z.boolean()),

  temperature: z.nullish(z.number().check(z.gte(0), z.lte(1))),
  top_p: z.nullish(z.number().check(z.gte(0), z.lte(1))),
  top_k: z.nullish(z.int().check(z.gte(0))),
  stop_sequences: z.nullish(z.array(z.string())),

  tools: z.nullish(z.array(tool)),
  tool_choice: z.nullish(toolChoice),
  thinking: z.nullish(thinking),
  output_config: z.nullish(outputConfig),
  cache_control: z.nullish(cacheControl),
  speed: z.nullish(z.enum(['fast', 'standard'])),

  metadata: z.nullish(z.looseObject({ user_id: z.nullish(z.string()) })),
  user: z.nullish(z.string().check(z.maxLength(256))),
  session_id: z.nullish(sessionId),
  trace: z.nullish(z.looseObject({})),
  models: z.nullish(z.array(z.string())),
  fallbacks: z.nullish(
    z
      .array(z.strictObject({ model: z.string().check(z.minLength(1)) }))
      .check(z.maxLength(3, 'takes at most 3 models')),
  ),
})

export type MessagesRequest = z.infer<typeof messagesRequest>
