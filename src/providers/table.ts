import type { Format } from '../generation/request.ts'
import { anthropicMessagesProtocol } from '../wire/anthropic-messages/protocol.ts'
import { openaiChatProtocol } from '../wire/openai-chat/protocol.ts'
import { openaiResponsesProtocol } from '../wire/openai-responses/protocol.ts'
import { bearer, keyIn, type Auth } from './auth/auth.ts'
import { chatHosts } from './chat-hosts.ts'
import { embeddings } from './embeddings.ts'
import { nativeHosts } from './native-hosts.ts'
import type { Provider, Surface } from './provider.ts'
import { simulate } from './simulator/simulate.ts'
import { placeholders, variableName, type ProviderVariable, type Suffix } from './variables.ts'

const chat = { protocol: openaiChatProtocol, cancellable: true } as const

/** Sampling that OpenAI never took over from others, and refuses. */
const foreignSampling = ['top_k', 'min_p', 'top_a', 'repetition_penalty'] as const
/** Chat has them, Responses does not. */
const penalties = ['frequency_penalty', 'presence_penalty'] as const
const openaiOnly = ['prompt_cache_key', 'prompt_cache_options', 'prediction', 'verbosity'] as const

const rows: Provider[] = [
  {
    ...chat,
    slug: 'openai',
    name: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    quirks: {
      maxTokensField: 'max_completion_tokens',
      reasoningField: 'none',
      needsBytes: 'files',
      drop: foreignSampling,
    },
    also: [
      embeddings,
      {
        protocol: openaiResponsesProtocol,
        maker: 'openai-responses-v1',
        quirks: { drop: [...foreignSampling, ...penalties] },
      },
    ],
  },
  {
    slug: 'anthropic',
    name: 'Anthropic',
    protocol: anthropicMessagesProtocol,
    baseUrl: 'https://api.anthropic.com/v1',
    auth: keyIn('x-api-key'),
    cancellable: true,
    maker: 'anthropic-claude-v1',
    quirks: { betas: 'all', countsTokens: true },
  },
  {
    ...chat,
    slug: 'deepseek',
    name: 'DeepSeek',
    baseUrl: 'https://api.deepseek.com',
    quirks: {
      noDeveloperRole: true,
      reasoningField: 'reasoning_content',
      reasoningRequest: 'thinking',
      efforts: ['low', 'high', 'max'],
      drop: [...openaiOnly, 'parallel_tool_calls'],
    },
    also: [
      {
        protocol: anthropicMessagesProtocol,
        baseUrl: 'https://api.deepseek.com/anthropic/v1',
        auth: keyIn('x-api-key'),
        quirks: {
          efforts: ['low', 'high', 'max'],
          unsignedThoughts: true,
          drop: ['top_k', 'cache_control', 'context_management', 'mcp_servers', 'container', 'service_tier'],
        },
      },
    ],
  },
  {
    ...chat,
    slug: 'groq',
    name: 'Groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    cancellable: false,
    quirks: {
      maxTokensField: 'max_completion_tokens',
      reasoningField: 'reasoning',
      drop: [...foreignSampling, ...openaiOnly, 'logprobs', 'top_logprobs', 'logit_bias'],
    },
  },
  {
    ...chat,
    slug: 'together',
    name: 'Together',
    baseUrl: 'https://api.together.xyz/v1',
    quirks: {
      noDeveloperRole: true,
      reasoningField: 'reasoning',
      efforts: ['low', 'medium', 'high'],
      drop: openaiOnly,
    },
    also: [embeddings],
  },
  {
    ...chat,
    slug: 'fireworks',
    name: 'Fireworks',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    quirks: {
      noDeveloperRole: true,
      reasoningField: 'reasoning_content',
      efforts: ['none', 'low', 'medium', 'high'],
      drop: ['prompt_cache_options', 'verbosity'],
    },
    also: [embeddings],
  },
  {
    ...chat,
    slug: 'deepinfra',
    name: 'DeepInfra',
    baseUrl: 'https://api.deepinfra.com/v1/openai',
    quirks: {
      noDeveloperRole: true,
      reasoningField: 'reasoning_content',
      efforts: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'],
      drop: openaiOnly,
    },
    also: [embeddings],
  },
  {
    ...chat,
    slug: 'xai',
    name: 'xAI',
    baseUrl: 'https://api.x.ai/v1',
    quirks: {
      maxTokensField: 'max_completion_tokens',
      reasoningOutsideCompletion: true,
      reasoningField: 'reasoning_content',
      efforts: ['none', 'low', 'medium', 'high'],
      drop: [...foreignSampling, ...openaiOnly],
    },
    also: [
      {
        protocol: openaiResponsesProtocol,
        maker: 'xai-responses-v1',
        quirks: {
          efforts: ['none', 'low', 'medium', 'high'],
          toolTypes: ['function', 'web_search', 'x_search', 'code_interpreter', 'file_search', 'mcp'],
          billsCode: true,
          drop: [
            ...foreignSampling,
            ...penalties,
            'prompt_cache_options',
            'truncation',
            'reasoning.summary',
            'text.verbosity',
          ],
        },
      },
    ],
  },
  {
    ...chat,
    slug: 'openrouter',
    name: 'OpenRouter',
    aggregator: true,
    baseUrl: 'https://openrouter.ai/api/v1',
    quirks: { reasoningField: 'reasoning', reasoningRequest: 'reasoning', extensions: true },
    also: [embeddings],
  },
  {
    ...chat,
    slug: 'workers-ai',
    name: 'Cloudflare Workers AI',
    baseUrl: 'https://api.cloudflare.com/client/v4/accounts/{ACCOUNT}/ai/v1',
    binding: 'AI',
    quirks: { noDeveloperRole: true, needsBytes: true, ownChunks: true, drop: openaiOnly },
    also: [embeddings],
  },
  ...chatHosts,
  ...nativeHosts,
  {
    ...chat,
    slug: 'ollama',
    name: 'Ollama',
    open: true,
    takesHeaders: true,
    quirks: { noDeveloperRole: true, reasoningField: 'reasoning', needsBytes: true },
    also: [embeddings],
  },
  { ...chat, slug: 'vllm', name: 'vLLM', open: true, takesHeaders: true, quirks: {}, also: [embeddings] },
  {
    ...chat,
    slug: 'lmstudio',
    name: 'LM Studio',
    open: true,
    takesHeaders: true,
    quirks: { noDeveloperRole: true, needsBytes: true, noNamedTool: true },
    also: [embeddings],
  },
  {
    ...chat,
    slug: 'simulator',
    name: 'Simulator',
    baseUrl: 'https://simulator.invalid/v1',
    quirks: {},
    transport: simulate,
  },
]

