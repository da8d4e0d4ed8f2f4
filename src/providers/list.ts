import { readText } from './body.ts'
import { fetchOutside } from './fetch.ts'

/** The largest list that is read, bytes: four times what models.dev is. */
const listBytesMax = 16 * 1024 * 1024
const listTimeoutMs = 30_000

/** A list as it was fetched; `unchanged` where it is still the one with this tag. */
export type FetchedList = { kind: 'list'; json: unknown; etag: string | undefined } | { kind: 'unchanged' }

/** Fetches a public list of models; throws where there is none. Nothing of ours is sent but the tag of the last one. */
export async function fetchList(url: string, etag: string | undefined): Promise<FetchedList> {
  const response = await fetchOutside(url, {
    headers: { accept: 'application/json', ...(etag !== undefined && { 'if-none-match': etag }) },
    signal: AbortSignal.timeout(listTimeoutMs),
  })
  if (response.status === 304) return { kind: 'unchanged' }
  if (!response.ok) throw new Error(`The list answered ${response.status}.`)
  const { text, isWhole } = await readText(response, listBytesMax)
  if (!isWhole) throw new Error('The list is too long.')
  return { kind: 'list', json: JSON.parse(text), etag: response.headers.get('etag') ?? undefined }
}
