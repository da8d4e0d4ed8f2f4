/**
 * Token counts without a tokenizer. `tokensMax` is for holds and errs upwards: an ASCII byte is at most a third of
 * a token in English, code and JSON, a non-ASCII byte at most half of one, and base64-like runs are about 1.4 bytes
 * a token (measured against o200k_base and Claude's vocabulary). `tokensEstimate` is for bills nobody else can
 * write: within a few per cent on English, above on code, and marked as an estimate wherever it is shown.
 */
const unbrokenRun = /[A-Za-z0-9+/=_-]{200,}/g

export function tokensMax(text: string): number {
  const runs = text.match(unbrokenRun) ?? []
  const runBytes = runs.reduce((sum, run) => sum + run.length, 0)
  const { ascii, other } = countBytes(text)
  return Math.ceil((ascii - runBytes) / 3 + runBytes / 1.4 + other / 2)
}

export function tokensEstimate(text: string): number {
  const { ascii, other } = countBytes(text)
  return Math.ceil(ascii / 4 + other / 4)
}

/** UTF-8 bytes of a text, those of ASCII characters and those of all others. */
function countBytes(text: string): { ascii: number; other: number } {
  let ascii = 0
  let other = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x80) ascii++
    else if (code < 0x800) other += 2
    // Each half of a surrogate pair stands for two of its four bytes.
    else other += code >= 0xd800 && code <= 0xdfff ? 2 : 3
  }
  return { ascii, other }
}

/** Counts a text that arrives in pieces as `tokensEstimate` would count the whole. */
export class TokenCounter {
  #ascii = 0
  #other = 0

  add(text: string): void {
    const { ascii, other } = countBytes(text)
    this.#ascii += ascii
    this.#other += other
  }

  get tokens(): number {
    return Math.ceil((this.#ascii + this.#other) / 4)
  }
}
