import * as z from 'zod/mini'
import { parseJson } from '../../wire/json.ts'
import { upstreamError } from '../../wire/upstream-error.ts'
import { readServiceAccount, type ServiceAccount } from '../vertex.ts'
import { keyHeader, type Ask, type Auth } from './auth.ts'

/** On Vertex a service account signs for an access token; without one, the key of its express mode goes along. */
export const vertexAuth: Auth = {
  needs: ['API_KEY'],
  instead: [['SERVICE_ACCOUNT']],
  takes: ['PROJECT', 'REGION'],
  async headers(_, setting, nowMs, ask) {
    const account = setting('SERVICE_ACCOUNT')
    if (account === undefined) return keyHeader('x-goog-api-key', setting('API_KEY'), '')
    return { authorization: `Bearer ${await accessToken(account, nowMs, ask)}` }
  },
}

interface Token {
  text: string
  expiresAtMs: number
}

/** A token that was asked for, and what came of it. */
interface Flight {
  askedAtMs: number
  coming: Promise<Token>
  token?: Token
}

/** By service account. Bounded: an operator has one, clients with accounts of their own a few. */
const tokenCache = new Map<string, Flight>()
const accountsMax = 100

const renewBeforeMs = 5 * 60_000
/** After that the request that asked has been cut off, and its answer will never come. */
const flightMaxMs = 10_000

/** One request asks for a token, those beside it wait for the same one. */
async function accessToken(account: string, nowMs: number, ask: Ask): Promise<string> {
  const known = tokenCache.get(account)
  if (known && isGood(known, nowMs)) return (await known.coming).text
  const flight: Flight = { askedAtMs: nowMs, coming: requestToken(readServiceAccount(account), nowMs, ask) }
  if (tokenCache.size >= accountsMax) tokenCache.clear()
  tokenCache.set(account, flight)
  try {
    flight.token = await flight.coming
    return flight.token.text
  } catch (error) {
    if (tokenCache.get(account) === flight) tokenCache.delete(account)
    throw error
  }
}

function isGood({ token, askedAtMs }: Flight, nowMs: number): boolean {
  return token ? nowMs < token.expiresAtMs - renewBeforeMs : nowMs < askedAtMs + flightMaxMs
}

const grant = z.object({
  access_token: z.string().check(z.minLength(1)),
  expires_in: z.number().check(z.positive()),
})

async function requestToken(account: ServiceAccount, nowMs: number, ask: Ask): Promise<Token> {
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: await signedClaim(account, nowMs),
  }
  const { status, text } = await ask({
    url: account.token_uri,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(form).toString(),
  })
  const parsed = grant.safeParse(parseJson(text))
  if (status === 200 && parsed.success) {
    const { access_token: token, expires_in: seconds } = parsed.data
    return { text: token, expiresAtMs: nowMs + seconds * 1000 }
  }
  const type = status >= 400 && status < 500 ? 'credential' : 'other'
  throw upstreamError(status, { type, message: 'Provider returned error', code: 'token_refused' })
}

/** A JWT by which the account asks for itself (RFC 7523). */
async function signedClaim(account: ServiceAccount, nowMs: number): Promise<string> {
  const issuedAt = Math.floor(nowMs / 1000)
  const { client_email: issuer, private_key_id: keyId, token_uri: audience } = account
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) }
  const claims = {
    iss: issuer,
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    aud: audience,
    iat: issuedAt,
    exp: issuedAt + 3600,
  }
  const signed = [header, claims].map((part) => base64url(encode(JSON.stringify(part)))).join('.')
  const algorithm = 'RSASSA-PKCS1-v1_5'
  const key = await privateKey(account.private_key, algorithm)
  const signature = await crypto.subtle.sign(algorithm, key, encode(signed))
  return `${signed}.${base64url(new Uint8Array(signature))}`
}

async function privateKey(pem: string, algorithm: string): Promise<CryptoKey> {
  try {
    const base64 = pem.replaceAll(/-----[A-Z ]+-----|\\n|\s/g, '')
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return await crypto.subtle.importKey('pkcs8', bytes, { name: algorithm, hash: 'SHA-256' }, false, [
      'sign',
    ])
  } catch {
    // What is wrong with a secret is not said: it might quote it.
    throw upstreamError(null, {
      type: 'credential',
      message: 'Provider returned error',
      code: 'invalid_private_key',
    })
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
