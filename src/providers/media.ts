import { GatewayError } from '../base/errors.ts'
import { isPublicHost } from '../base/hosts.ts'
import type { GenerationRequest } from '../generation/request.ts'
import { mediaIn, withMedia, type MediaBytes, type MediaSlot } from '../wire/media.ts'
import type { Quirks } from '../wire/protocol.ts'
import { invalid } from '../wire/refusals.ts'
import { fetchOutside } from './fetch.ts'
import { sniff } from './sniff.ts'

/** Of all media of one request. */
const bytesMax = 20 * 1024 * 1024
const timeoutMs = 10_000
const addressesMax = 20
const redirectsMax = 3

/**
 * The request with bytes where it has addresses, for a provider that fetches nothing itself. Only public hosts are
 * asked, and they learn nothing of the client. What cannot be had is a 400 that names the part.
 */
export async function inlineMedia(
  request: GenerationRequest,
  { needsBytes, keepsUrls = [] }: Quirks,
  signal: AbortSignal,
): Promise<GenerationRequest> {
  const { imageInput, fileInput, videoInput } = request.needs
  if (!needsBytes || !(imageInput || fileInput || videoInput)) return request
  const slots = mediaIn(request.native).filter(
    ({ url, kind }) =>
      /^https?:/i.test(url) &&
      (needsBytes !== 'files' || kind === 'file') &&
      !keepsUrls.some((beginning) => url.startsWith(beginning)),
  )
  if (slots.length === 0) return request
  const byUrl = new Map(slots.map((slot) => [slot.url, slot]))
  if (byUrl.size > addressesMax) {
    throw invalid(`${slots.at(-1)?.path}: at most ${addressesMax} addresses are fetched for a request`)
  }
  const ended = new AbortController()
  const limits: FetchLimits = {
    bytesLeft: bytesMax,
    signal: AbortSignal.any([signal, ended.signal, AbortSignal.timeout(timeoutMs)]),
  }
  try {
    const known = await Promise.all([...byUrl.values()].map((slot) => fetchSlot(slot, limits)))
    return withMedia(request, new Map(known))
  } finally {
    // One that failed ends the others.
    ended.abort()
  }
}

/** Shared by all that one request names. */
interface FetchLimits {
  bytesLeft: number
  signal: AbortSignal
}

async function fetchSlot(slot: MediaSlot, limits: FetchLimits): Promise<[string, MediaBytes]> {
  try {
    const bytes = await readBytes(await openAddress(slot, limits), slot, limits)
    const mediaType = sniff(slot.kind, bytes)
    if (mediaType === undefined) throw refused(slot, `is no ${wanted[slot.kind]}`)
    return [slot.url, { mediaType, base64: bytes.toBase64() }]
  } catch (error) {
    if (error instanceof GatewayError) throw error
    // Closed, silent or unknown: a stranger's network is nobody's to explore through us.
    throw refused(slot, `could not be fetched within ${timeoutMs / 1_000} seconds`)
  }
}

const wanted = {
  image: 'PNG, JPEG, GIF or WebP image',
  file: 'PDF',
  video: 'MP4, QuickTime, WebM or MPEG video',
} as const

/** The answer at the end of the redirects, each of which is checked as the first address was. */
async function openAddress(slot: MediaSlot, { signal }: FetchLimits): Promise<Response> {
  let address = slot.url
  for (let redirects = 0; redirects <= redirectsMax; redirects++) {
    const url = publicUrl(address)
    if (!url) {
      throw refused(
        slot,
        redirects === 0 ? 'is no https address of a public host' : 'leads to no public host',
      )
    }
    // What was checked is what is asked: the same object, so that nobody parses it in another way.
    const response = await fetchOutside(url, {
      headers: { accept: accepted[slot.kind] },
      redirect: 'manual',
      signal,
    })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || location === null) return response
    await response.body?.cancel()
    address = URL.canParse(location, url.href) ? new URL(location, url.href).href : ''
  }
  throw refused(slot, `redirects more than ${redirectsMax} times`)
}

const accepted = { image: 'image/*', file: 'application/pdf', video: 'video/*' } as const

function publicUrl(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  const isPlain = url.protocol === 'https:' && url.port === '' && url.username === '' && url.password === ''
  return isPlain && isPublicHost(url.hostname) ? url : undefined
}

async function readBytes(response: Response, slot: MediaSlot, limits: FetchLimits): Promise<Uint8Array> {
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel()
    throw refused(slot, 'could not be fetched: its host has no such file')
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of response.body) {
    limits.bytesLeft -= chunk.byteLength
    if (limits.bytesLeft < 0) {
      throw refused(slot, `is too large: at most ${bytesMax / 1024 / 1024} MiB are fetched for a request`)
    }
    chunks.push(chunk)
  }
  return joined(chunks)
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}

function refused({ path }: MediaSlot, reason: string): GatewayError {
  return invalid(
    `${path}: this model's provider fetches nothing, and the address ${reason}; send a base64 data URL`,
  )
}
