const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * A generation id, `gen-<unix seconds>-<22 letters and digits>`: 130 random bits, and sorted by time, so that a
 * primary key over ids is an index over time as well.
 */
export function generationId(nowMs: number): string {
  return `gen-${generationTime(nowMs)}-${randomText(22)}`
}

/** The sortable head of every generation id made in or after the given second. */
export function generationIdFloor(nowMs: number): string {
  return `gen-${generationTime(nowMs)}`
}

export const generationIdPattern = /^gen-\d{10}-[0-9A-Za-z]{22}$/

/** The account of the person who deployed the gateway: the one the first keys belong to. */
export const defaultAccountId = '0000000000000000'

/** An account id: 8 random bytes in hex. It is part of each of the account's keys. */
export function accountId(): string {
  return randomHex(8)
}

export function randomHex(bytes: number): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}

function generationTime(nowMs: number): string {
  return String(Math.floor(nowMs / 1000)).padStart(10, '0')
}

function randomText(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      // 248 is the largest multiple of 62 in a byte: larger values would favour the first letters.
      if (byte < 248 && text.length < length) text += alphabet[byte % 62]
    }
  }
  return text
}
