import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { GenerationRequest } from '../../src/generation/request.ts'
import { anthropicMessagesDialect } from '../../src/wire/anthropic-messages/dialect.ts'
import type { Dialect } from '../../src/wire/dialect.ts'
import { embeddingsDialect } from '../../src/wire/embeddings/dialect.ts'
import { openaiCompletionsDialect } from '../../src/wire/openai-chat/completions-dialect.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiResponsesDialect } from '../../src/wire/openai-responses/dialect.ts'
import { providers, target } from './any-answers.ts'
import { oddValues, replaced } from './mangle.ts'
import { scenarios } from './scenarios.ts'

const asked = (client: string): JsonObject[] =>
  scenarios
    .filter((scenario) => (scenario.client ?? 'openai-chat') === client)
    .map(({ request }) => ({ model: 'a/b', ...request }))

/** Bodies that each dialect takes, to be broken in some places. */
const bodies: Record<string, { dialect: Dialect; taken: JsonObject[] }> = {
  'chat completions': { dialect: openaiChatDialect, taken: asked('openai-chat') },
  Messages: { dialect: anthropicMessagesDialect, taken: asked('anthropic-messages') },
  Responses: { dialect: openaiResponsesDialect, taken: asked('openai-responses') },
  'legacy completions': {
    dialect: openaiCompletionsDialect,
    taken: [
      { model: 'a/b', prompt: 'Hi', max_tokens: 9, stop: ['x'], logprobs: 2, suffix: null, echo: false },
    ],
  },
  embeddings: {
    dialect: embeddingsDialect,
    taken: [{ model: 'a/b', input: ['Hi', 'you'], dimensions: 9, encoding_format: 'base64' }],
  },
}

const edits = fc.array(fc.record({ place: fc.nat(400), value: oddValues }), { minLength: 1, maxLength: 3 })

function isObject(json: Json): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

/** What a refusal of ours says; anything else that is thrown is a bug. */
function refusalOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof GatewayError && error.status === 400) return error.message
    throw error
  }
}

const protocols = Object.values(providers).map(({ protocol }) => protocol)

test.each(Object.entries(bodies))(
  'broken bodies of %s are taken or refused in a sentence, and translate or do not',
  (name, { dialect, taken }) => {
    fc.assert(
      fc.property(fc.constantFrom(...taken), edits, (body, changes) => {
        const broken = changes.reduce<Json>((json, change) => replaced(json, change), body)
        if (!isObject(broken)) return
        let request: GenerationRequest | undefined
        const refusal = refusalOf(() => {
          request = dialect.decodeRequest(broken, new Headers())
        })
        expect(refusal ?? 'taken').toMatch(/^[^\n]{5,}$/)
        if (!request) return
        const { promptTokensMax, promptTokensEstimate } = request
        expect(Number.isSafeInteger(promptTokensMax)).toBe(true)
        expect(promptTokensEstimate).toBeLessThanOrEqual(promptTokensMax)
        if (name === 'embeddings') return
        for (const protocol of protocols) {
          refusalOf(() => JSON.stringify(protocol.encodeRequest(request!, target).body))
        }
      }),
      { numRuns: 400 },
    )
  },
)
