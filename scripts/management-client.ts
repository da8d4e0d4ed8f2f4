import * as z from 'zod'
import { Failure } from './failure.ts'

const timeoutMs = 30_000

/** A gateway to manage, and what proves that we may. */
export interface Gateway {
  /** `http://localhost:8787`. */
  origin: string
  /** On this machine. */
  isLocal: boolean
  key: string
  /** Where the key is from, for people: `the key in MANAGEMENT_KEY`. */
  keySource: string
  /** What a login in front of the gateway wants to see. */
  headers: Record<string, string>
}

/** No answer came, so that what was asked may have been done or not. */
export class NoAnswer extends Failure {}

interface Question<S extends z.ZodType> {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below the base path: `/keys`. */
  path: string
  query?: Record<string, string | number | undefined>
  body?: object
  /** What is read of the answer; unknown fields stay in it. */
  answer: S
}

interface Answer<T> {
  /** 200, or 201 where something was made. */
  status: number
  json: T
}

/** What the gateway answers; throws a Failure that says what to do where that is no success. */
export async function ask<S extends z.ZodType>(
  gateway: Gateway,
  question: Question<S>,
): Promise<Answer<z.output<S>>> {
  const { method = 'GET', path, body } = question
  const response = await send(gateway, `${path}${queryText(question.query ?? {})}`, {
    method,
    redirect: 'manual',
    headers: {
      ...gateway.headers,
      authorization: `Bearer ${gateway.key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const json = jsonOf(response.text)
  if (json === undefined) throw notOurs(gateway, response.status)
  if (response.status >= 300) throw refusal(gateway, response.status, json)
  const parsed = question.answer.safeParse(json)
  if (parsed.success) return { status: response.status, json: parsed.data }
  throw new Failure(
    `${gateway.origin} answers ${method} ${path} in another form than this command reads. ` +
      'Is it a Switchyard, and of the same release as these scripts?',
  )
}

async function send(
  { origin, isLocal }: Gateway,
  path: string,
  request: RequestInit,
): Promise<{ status: number; text: string }> {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(`${origin}/api/v1${path}`, { ...request, signal })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      throw new NoAnswer(`${origin} did not answer within ${timeoutMs / 1000} seconds. Try again.`)
    }
    const advice = isLocal
      ? 'Start it with `npm run dev`, or name another one with --url.'
      : 'Check the address after --url, and the network.'
    throw new NoAnswer(`No gateway answers at ${origin} (${reasonOf(error)}). ${advice}`)
  }
}

function queryText(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.message : String(cause)
}

/** An answer that no gateway gives: a login page, or another site. */
function notOurs({ origin, headers }: Gateway, status: number): Failure {
  const token = Object.keys(headers).length > 0
  const advice = token
    ? 'Check the address, and that the service token of CF_ACCESS_CLIENT_ID may enter.'
    : 'Check the address. If Cloudflare Access guards it, set CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET to a service token that may enter.'
  return new Failure(`${origin} answered ${status} with a page, not as a gateway does. ${advice}`)
}

const errorReply = z.object({ error: z.object({ message: z.string() }) })

function refusal({ origin, keySource }: Gateway, status: number, json: unknown): Failure {
  const parsed = errorReply.safeParse(json)
  // What a server says moves no cursor.
  const message = parsed.success ? parsed.data.error.message.replaceAll(/\p{Cc}/gu, ' ') : `status ${status}`
  if (status === 401) {
    return new Failure(
      `${origin} does not accept ${keySource}: ${message}. ` +
        'Set MANAGEMENT_KEY to the management key that was printed when that gateway started.',
    )
  }
  if (status === 403) {
    return new Failure(
      `${origin} does not let ${keySource} do this: ${message}. Set MANAGEMENT_KEY to the management key, not to an API key.`,
    )
  }
  const verb = status >= 500 ? `failed (${status})` : 'refused'
  return new Failure(`The gateway ${verb}: ${message.replace(/\.?$/, '.')}`)
}
