import { cohereChatProtocol } from '../wire/cohere-chat/protocol.ts'
import { cohereEmbedProtocol } from '../wire/embeddings/cohere.ts'
import { googleEmbedProtocol } from '../wire/embeddings/google.ts'
import { googleGenerateProtocol } from '../wire/google-generate/protocol.ts'
import { openaiChatProtocol } from '../wire/openai-chat/protocol.ts'
import { keyIn } from './auth/auth.ts'
import { vertexAuth } from './auth/google.ts'
import { claudeOnVertex, clouds } from './clouds.ts'
import type { Provider } from './provider.ts'
import { vertexAddress } from './vertex.ts'

const gemini = { protocol: googleGenerateProtocol, maker: 'google-gemini-v1' } as const

/** Hosts with a format of their own. */
export const nativeHosts: readonly Provider[] = [
  ...clouds,
  {
    ...gemini,
    slug: 'google-ai-studio',
    name: 'Google AI Studio',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    auth: keyIn('x-goog-api-key'),
    cancellable: false,
    quirks: {
      needsBytes: true,
      countsTokens: 'whole',
      keepsUrls: ['https://www.youtube.com/', 'https://youtube.com/', 'https://youtu.be/'],
    },
    also: [{ protocol: googleEmbedProtocol, auth: keyIn('x-goog-api-key'), quirks: {} }],
  },
  {
    ...gemini,
    slug: 'google-vertex',
    name: 'Google Vertex',
    baseUrl: vertexAddress('publishers/google'),
    auth: vertexAuth,
    cancellable: false,
    serves: /^(?!claude)[^/]+$/,
    quirks: {
      needsBytes: true,
      countsTokens: true,
      tierHeader: 'x-vertex-ai-llm-shared-request-type',
    },
    also: [
      claudeOnVertex,
      // Open models, which Vertex serves by their authors' names.
      {
        protocol: openaiChatProtocol,
        serves: /\//,
        baseUrl: vertexAddress('endpoints/openapi'),
        auth: vertexAuth,
        quirks: { noDeveloperRole: true },
      },
    ],
  },
  {
    slug: 'cohere',
    name: 'Cohere',
    protocol: cohereChatProtocol,
    baseUrl: 'https://api.cohere.com/v2',
    cancellable: true,
    quirks: {},
    also: [{ protocol: cohereEmbedProtocol, quirks: {} }],
  },
]
