import { formatSse } from '../../base/sse.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { parseJson } from '../../wire/json.ts'
import { chatRequest, type ChatRequest } from '../../wire/openai-chat/schema.ts'
import type { UpstreamRequest } from '../provider.ts'
import { limitAnswer, type Step } from './answer.ts'
import { models, type SimulatedModel } from './models.ts'
import { countUsage } from './usage.ts'

/**
 * A provider inside the gateway: it takes the request a real host would get and answers as one, so that everything
 * around it is the code real answers pass through. It has no model; it says so in what it writes.
 */
export async function simulate(_url: string, request: UpstreamRequest): Promise<Response> {
  request.signal.throwIfAborted()
  const parsed = chatRequest.safeParse(parseJson(request.body))
  if (!parsed.success) return refusal(400, 'invalid_request_error', 'invalid_value')
  const chat = parsed.data
  const model = models[chat.model ?? '']
  if (!model) return refusal(404, 'invalid_request_error', 'model_not_found')
  if (model.fails) return refusal(503, 'server_error', 'simulated_failure')
  if (chat.stream && model.wholeOnly) return refusal(400, 'invalid_request_error', 'unsupported_value')
  return chat.stream ? streamed(chat, model, request.signal) : whole(chat, model)
}

function whole(chat: ChatRequest, model: SimulatedModel): Response {
  const answer = limitAnswer(model.answer(chat), chat)
  return Response.json({
    ...headOf(chat, 'chat.completion'),
    choices: [{ index: 0, message: messageOf(answer.steps), logprobs: null, finish_reason: answer.finish }],
    usage: countUsage(chat, answer.steps),
  })
}

function streamed(chat: ChatRequest, model: SimulatedModel, signal: AbortSignal): Response {
  const answer = limitAnswer(model.answer(chat), chat)
  const head = headOf(chat, 'chat.completion.chunk')
  const chunk = (delta: JsonObject, finish: string | null = null): string =>
    formatSse(
      JSON.stringify({ ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] }),
    )
  const closing = [
    chunk({}, answer.finish),
    formatSse(JSON.stringify({ ...head, choices: [], usage: countUsage(chat, answer.steps) })),
    formatSse('[DONE]'),
  ]
  const texts = [
    chunk({ role: 'assistant', content: '' }),
    ...answer.steps.map((step) => chunk(deltaOf(step))),
  ]
  return new Response(paced([...texts, closing.join('')], model.pauseMs ?? 0, signal), {
    headers: { 'content-type': 'text/event-stream' },
  })
}

/** The texts one by one, with a pause between them, until they end or nobody listens. */
function paced(texts: string[], pauseMs: number, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const left = pauseMs > 0 ? texts : [texts.join('')]
  return new ReadableStream<Uint8Array>({
    start(controller) {
      signal.addEventListener('abort', () => controller.error(signal.reason), { once: true })
    },
    async pull(controller) {
      const text = left.shift()
      if (text !== undefined) controller.enqueue(encoder.encode(text))
      if (left.length === 0) return controller.close()
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    },
  })
}

function headOf(chat: ChatRequest, object: string): JsonObject {
  return {
    id: `simulated-${crypto.randomUUID()}`,
    object,
    created: Math.floor(Date.now() / 1_000),
    model: chat.model ?? '',
  }
}

function deltaOf(step: Step): JsonObject {
  switch (step.type) {
    case 'text':
      return { content: step.text }
    case 'reasoning':
      return { reasoning_content: step.text }
    case 'tool-call':
      return { tool_calls: [{ index: 0, ...step.call }] }
  }
}

function messageOf(steps: Step[]): JsonObject {
  const joined = (type: 'text' | 'reasoning'): string =>
    steps.map((step) => (step.type === type ? step.text : '')).join('')
  const calls: Json[] = steps.flatMap((step) => (step.type === 'tool-call' ? [step.call] : []))
  return {
    role: 'assistant',
    content: joined('text'),
    ...(joined('reasoning') && { reasoning_content: joined('reasoning') }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}

function refusal(status: number, type: string, code: string): Response {
  return Response.json({ error: { message: `The simulator answers: ${code}`, type, code } }, { status })
}
