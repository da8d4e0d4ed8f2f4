import type { ChatRequest } from '../../wire/openai-chat/schema.ts'
import { textOf } from '../../wire/openai-chat/measure.ts'
import { inPieces, type Answer, type Step } from './answer.ts'
import { fillSchema } from './fill-schema.ts'
import { lorem } from './lorem.ts'

/** What answers under one model name. */
export interface SimulatedModel {
  answer(chat: ChatRequest): Answer
  /** Between two chunks. */
  pauseMs?: number
  /** Answers 503, always. */
  fails?: boolean
  /** Refuses `stream: true`, as some models do. */
  wholeOnly?: boolean
}

const paceMs = 20

export const models: Readonly<Record<string, SimulatedModel>> = {
  echo: { answer: echo },
  'echo-whole': { answer: echo, wholeOnly: true },
  lorem: { answer: (chat) => said(lorem(chat.seed ?? 1, capOf(chat) ?? 128)), pauseMs: paceMs },
  thinker: { answer: think, pauseMs: paceMs },
  tools: { answer: useTool },
  json: { answer: fillForm },
  'unreliable-broken': { answer: echo, fails: true },
  'unreliable-steady': { answer: echo },
}

function echo(chat: ChatRequest): Answer {
  return said(`The simulator has no model behind it. You said: ${lastUserText(chat)}`)
}

function think(chat: ChatRequest): Answer {
  const text = lastUserText(chat)
  const words = text.split(/\s+/).filter((word) => word !== '').length
  const thought = `The message has ${words} words. I am a simulator, so counting them is all I can do.`
  return {
    steps: [...inPieces('reasoning', thought), ...inPieces('text', `I counted ${words} words in: ${text}`)],
    finish: 'stop',
  }
}

/** Calls the tool it is told to, or the first; then tells what it brought. */
function useTool(chat: ChatRequest): Answer {
  const last = chat.messages.at(-1)
  if (last?.role === 'tool') return said(`The simulator's tool answered: ${textOf(last.content)}`)
  const choice = chat.tool_choice
  const named = typeof choice === 'object' && choice ? choice.function.name : undefined
  const tool = chat.tools?.find((candidate) => named === undefined || candidate.function.name === named)
  if (!tool || choice === 'none') return said('The simulator was given no tool to call. Send one in `tools`.')

  const schema = JSON.stringify(tool.function.parameters ?? {})
  const text = JSON.stringify(fillSchema({ type: 'object', ...JSON.parse(schema) }))
  const step: Step = {
    type: 'tool-call',
    call: {
      id: `call_${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`,
      type: 'function',
      function: { name: tool.function.name, arguments: text },
    },
  }
  return { steps: [step], finish: 'tool_calls' }
}

function fillForm(chat: ChatRequest): Answer {
  const format = chat.response_format
  if (format?.type === 'json_schema') {
    return said(JSON.stringify(fillSchema(JSON.parse(JSON.stringify(format.json_schema.schema ?? {})))))
  }
  if (format?.type === 'json_object') {
    return said(JSON.stringify({ simulated: true, message: lastUserText(chat) }))
  }
  return said('The simulator fills the schema it is given in `response_format`.')
}

function said(text: string): Answer {
  return { steps: inPieces('text', text), finish: 'stop' }
}

function capOf(chat: ChatRequest): number | undefined {
  return chat.max_completion_tokens ?? chat.max_tokens ?? undefined
}

function lastUserText(chat: ChatRequest): string {
  const last = chat.messages.findLast((message) => message.role === 'user')
  return textOf(last?.content)
}
