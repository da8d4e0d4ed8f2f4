import { openaiEmbeddingsProtocol } from '../wire/embeddings/openai.ts'
import type { Surface } from './provider.ts'

/** Where a host that speaks OpenAI's format makes embeddings: beside its chat. */
export const embeddings: Surface = { protocol: openaiEmbeddingsProtocol, quirks: {} }
