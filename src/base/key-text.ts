import { GatewayError } from './errors.ts'
import { fromHex, sha256Hex, toHex } from './hash.ts'
import { defaultAccountId, randomHex } from './ids.ts'
import { derive, masterKeysOf, type MasterKeys, type MasterKeyVariables } from './master-key.ts'

/**
 * The text of a key: a prefix and 64 hex digits, which are 8 bytes of its account, 20 random bytes and 4 bytes of HMAC
 * over them. So junk is refused without touching storage, and a real key names the object that knows it.
 * Its public id is the SHA-256 of the whole text; only that is ever stored.
 */
const defaultPrefix = 'sk-or-v1-'
const prefixPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,14}[-_]$/
/** With any prefix: keys outlive a change of it. One that is not the key's own gives another public id, of no key. */
const pattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,14}[-_]([0-9a-f]{64})$/

/** What keys are made and read with. */
export interface KeyVariables extends MasterKeyVariables {
  /** What new keys begin with in place of OpenRouter's prefix. */
  KEY_PREFIX?: string | undefined
}

/** What a key proves before anybody is asked: which account it belongs to, if it was minted here. */
export interface KeyClaim {
  accountId: string
  hash: string
}

/** The claim of a key that bears our tag; `undefined` for anything else. */
export async function readKey(env: KeyVariables, text: string): Promise<KeyClaim | undefined> {
  const { masterKeys } = settingsOf(env)
  const [, digits] = pattern.exec(text) ?? []
  if (digits === undefined) return undefined
  for (const masterKey of masterKeys) {
    if (!equal(await tagOf(masterKey, digits.slice(0, 56)), digits.slice(56))) continue
    // Keys outlive the master key they were made under, but for those that whoever found it can derive.
    if (masterKey !== masterKeys[0] && (await rootDigits(masterKey)).includes(digits)) return undefined
    return { accountId: digits.slice(0, 16), hash: await sha256Hex(text) }
  }
  return undefined
}

export async function mintKey(env: KeyVariables, accountId: string): Promise<string> {
  const { masterKeys, prefix } = settingsOf(env)
  return prefix + (await tagged(masterKeys[0], accountId + randomHex(20)))
}

/** The two keys every deployment starts with. */
export interface RootKeys {
  inference: string
  management: string
}

/** They derive from the master key, so each start prints the same. `prefix` is the variable KEY_PREFIX. */
export async function rootKeys(masterKey: string, prefix?: string): Promise<RootKeys> {
  const [inference, management] = await rootDigits(masterKey)
  const begin = keyPrefix(prefix)
  return { inference: begin + inference, management: begin + management }
}

/** How a key is shown after its one showing: `sk-or-v1-0a1...f9e`. */
export function keyLabel(text: string): string {
  return `${text.slice(0, -61)}...${text.slice(-3)}`
}

/** Both at once: whoever sets one of them wrongly is told at the first request with a key, not at the next new key. */
function settingsOf(env: KeyVariables): { masterKeys: MasterKeys; prefix: string } {
  return { masterKeys: masterKeysOf(env), prefix: keyPrefix(env.KEY_PREFIX) }
}

/** What new keys begin with; throws where the setting is none. */
export function keyPrefix(setting: string | undefined): string {
  const prefix = setting?.trim() || defaultPrefix
  if (prefixPattern.test(prefix)) return prefix
  throw new GatewayError(
    'service_unavailable',
    'KEY_PREFIX must be 2 to 16 letters, digits, - and _, begin with a letter or digit and end with - or _, ' +
      'such as sy-. Change it, or remove it.',
  )
}

async function rootDigits(masterKey: string): Promise<[inference: string, management: string]> {
  const digits = async (purpose: string) =>
    await tagged(masterKey, defaultAccountId + toHex(await derive(masterKey, purpose, 20)))
  return await Promise.all([digits('api key'), digits('management key')])
}

async function tagged(masterKey: string, digits: string): Promise<string> {
  return digits + (await tagOf(masterKey, digits))
}

async function tagOf(masterKey: string, digits: string): Promise<string> {
  const signature = await crypto.subtle.sign('HMAC', await tagKey(masterKey), fromHex(digits))
  return toHex(signature.slice(0, 4))
}

/** Imported once per isolate and master key: importing costs more than signing. */
const tagKeysCache = new Map<string, Promise<CryptoKey>>()
const tagKeysMax = 8

async function tagKey(masterKey: string): Promise<CryptoKey> {
  const known = tagKeysCache.get(masterKey)
  if (known) return await known
  const key = derive(masterKey, 'key tags', 32).then((bytes) =>
    crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
  )
  if (tagKeysCache.size >= tagKeysMax) tagKeysCache.clear()
  tagKeysCache.set(masterKey, key)
  return await key
}

/** Compares without telling by its duration where two tags differ. */
function equal(left: string, right: string): boolean {
  let difference = left.length ^ right.length
  for (let index = 0; index < left.length; index++) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index)
  }
  return difference === 0
}
