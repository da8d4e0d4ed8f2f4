import * as z from 'zod/mini'
import { inEnglish } from '../base/english.ts'
import type { JsonObject } from '../base/json.ts'
import { firstIssue, invalid } from './refusals.ts'

/** Checks what a client sent, and says where it is wrong. */
export function parseBody<S extends z.ZodMiniType>(schema: S, body: JsonObject): z.infer<S> {
  const parsed = schema.safeParse(body, inEnglish)
  if (!parsed.success) throw invalid(firstIssue(parsed.error.issues))
  return parsed.data
}

export const sessionId = z.string().check(z.maxLength(256))

export const debug = z.nullish(z.object({ echo_upstream_body: z.nullish(z.boolean()) }))

/** Debugging is for streams: elsewhere it is ignored (OpenRouter: errors and debugging). */
export function echoing(request: { debug?: z.infer<typeof debug>; stream?: boolean | null | undefined }): {
  echoesUpstream?: true
} {
  return request.stream && request.debug?.echo_upstream_body ? { echoesUpstream: true } : {}
}

/** The session that a client names in a header. */
export function sessionOf(headers: Headers): string | undefined {
  const session = sessionId.safeParse(headers.get('x-session-id') ?? '')
  if (!session.success) throw invalid('x-session-id: must have at most 256 characters')
  return session.data
}

/** Betas of Anthropic's that a client asks for, under its own header or that for clients of other formats. */
export function betasIn(headers: Headers): { headers?: Record<string, string> } {
  const betas = headers.get('anthropic-beta') ?? headers.get('x-anthropic-beta')
  return betas ? { headers: { 'anthropic-beta': betas } } : {}
}

/** Makes something when it is first asked for, and keeps it. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}
