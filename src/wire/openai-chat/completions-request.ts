import * as z from 'zod/mini'
import type { Json, JsonObject } from '../../base/json.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { parseBody } from '../client-body.ts'
import { invalid } from '../refusals.ts'
import { decodeRequest } from './decode-request.ts'

const tokens = z.array(z.int())

const completionRequest = z.object({
  prompt: z.union([z.string(), z.array(z.string()), tokens, z.array(tokens)]),
  stream: z.nullish(z.boolean()),
  echo: z.nullish(z.boolean()),
  suffix: z.nullish(z.string()),
  logprobs: z.nullish(z.int()),
})

/**
 * A legacy completion as the chat request that a model of today answers: the prompt is what the user says. What else
 * the body holds means the same in both, and is read there.
 */
export function decodeCompletionRequest(body: JsonObject, headers: Headers): GenerationRequest {
  const { prompt, echo, suffix, logprobs } = parseBody(completionRequest, body)
  if (echo)
    throw invalid('echo: a model behind chat cannot repeat the prompt; put it before the text yourself')
  if (suffix) throw invalid('suffix: models behind chat do not fill in the middle; leave it out')
  if (typeof logprobs === 'number') {
    throw invalid('logprobs: are not told here; use POST /chat/completions with logprobs: true')
  }
  for (const field of chatOnly) {
    if ((body[field] ?? null) === null) continue
    throw invalid(`${field}: does not go with prompt; send messages to POST /chat/completions`)
  }
  const message: Json = { role: 'user', content: textOf(prompt) }
  const fields = Object.entries(body).flatMap(([field, value]): [string, Json][] => {
    if (field === 'prompt') return [['messages', [message]]]
    return field === 'messages' || completionOnly.includes(field) ? [] : [[field, value]]
  })
  const request = decodeRequest(Object.fromEntries(fields), headers)
  const router = request.routing.models.find((model) => autoRouters.test(model))
  if (router !== undefined) {
    throw invalid(`prompt: ${router} takes messages; send them to POST /chat/completions`)
  }
  return request
}

/** What a prompt is about is told by the messages of a conversation (OpenRouter: auto router). */
const autoRouters = /^(?:openrouter|switchyard)\/auto(?:-beta)?(?::|$)/i

const chatOnly = ['messages', 'tools', 'tool_choice', 'functions', 'function_call', 'modalities', 'audio']
const completionOnly = ['echo', 'suffix', 'logprobs']

/** The one text of a prompt. Each of several would be an answer of its own. */
function textOf(prompt: z.infer<typeof completionRequest>['prompt']): string {
  if (typeof prompt === 'string') return prompt
  const [first, ...further] = prompt
  if (first === undefined) throw invalid('prompt: is empty; send a text')
  if (typeof first !== 'string') {
    throw invalid('prompt: token ids mean something to one tokenizer alone; send the text')
  }
  if (further.length > 0) throw invalid('prompt: one text at a time is answered; send a request for each')
  return first
}