const bySlug: ReadonlyMap<string, Provider> = new Map(rows.map((row) => [row.slug, row]))

export const providers: readonly Provider[] = rows

export function providerOf(slug: string): Provider | undefined {
  return bySlug.get(slug)
}

/** Whose sealed thoughts a surface can read, through a model of it. */
export function makerOf(provider: Provider, { maker }: Surface, model: string): string {
  const named = typeof maker === 'function' ? maker(model) : maker
  return named ?? `${provider.slug}-v1`
}

export function variableOf({ slug }: Provider, suffix: Suffix): ProviderVariable {
  return variableName(slug, suffix)
}

/** What the variable is called that puts a surface elsewhere: one with an address of its own has its own. */
export function addressSuffix(provider: Provider, surface: Surface): Suffix {
  const isOwn = surface !== provider && surface.baseUrl !== undefined
  return isOwn ? addressSuffixes[surface.protocol.format] : 'BASE_URL'
}

const addressSuffixes: Record<Format, Suffix> = {
  'openai-chat': 'CHAT_BASE_URL',
  'openai-responses': 'RESPONSES_BASE_URL',
  'anthropic-messages': 'ANTHROPIC_BASE_URL',
  'google-generate': 'GOOGLE_BASE_URL',
  'bedrock-converse': 'CONVERSE_BASE_URL',
  'cohere-chat': 'COHERE_BASE_URL',
  'openai-embeddings': 'EMBEDDINGS_BASE_URL',
  'cohere-embed': 'EMBEDDINGS_BASE_URL',
  'google-embed': 'EMBEDDINGS_BASE_URL',
}

/** The variables that make a provider live, all of them together: those of the first way to make it so. */
export function needed(provider: Provider): ProviderVariable[] {
  return waysToLive(provider)[0] ?? []
}

/** The sets of variables of which any one makes a provider live. */
export function waysToLive(provider: Provider): ProviderVariable[][] {
  if (provider.baseUrl === undefined) return [[variableOf(provider, 'BASE_URL')]]
  const inAddress = placeholders(provider.baseUrl).filter(({ otherwise }) => otherwise === undefined)
  const { needs, instead = [] }: Auth = provider.auth ?? bearer
  return [needs, ...instead].map((set) =>
    [...set, ...inAddress.map(({ suffix }) => suffix)].map((suffix) => variableOf(provider, suffix)),
  )
}

/** Every variable a row reads. */
export function variables(provider: Provider): ProviderVariable[] {
  if (provider.transport) return []
  const surfaces: readonly Surface[] = [provider, ...(provider.also ?? [])]
  const read = surfaces.flatMap(({ auth = bearer, baseUrl = '' }) => [
    ...auth.needs,
    ...(auth.instead ?? []).flat(),
    ...(auth.takes ?? []),
    ...placeholders(baseUrl).map(({ suffix }) => suffix),
  ])
  const addresses = surfaces.map((surface) => addressSuffix(provider, surface))
  const further: Suffix[] = provider.takesHeaders ? [...addresses, 'HEADERS'] : addresses
  return [...new Set([...read, ...further])].map((suffix) => variableOf(provider, suffix))
}
