import { GatewayError } from '../base/errors.ts'
import { refusedKey, type Caller } from '../accounts/caller.ts'
import type { Env } from '../env.ts'
import { ledger } from '../ledger/client.ts'
import type { Profile } from '../ledger/contract.ts'
import type { Limits } from './limits.ts'

/** Profiles by key, per isolate. They only plan; whether the key may ask is decided at each admission. */
const profilesCache = new Map<string, { profile: Profile; readAtMs: number }>()
const profilesMax = 5_000

/** The profile of a caller that may run generations: another class of key is refused before its body is read. */
export async function profileOf(env: Env, caller: Caller, limits: Limits, nowMs: number): Promise<Profile> {
  const profile = await knownProfile(env, caller, limits, nowMs)
  if (profile.keyClass === 'inference') return profile
  throw new GatewayError(
    'permission_denied',
    'A management key cannot run generations. Use an API key: POST /api/v1/keys makes one.',
  )
}

/** Of any class of key: fresh from this isolate, else from the account's object, else stale while that fails. */
export async function knownProfile(
  env: Env,
  caller: Caller,
  limits: Limits,
  nowMs: number,
): Promise<Profile> {
  const cached = profilesCache.get(caller.keyHash)
  if (cached && nowMs - cached.readAtMs < limits.profileFreshMs) return cached.profile
  try {
    const standing = await ledger(env, caller.accountId).standing(caller.keyHash)
    if (!standing.ok) {
      profilesCache.delete(caller.keyHash)
      throw refusedKey(standing.reason)
    }
    return rememberProfile(caller, standing.profile, nowMs)
  } catch (error) {
    if (cached && error instanceof GatewayError && error.type === 'service_unavailable') return cached.profile
    throw error
  }
}

export function rememberProfile(caller: Caller, profile: Profile, nowMs: number): Profile {
  if (profilesCache.size >= profilesMax) {
    const [oldest] = profilesCache.keys()
    if (oldest) profilesCache.delete(oldest)
  }
  profilesCache.delete(caller.keyHash)
  profilesCache.set(caller.keyHash, { profile, readAtMs: nowMs })
  return profile
}
