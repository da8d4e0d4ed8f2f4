import { GatewayError } from './errors.ts'
import { fromHex } from './hash.ts'

/** The variables that hold a deployment's one secret and, after a rotation, the one before it. */
export interface MasterKeyVariables {
  MASTER_KEY: string
  MASTER_KEY_PREVIOUS?: string | undefined
}

/** Newest first: what is made is made with the first, and what is read is tried with each. */
export type MasterKeys = readonly [current: string, ...previous: string[]]

export function masterKeysOf(env: MasterKeyVariables): MasterKeys {
  const previous = env.MASTER_KEY_PREVIOUS?.trim()
  if (!previous) return [env.MASTER_KEY]
  if (isMasterKey(previous)) return [env.MASTER_KEY, previous]
  throw new GatewayError(
    'service_unavailable',
    'MASTER_KEY_PREVIOUS is not 64 of the digits 0-9a-f. Set it to the MASTER_KEY before this one, or remove it.',
  )
}

/** HKDF-SHA-256 (RFC 5869): everything secret in a deployment derives from its one master key. */
export async function derive(masterKey: string, purpose: string, bytes: number): Promise<ArrayBuffer> {
  // No request comes so far without one, but an object may be woken by others.
  if (!isMasterKey(masterKey)) {
    throw new GatewayError('service_unavailable', 'MASTER_KEY is missing or is not 64 of the digits 0-9a-f.')
  }
  const encoder = new TextEncoder()
  const material = await crypto.subtle.importKey('raw', fromHex(masterKey), 'HKDF', false, ['deriveBits'])
  return await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt: encoder.encode('switchyard'), info: encoder.encode(purpose) },
    material,
    bytes * 8,
  )
}

export function isMasterKey(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}
