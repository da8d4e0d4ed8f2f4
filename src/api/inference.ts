import { Hono } from 'hono/tiny'
import type { Env } from '../env.ts'
import { answerCount } from '../gateway/count-tokens.ts'
import { generate } from '../gateway/generate.ts'
import { estimateTokens } from '../wire/anthropic-messages/count-tokens.ts'
import { anthropicMessagesDialect } from '../wire/anthropic-messages/dialect.ts'
import { embeddingsDialect } from '../wire/embeddings/dialect.ts'
import { openaiCompletionsDialect } from '../wire/openai-chat/completions-dialect.ts'
import { openaiChatDialect } from '../wire/openai-chat/dialect.ts'
import { openaiResponsesDialect } from '../wire/openai-responses/dialect.ts'

/** Where generations are asked for: one route per dialect. */
export const inference = new Hono<{ Bindings: Env }>()

inference.post('/chat/completions', (c) => generate(c, openaiChatDialect))
inference.post('/completions', (c) => generate(c, openaiCompletionsDialect))
inference.post('/embeddings', (c) => generate(c, embeddingsDialect))
inference.post('/responses', (c) => generate(c, openaiResponsesDialect))
inference.post('/messages', (c) => generate(c, anthropicMessagesDialect))
inference.post('/messages/count_tokens', (c) => answerCount(c, anthropicMessagesDialect, estimateTokens))
