import { createExecutionContext } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { expect } from 'vitest'
import { app } from '../../src/app.ts'
import { rootKeys } from '../../src/base/key-text.ts'

/** The two keys of the deployment under test. */
export const root = await rootKeys(env.MASTER_KEY)

export interface Reply {
  status: number
  headers: Headers
  // Tests look at replies as a client would: untyped.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any
}

export interface Sent {
  /** Absent: the management key. Null: no key at all. */
  key?: string | null
  body?: unknown
  headers?: Record<string, string>
}

/** One request through the front door; a path without a leading slash is taken as it is. */
export async function send(method: string, path: string, sent: Sent = {}): Promise<Reply> {
  return await replyOf(await exports.default.fetch(requestOf(method, path, sent)))
}

/** The same with other bindings: nothing else differs. */
export async function sendWith(gateway: object, request: Request): Promise<Reply> {
  return await replyOf(await app.fetch(request, gateway, createExecutionContext()))
}

export function requestOf(
  method: string,
  path: string,
  { key = root.management, body, headers }: Sent,
): Request {
  return new Request(`http://gateway.test${/^\/(api|v1|healthz)/.test(path) ? '' : '/api/v1'}${path}`, {
    method,
    headers: { ...(key !== null && { authorization: `Bearer ${key}` }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

export async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
}

/** What a refusal says, as one line. */
export function refusal({ status, body }: Reply): string {
  expect(body.error.code).toBe(status)
  return `${status} ${body.error.message}`
}

let made = 0

/** An account of its own for a test. */
export async function makeAccount(fields: object = {}): Promise<{ id: string; name: string }> {
  const reply = await send('POST', '/accounts', { body: { name: `account ${made++}`, ...fields } })
  expect(reply.status).toBe(201)
  return reply.body.data
}

export async function makeKey(account: string, fields: object = {}): Promise<{ key: string; hash: string }> {
  const reply = await send('POST', '/keys', { body: { name: 'a key', account, ...fields } })
  expect(reply.status).toBe(201)
  return { key: reply.body.key, hash: reply.body.data.hash }
}
