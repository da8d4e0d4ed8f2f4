import { GatewayError } from './errors.ts'
import { fromHex, sha256Hex, toHex } from './hash.ts'
import { defaultAccountId, randomHex } from './ids.ts'

/**
 * The text of a key: `sk-or-v1-` and 64 hex digits, which are 8 bytes of its account, 20 random bytes and 4 bytes of
 * HMAC over them. So junk is refused without touching storage, and a real key names the object that knows it.
 * Its public id is the SHA-256 of the whole text; only that is ever stored.
 */
const prefix = 'sk-or-v1-'
const pattern = /^sk-or-v1-[0-9a-f]{64}$/

/** What a key proves before anybody is asked: which account it belongs to, if it was minted here. */
export interface KeyClaim {
  accountId: string
  hash: string
}

/** The claim of a key that bears our tag; `undefined` for anything else. */
export async function readKey(masterKey: string, text: string): Promise<KeyClaim | undefined> {
  if (!pattern.test(text)) return undefined
  const digits = text.slice(prefix.length)
  const tag = await tagOf(masterKey, digits.slice(0, 56))
  if (!equal(tag, digits.slice(56))) return undefined
  return { accountId: digits.slice(0, 16), hash: await sha256Hex(text) }
}

export async function mintKey(masterKey: string, accountId: string): Promise<string> {
  return keyText(masterKey, accountId + randomHex(20))
}

/** The two keys every deployment starts with. They derive from the master key, so each start prints the same. */
export async function rootKeys(masterKey: string): Promise<{ inference: string; management: string }> {
  const [inference, management] = await Promise.all(
    ['api key', 'management key'].map(async (purpose) => {
      const random = toHex(await derive(masterKey, purpose, 20))
      return await keyText(masterKey, defaultAccountId + random)
    }),
  )
  if (!inference || !management) throw new Error('unreachable: two purposes give two keys')
  return { inference, management }
}

/** How a key is shown after its one showing: `sk-or-v1-0a1…f9e`. */
export function keyLabel(text: string): string {
  return `${text.slice(0, prefix.length + 3)}...${text.slice(-3)}`
}

async function keyText(masterKey: string, digits: string): Promise<string> {
  return prefix + digits + (await tagOf(masterKey, digits))
}

async function tagOf(masterKey: string, digits: string): Promise<string> {
  const signature = await crypto.subtle.sign('HMAC', await tagKey(masterKey), fromHex(digits))
  return toHex(signature.slice(0, 4))
}

/** One imported key per isolate: importing costs more than signing. */
let tagKeyCache: { masterKey: string; key: Promise<CryptoKey> } | undefined

async function tagKey(masterKey: string): Promise<CryptoKey> {
  if (tagKeyCache?.masterKey !== masterKey) {
    const key = derive(masterKey, 'key tags', 32).then((bytes) =>
      crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
    )
    tagKeyCache = { masterKey, key }
  }
  return await tagKeyCache.key
}

/** HKDF-SHA-256 (RFC 5869): everything secret in a deployment derives from its one master key. */
async function derive(masterKey: string, purpose: string, bytes: number): Promise<ArrayBuffer> {
  if (!/^[0-9a-f]{64}$/.test(masterKey)) {
    throw new GatewayError(
      'service_unavailable',
      'MASTER_KEY is missing or is not 64 of the digits 0-9a-f. `npm run dev` makes one for this machine; ' +
        '`npx wrangler secret put MASTER_KEY` sets the one of a deployment.',
    )
  }
  const encoder = new TextEncoder()
  const material = await crypto.subtle.importKey('raw', fromHex(masterKey), 'HKDF', false, ['deriveBits'])
  return await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt: encoder.encode('switchyard'), info: encoder.encode(purpose) },
    material,
    bytes * 8,
  )
}

/** Compares without telling by its duration where two tags differ. */
function equal(left: string, right: string): boolean {
  let difference = left.length ^ right.length
  for (let index = 0; index < left.length; index++) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index)
  }
  return difference === 0
}
