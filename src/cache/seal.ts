import { sha256Hex } from '../base/hash.ts'

/** In hex. */
const sealLength = 64

/** A text as it lies in a store: behind a hash of itself and of the key it belongs to. */
export async function sealed(key: string, text: string): Promise<string> {
  return `${await sha256Hex(key + text)}${text}`
}

/** What was sealed under this key. Of whatever else a store may give, nothing. */
export async function opened(key: string, value: string): Promise<string | undefined> {
  const text = value.slice(sealLength)
  return value === (await sealed(key, text)) ? text : undefined
}
