import type { JsonObject } from '../../src/base/json.ts'
import { indiscretion, words, type Fault } from './chaos.ts'
import { chatStream, comment, delta, sse } from './chat-chunks.ts'
import {
  fill,
  halfClose,
  raw,
  repeat,
  reply,
  replyJson,
  reset,
  send,
  sendUntil,
  silence,
  streaming,
} from './provider.ts'
import type { Step } from './upstream-script.ts'

/** What a provider does wrong before its first content, so that another should be asked. */
const preamble = sse([delta({ role: 'assistant', content: '' })])
export const complaint = { message: indiscretion, type: 'server_error', param: null, code: 'internal_error' }
const short = { headersTimeoutMs: 800, firstTokenTimeoutMs: 800 }

const html = `<html><body>502 Bad Gateway: ${indiscretion}</body></html>`
const named = (event: string, body: JsonObject): string =>
  `event: ${event}\ndata: ${JSON.stringify(body)}\n\n`
const withPreamble = (...steps: Step[]): Step[] => streaming(send(preamble), ...steps)

type Case = [name: string, deepinfra: Fault['deepinfra'], limits?: object]

export const unavailable: Case[] = [
  ['F1 refused connection', 'refused'],
  ['F2 connection that never answers', [silence], short],
  ['F3 stream without a token', streaming(silence), short],
  ['F3 stream of comments alone', streaming(repeat(comment(indiscretion), 10)), short],
  ['F3 stream that stops after its preamble', withPreamble(silence), short],
  ['F7 500', replyJson(500, { error: complaint })],
  ['F7 503 that is no JSON', reply(503, html, { 'content-type': 'text/html' })],
  ['F8 529', replyJson(529, { error: { ...complaint, type: 'overloaded_error' } })],
  ['F8 529 in a stream', chatStream([delta({ role: 'assistant' }), { error: { ...complaint, code: 529 } }])],
  ['F8 error event in a stream', withPreamble(send(named('error', complaint)))],
  ['F9 401', replyJson(401, { error: { ...complaint, code: 'invalid_api_key' } })],
  ['F9 402', replyJson(402, { error: { ...complaint, code: 'insufficient_quota' } })],
  ['F9 403', replyJson(403, { error: complaint })],
  ['F9 401 in a stream', chatStream([{ error: { ...complaint, code: 401 } }])],
  ['F11 HTML page', reply(200, html, { 'content-type': 'text/html' })],
  ['F11 HTML page said to be a stream', reply(200, html, { 'content-type': 'text/event-stream' })],
  ['F11 HTML page said to be JSON', reply(200, html, { 'content-type': 'application/json' })],
  ['F11 empty body', reply(200, '', { 'content-type': 'application/json' })],
  ['F11 empty stream', streaming()],
  ['F11 204', [raw('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n')]],
  ['F12 error in JSON', replyJson(200, { error: complaint })],
  ['F12 error as a text in JSON', replyJson(200, { error: indiscretion })],
  ['F12 error object in JSON', replyJson(200, { object: 'error', ...complaint })],
  ['F12 detail in JSON', replyJson(200, { detail: indiscretion })],
  ['F13 reset before the head', [reset]],
  ['F13 reset after the head', streaming(reset)],
  ['F13 reset after the preamble', withPreamble(reset)],
  ['F13 half-close after the preamble', withPreamble(halfClose)],
  ['F13 clean end after the preamble', withPreamble()],
  ['F13 reset inside the first chunk', withPreamble(sendUntil(sse([delta(words)]), 150), reset)],
  [
    'F13 JSON that breaks off',
    [...reply(200, '{"choices":[{"message":', { 'content-length': '900' }), reset],
  ],
  ['F23 four malformed events', chatStream([...Array<string>(4).fill('{"choices": ['), delta(words)])],
  ['F25 endless line', streaming(fill('a', 64 * 1024 * 1024))],
]
