import type { JsonObject } from '../../base/json.ts'
import { tokensEstimate } from '../../generation/tokens.ts'
import { measurePrompt } from '../../wire/openai-chat/measure.ts'
import type { ChatRequest } from '../../wire/openai-chat/schema.ts'
import type { Step } from './answer.ts'

/** Counts what was really read and written, in the tokens the gateway itself counts in. */
export function countUsage(chat: ChatRequest, steps: Step[]): JsonObject {
  const prompt = measurePrompt(chat).tokensEstimate
  const reasoning = tokensEstimate(textOf(steps, true))
  const completion = reasoning + tokensEstimate(textOf(steps, false))
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: reasoning },
  }
}

function textOf(steps: Step[], reasoning: boolean): string {
  return steps
    .filter((step) => (step.type === 'reasoning') === reasoning)
    .map((step) => (step.type === 'tool-call' ? step.call.function.arguments : step.text))
    .join('')
}
