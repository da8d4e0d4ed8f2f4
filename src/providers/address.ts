import * as z from 'zod'
import { GatewayError } from '../base/errors.ts'
import { settingOf, type ProviderEnv } from './live.ts'
import { apiKeyVariable, baseUrlVariable, headersVariable, type Provider } from './table.ts'

/** Where a provider is: its own address, or the operator's. Nothing a client sends has a part in it. */
export function addressOf(env: ProviderEnv, provider: Provider): string {
  const base = settingOf(env, baseUrlVariable(provider)) ?? provider.baseUrl
  const url = base !== undefined && URL.canParse(base) ? new URL(base) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.hash) {
    throw misconfigured(baseUrlVariable(provider))
  }
  url.pathname = url.pathname.replace(/\/+$/, '') + provider.protocol.path
  return url.href
}

const headers = z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string().regex(/^[\x20-\x7e]*$/))

/** The headers of a request, made from nothing: none of the client's is among them. */
export function headersOf(env: ProviderEnv, provider: Provider, accept: string): Record<string, string> {
  const key = settingOf(env, apiKeyVariable(provider))
  return {
    ...(provider.takesHeaders && furtherHeaders(env, provider)),
    'content-type': 'application/json',
    accept,
    'accept-encoding': 'identity',
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  }
}

function furtherHeaders(env: ProviderEnv, provider: Provider): Record<string, string> {
  const name = headersVariable(provider)
  const text = settingOf(env, name)
  if (text === undefined) return {}
  const parsed = headers.safeParse(jsonOf(text))
  if (!parsed.success) throw misconfigured(name)
  return Object.fromEntries(Object.entries(parsed.data).map(([key, value]) => [key.toLowerCase(), value]))
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The operator's mistake: named by variable, without its value, which may be a secret. */
function misconfigured(variable: string): GatewayError {
  return new GatewayError('provider_unavailable', 'Provider returned error', {
    upstream: { status: null, code: `invalid_${variable.toLowerCase()}`, failOver: true },
  })
}
