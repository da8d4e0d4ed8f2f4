import * as z from 'zod/mini'
import { GatewayError } from '../base/errors.ts'
import { mayBeAsked, namesHost } from '../base/hosts.ts'
import type { Format } from '../generation/request.ts'
import { bearer, type Ask, type Outgoing } from './auth/auth.ts'
import { chooseKey, setKeyAside, type Keys } from './auth/key-choice.ts'
import { settingOf, type ProviderEnv } from './live.ts'
import type { Provider, Surface } from './provider.ts'
import { addressSuffix, makerOf, providerOf, variableOf } from './table.ts'
import { fill, type Setting } from './variables.ts'

/**
 * The way to speak to a provider: the format an endpoint asks for; else, of those that serve the model, the client's
 * own, else the first. Who puts a provider elsewhere must not find requests at its old address, so a surface there is
 * then left out.
 */
export function surfaceOf(
  env: ProviderEnv,
  provider: Provider,
  { format, native, model }: { format: Format | undefined; native: Format; model: string },
): Surface {
  const surfaces: readonly Surface[] = [provider, ...(provider.also ?? [])]
  if (format !== undefined) return surfaces.find(({ protocol }) => protocol.format === format) ?? provider
  const able = surfaces.filter(({ serves }) => serves?.test(model) ?? true)
  const [first = provider] = able
  const found = able.find(({ protocol }) => protocol.format === native) ?? first
  return isLeftBehind(env, provider, found) ? first : found
}

/** Whose sealed thoughts an endpoint can read when a client of this format asks, see `Seal`. */
export function makerAt(
  env: ProviderEnv,
  endpoint: { provider: string; format?: Format; upstreamModel: string },
  native: Format,
): string | undefined {
  const provider = providerOf(endpoint.provider)
  if (!provider) return undefined
  const { format, upstreamModel: model } = endpoint
  return makerOf(provider, surfaceOf(env, provider, { format, native, model }), model)
}

function isLeftBehind(env: ProviderEnv, provider: Provider, surface: Surface): boolean {
  const setting = settingsOf(env, provider)
  const suffix = addressSuffix(provider, surface)
  return suffix !== 'BASE_URL' && !setting(suffix) && setting('BASE_URL') !== undefined
}

/** Where a surface of a provider is: its own address, or the operator's. Nothing a client sends has a part in it. */
export function addressOf(
  env: ProviderEnv,
  provider: Provider,
  { surface, path, baseUrl }: Destination,
): string {
  const setting = settingsOf(env, provider)
  const suffix = addressSuffix(provider, surface)
  const base = baseUrl ?? setting(suffix) ?? fill(surface.baseUrl ?? provider.baseUrl ?? '', setting)
  const url = URL.canParse(base) ? new URL(base) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.hash) {
    throw misconfigured(variableOf(provider, suffix))
  }
  // What was approved when it was stored need not be so any more.
  if (baseUrl !== undefined && !isOwnHost(env, provider, url) && !mayBeAsked(url, env.CATALOGUE_HOSTS)) {
    throw misconfigured('CATALOGUE_HOSTS')
  }
  const [pathname = '', query] = path.split('?')
  url.pathname = url.pathname.replace(/\/+$/, '') + pathname
  for (const [name, value] of new URLSearchParams(query)) url.searchParams.set(name, value)
  return url.href
}

export interface Destination {
  surface: Surface
  /** What follows the base URL, with its query. */
  path: string
  /** The endpoint's own base URL. */
  baseUrl?: string
}

const headers = z.record(
  z.string().check(z.regex(/^[A-Za-z0-9-]+$/)),
  z.string().check(z.regex(/^[\x20-\x7e]*$/)),
)

/** The key of several that a call was given. */
export interface Drawn {
  /** Where it is for, unless that is the provider's own address. */
  baseUrl?: string
  key?: string
}

interface Asking {
  surface: Surface
  request: Outgoing
  ask: Ask
  drawn: Drawn
}

/** The headers of a request, made from nothing: none of the client's is among them. */
export async function headersOf(
  env: ProviderEnv,
  provider: Provider,
  { surface: { auth = bearer }, request, ask, drawn }: Asking,
): Promise<Record<string, string>> {
  const isTrusted = !provider.open || mayHaveKey(env, provider, new URL(request.url))
  const own = {
    ...(provider.takesHeaders && isTrusted && furtherHeaders(env, provider)),
    'content-type': 'application/json',
    'accept-encoding': 'identity',
    ...request.headers,
  }
  if (!isTrusted) return own
  return {
    ...own,
    ...(await auth.headers({ ...request, headers: own }, settingsOf(env, provider, drawn), Date.now(), ask)),
  }
}

/** An endpoint's own address may be a stranger's: the key is for the provider's address and for approved hosts. */
function mayHaveKey(env: ProviderEnv, provider: Provider, url: URL): boolean {
  return isOwnHost(env, provider, url) || namesHost(env.CATALOGUE_HOSTS, url)
}

function isOwnHost(env: ProviderEnv, provider: Provider, { origin }: URL): boolean {
  const base = settingsOf(env, provider)('BASE_URL') ?? ''
  return URL.canParse(base) && new URL(base).origin === origin
}

function settingsOf(env: ProviderEnv, provider: Provider, drawn: Drawn = {}): Setting {
  return (suffix) => {
    const value = settingOf(env, variableOf(provider, suffix))
    if (suffix !== 'API_KEY' || value === undefined) return value
    drawn.key ??= chooseKey(env, keysOf(provider, value, drawn), Math.random(), Date.now())
    return drawn.key
  }
}

/** The provider refused the key that was drawn. Whether there is another to draw. */
export function keyRefused(env: ProviderEnv, provider: Provider, drawn: Drawn): boolean {
  const { key } = drawn
  const value = settingOf(env, variableOf(provider, 'API_KEY'))
  if (value === undefined || key === undefined) return false
  return setKeyAside(env, keysOf(provider, value, drawn), key, Date.now())
}

function keysOf({ slug }: Provider, text: string, { baseUrl = '' }: Drawn): Keys {
  return { text, host: `${slug} ${baseUrl}` }
}

function furtherHeaders(env: ProviderEnv, provider: Provider): Record<string, string> {
  const name = variableOf(provider, 'HEADERS')
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
