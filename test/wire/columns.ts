import { GatewayError } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { Surface } from '../../src/providers/provider.ts'
import { makerOf, providerOf } from '../../src/providers/table.ts'
import { anthropicMessagesDialect } from '../../src/wire/anthropic-messages/dialect.ts'
import type { Dialect } from '../../src/wire/dialect.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiResponsesDialect } from '../../src/wire/openai-responses/dialect.ts'
import type { Protocol, UpstreamTarget } from '../../src/wire/protocol.ts'

/** What a client's request becomes at one provider. */
export type Cell =
  /** `dropped`: what was asked for and is not in the body. `betas`: what Anthropic is asked to switch on. */
  | { body: JsonObject; dropped: readonly string[]; betas?: string }
  /** Refused with a 400 that says this. */
  | { unsupported: string }

export function sent(
  body: JsonObject,
  { dropped = [], betas }: { dropped?: string[]; betas?: string } = {},
): Cell {
  return { body, dropped: dropped.toSorted(), ...(betas !== undefined && { betas }) }
}

export function unsupported(message: string): Cell {
  return { unsupported: message }
}

/** A column of the matrix: a format at a host that speaks it, with a model of that host. */
export type Column = (typeof columnNames)[number]

/** A request of one kind, as a client asks it, and what each provider is then asked. */
export interface Scenario {
  name: string
  /** The client's format. Default: chat completions. */
  client?: Client
  /** `anthropic-beta`, as the client sends it. */
  betas?: string
  /** The body, without its model. */
  request: JsonObject
  bodies: Record<Column, Cell>
}

export type Client = keyof typeof clients

const clients = {
  'openai-chat': openaiChatDialect,
  'openai-responses': openaiResponsesDialect,
  'anthropic-messages': anthropicMessagesDialect,
} as const satisfies Record<string, Dialect>

const columns: Record<Column, { protocol: Protocol; target: UpstreamTarget }> = {
  'openai-chat': at('openai', 'openai-chat', 'gpt'),
  'openai-responses': at('openai', 'openai-responses', 'gpt'),
  'anthropic-messages': at('anthropic', 'anthropic-messages', 'claude-sonnet-4-5'),
  'google-generate': at('google-ai-studio', 'google-generate', 'gemini-2.5-flash'),
  'bedrock-converse': at('amazon-bedrock', 'bedrock-converse', 'anthropic.claude-sonnet-4-5-v1:0'),
  'cohere-chat': at('cohere', 'cohere-chat', 'command-a-reasoning'),
  mistral: at('mistral', 'openai-chat', 'mistral-medium'),
}

export const columnNames = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'google-generate',
  'bedrock-converse',
  'cohere-chat',
  'mistral',
] as const

function at(
  slug: string,
  format: string,
  upstreamModel: string,
): { protocol: Protocol; target: UpstreamTarget } {
  const provider = providerOf(slug)
  const surfaces: readonly Surface[] = provider ? [provider, ...(provider.also ?? [])] : []
  const surface = surfaces.find(({ protocol }) => protocol.format === format)
  if (!provider || !surface) throw new Error(`${slug} does not speak ${format}`)
  const { protocol, quirks } = surface
  const maker = makerOf(provider, surface, upstreamModel)
  return { protocol, target: { upstreamModel, quirks, streams: true, reasoning: true, maker } }
}

export function cellOf(
  { client = 'openai-chat', betas = '', request }: Omit<Scenario, 'bodies'>,
  column: Column,
): Cell {
  const { protocol, target } = columns[column]
  const decoded = clients[client].decodeRequest(
    { model: 'author/model', ...request },
    new Headers({ 'anthropic-beta': betas }),
  )
  try {
    const { body, dropped, headers } = protocol.encodeRequest(decoded, target)
    const asked = headers?.['anthropic-beta']
    return { body, dropped: dropped.toSorted(), ...(asked !== undefined && { betas: asked }) }
  } catch (error) {
    if (error instanceof GatewayError && error.type === 'invalid_request')
      return { unsupported: error.message }
    throw error
  }
}
