import { cloudBetas } from '../wire/anthropic-messages/betas.ts'
import { anthropicMessagesOn, anthropicMessagesProtocol } from '../wire/anthropic-messages/protocol.ts'
import { bedrockConverseProtocol } from '../wire/bedrock-converse/protocol.ts'
import { bedrockInvokeProtocol } from '../wire/bedrock-invoke.ts'
import { openaiChatProtocol } from '../wire/openai-chat/protocol.ts'
import { openaiResponsesProtocol } from '../wire/openai-responses/protocol.ts'
import { keyIn, type Auth } from './auth/auth.ts'
import { awsAuth, regionDefault } from './auth/aws.ts'
import { vertexAuth } from './auth/google.ts'
import type { Provider, Surface } from './provider.ts'
import { fill } from './variables.ts'
import { vertexAddress } from './vertex.ts'

/** Anthropic's models, in their own format, are the same on every cloud: so are the thoughts they seal. */
const claude = { maker: 'anthropic-claude-v1', serves: /claude/ } as const

/** What OpenAI never took over from others, and what its Responses leave out. */
const foreign = ['top_k', 'min_p', 'top_a', 'repetition_penalty'] as const
const penalties = ['frequency_penalty', 'presence_penalty'] as const

/** Anthropic's models at Google: the model is in the path, and media are bytes. */
export const claudeOnVertex: Surface = {
  ...claude,
  protocol: anthropicMessagesOn({
    path: ({ upstreamModel, streams }) =>
      `/models/${encodeURIComponent(upstreamModel)}:${streams ? 'streamRawPredict' : 'rawPredict'}`,
    versionInBody: 'vertex-2023-10-16',
  }),
  baseUrl: vertexAddress('publishers/anthropic'),
  auth: vertexAuth,
  quirks: { betas: cloudBetas, needsBytes: true, answerSchema: false },
}

/**
 * Bedrock's second host speaks OpenAI's formats, for models whose ids there have no version after a colon. Some are
 * only there.
 */
const mantle = {
  baseUrl: 'https://bedrock-mantle.{REGION:us-east-1}.api.aws/v1',
  auth: awsAuth('bedrock-mantle'),
} as const

/** Whose inference profiles a region may ask, by its beginning (Amazon: geographic and global cross-region inference). */
const geographies: readonly (readonly [beginning: string, profiles: string])[] = [
  ['us-gov-', 'us-gov'],
  ['us-', 'us global'],
  ['ca-', 'ca us global'],
  ['eu-', 'eu global'],
  ['ap-northeast-', 'jp apac global'],
  ['ap-southeast-', 'au apac global'],
  ['ap-south-', 'in apac global'],
]

const amazonBedrock: Provider = {
  slug: 'amazon-bedrock',
  name: 'Amazon Bedrock',
  protocol: bedrockConverseProtocol,
  baseUrl: 'https://bedrock-runtime.{REGION:us-east-1}.amazonaws.com',
  auth: awsAuth('bedrock'),
  cancellable: false,
  reaches: (geography, setting) => {
    // An address of the operator's own may be anywhere.
    const region = setting('REGION') ?? (setting('BASE_URL') === undefined ? regionDefault : '')
    const known = geographies.find(([beginning]) => region.startsWith(beginning))
    return known?.[1].split(' ').includes(geography) ?? true
  },
  maker: (model) => (claude.serves.test(model) ? claude.maker : undefined),
  serves: /^(?!.*(?:openai|xai)\.[^:]*$)/,
  quirks: { needsBytes: true },
  also: [
    {
      ...claude,
      protocol: bedrockInvokeProtocol,
      auth: awsAuth('bedrock'),
      quirks: { betas: cloudBetas, needsBytes: true, answerSchema: false },
    },
    {
      ...mantle,
      protocol: openaiChatProtocol,
      serves: /(?:openai|xai|zai|moonshotai)\.[^:]*$/,
      quirks: {
        noDeveloperRole: true,
        reasoningField: 'none',
        efforts: ['low', 'medium', 'high'],
        drop: ['prompt_cache_key', 'prompt_cache_options', 'prediction', 'verbosity'],
      },
    },
    {
      ...mantle,
      protocol: openaiResponsesProtocol,
      serves: /openai\.gpt-\d|xai\./,
      maker: (model) => (model.includes('xai.') ? 'bedrock-xai-responses-v1' : 'bedrock-openai-responses-v1'),
      quirks: {
        drop: [...foreign, ...penalties],
        // All but searches of the web: Codex asks for a search each time, and what one costs here is not known.
        toolTypes: [
          'function',
          'custom',
          'namespace',
          'tool_search',
          'mcp',
          'shell',
          'local_shell',
          'apply_patch',
          'computer',
          'computer_use_preview',
          'code_interpreter',
          // Refused by name.
          'image_generation',
          'file_search',
        ],
      },
    },
  ],
}

/** A resource has a host name of its own. */
const azureAuth: Auth = {
  ...keyIn('api-key'),
  needs: ['API_KEY', 'RESOURCE'],
  instead: [['API_KEY', 'BASE_URL']],
  takes: ['API_VERSION'],
}

/** Deployments are called by name: the catalogue's id of a model, where the operator named them so. */
const azure: Provider = {
  slug: 'azure',
  name: 'Azure',
  protocol: openaiChatProtocol,
  baseUrl: (setting) => {
    const version = setting('API_VERSION')
    const base = fill('https://{RESOURCE}.openai.azure.com/openai/v1', setting)
    return version === undefined ? base : `${base}?api-version=${encodeURIComponent(version)}`
  },
  auth: azureAuth,
  cancellable: true,
  serves: /^(?!.*claude)/,
  quirks: { reasoningField: 'none', needsBytes: 'files', drop: foreign },
  also: [
    {
      protocol: openaiResponsesProtocol,
      auth: azureAuth,
      maker: 'azure-openai-responses-v1',
      serves: /^(?:gpt|o\d|codex|computer-use)/,
      quirks: { drop: [...foreign, ...penalties] },
    },
    {
      ...claude,
      protocol: anthropicMessagesProtocol,
      baseUrl: 'https://{RESOURCE}.services.ai.azure.com/anthropic/v1',
      auth: keyIn('x-api-key'),
      quirks: { betas: cloudBetas },
    },
  ],
}

export const clouds: readonly Provider[] = [amazonBedrock, azure]
