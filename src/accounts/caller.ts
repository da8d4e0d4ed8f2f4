import { GatewayError } from '../base/errors.ts'
import { readKey } from '../base/key-text.ts'
import type { Env } from '../env.ts'
import { ledger } from '../ledger/client.ts'
import type { KeyRefusal, Profile } from '../ledger/contract.ts'

/** What a key proves by itself: whose it is, and which. */
export interface Caller {
  accountId: string
  keyHash: string
}

/** Who asks, from the headers alone: a key that was not minted here is refused before any storage is asked. */
export async function authenticate(env: Env, headers: Headers): Promise<Caller> {
  const text = bearer(headers)
  if (text === undefined) throw new GatewayError('authentication', 'Missing Authentication header')
  const caller = await readCaller(env, text)
  if (!caller) throw refusedKey('unknown_key')
  return caller
}

/**
 * The digits of the key of a request, if it was minted here. No storage is asked, so the key may be disabled or
 * deleted, or its prefix another than the one it was minted with.
 */
export async function digitsOfOurKey(env: Env, headers: Headers): Promise<string | undefined> {
  const text = bearer(headers)
  return text !== undefined && (await readCaller(env, text)) ? text.slice(-64) : undefined
}

/**
 * Keys this isolate has read before: what a key proves never changes, and proving it again costs as much as all the
 * rest before the call of the ledger, which alone says whether the key still counts.
 */
let callersCache = { madeFor: '', callers: new Map<string, Caller>() }
const callersMax = 5_000

async function readCaller(env: Env, text: string): Promise<Caller | undefined> {
  const madeFor = `${env.MASTER_KEY} ${env.MASTER_KEY_PREVIOUS ?? ''} ${env.KEY_PREFIX ?? ''}`
  if (callersCache.madeFor !== madeFor) callersCache = { madeFor, callers: new Map() }
  const { callers } = callersCache
  const known = callers.get(text)
  if (known) return known
  const claim = await readKey(env, text)
  if (!claim) return undefined
  const caller = { accountId: claim.accountId, keyHash: claim.hash }
  const [oldest] = callers.keys()
  if (oldest !== undefined && callers.size >= callersMax) callers.delete(oldest)
  callers.set(text, caller)
  return caller
}

/** What the account's object says of the key now; throws where it may not be used. */
export async function identify(env: Env, caller: Caller): Promise<Profile> {
  const standing = await ledger(env, caller.accountId).standing(caller.keyHash)
  if (!standing.ok) throw refusedKey(standing.reason)
  return standing.profile
}

/** The holder of a management key: it manages all accounts, for it is the operator's. */
export async function authenticateOperator(env: Env, headers: Headers): Promise<Caller> {
  const caller = await authenticate(env, headers)
  const profile = await identify(env, caller)
  if (profile.keyClass !== 'management') {
    throw new GatewayError('permission_denied', 'Only management keys can perform this operation')
  }
  return caller
}

const refusals: Record<KeyRefusal, string> = {
  unknown_key: 'Invalid API key',
  disabled_key: 'This API key is disabled',
  expired_key: 'This API key has expired',
}

/** The 401 of a key that may not be used. */
export function refusedKey(reason: KeyRefusal): GatewayError {
  return new GatewayError('authentication', refusals[reason])
}

/** `Authorization: Bearer <key>`, as OpenAI's clients send it, or else `x-api-key`, as Anthropic's do. */
function bearer(headers: Headers): string | undefined {
  const authorization = headers.get('authorization')?.trim() ?? ''
  const [, scheme = '', text = ''] = /^(\S*)\s*(.*)$/s.exec(authorization) ?? []
  // Another scheme is a credential too, though none of ours: it is refused rather than passed over.
  if (scheme !== '' && scheme.toLowerCase() !== 'bearer') return ''
  return text || headers.get('x-api-key')?.trim() || undefined
}
