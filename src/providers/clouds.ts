import { cloudBetas } from '../wire/anthropic-messages/betas.ts'
import { anthropicMessagesOn } from '../wire/anthropic-messages/protocol.ts'
import { vertexAuth } from './auth/google.ts'
import type { Surface } from './provider.ts'
import { vertexAddress } from './vertex.ts'

const claude = { maker: 'anthropic-claude-v1', serves: /claude/ } as const

/** Anthropic's models at Google, in their own format: the model is in the path, and media are bytes. */
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
