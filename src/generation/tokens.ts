/**
 * Token counts without a tokenizer. `tokensMax` is for holds and errs upwards: an ASCII byte is at most a third of
 * a token in English, code and JSON, a non-ASCII byte at most half of one, and base64-like runs are about 1.4 bytes
 * a token (measured against o200k_base and Claude's vocabulary). `tokensEstimate` is for bills nobody else can
 * write: within a few per cent on English, above on code, and marked as an estimate wherever it is shown.
 */
const unbrokenRun = /[A-Za-z0-9+/=_-]{200,}/g

export function tokensMax(text: string): number {
  return maxOf(text, countBytes(text))
}

export function tokensEstimate(text: string): number {
  return estimateOf(countBytes(text))
}

/** Both counts for one reading of the text: a prompt may be megabytes. */
export function tokenCounts(text: string): { max: number; estimate: number } {
  const bytes = countBytes(text)
  return { max: maxOf(text, bytes), estimate: estimateOf(bytes) }
}

interface ByteCounts {
  ascii: number
  other: number
}

function maxOf(text: string, { ascii, other }: ByteCounts): number {
  const runs = text.match(unbrokenRun) ?? []
  const runBytes = runs.reduce((sum, run) => sum + run.length, 0)
  return Math.ceil((ascii - runBytes) / 3 + runBytes / 1.4 + other / 2)
}

function estimateOf({ ascii, other }: ByteCounts): number {
  return Math.ceil(ascii / 4 + other / 4)
}

/** UTF-8 bytes of a text, those of ASCII characters and those of all others. */
function countBytes(text: string): ByteCounts {
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

/** How far the bytes of a text may mislead about its tokens before more than was counted has been delivered. */
const estimateMargin = 1.25

/** Counts a text that arrives in pieces as `tokensEstimate` would count the whole. */
export class TokenCounter {
  #bytes = 0
  #pieces = 0

  add(text: string): void {
    this.#count(text, 1)
  }

  /** Counts a piece no more. */
  remove(text: string): void {
    this.#count(text, -1)
  }

  get tokens(): number {
    return Math.ceil(this.#bytes / 4)
  }

  /** What its provider may count: many send each token as a piece of its own, and digits or code make short ones. */
  get tokensMost(): number {
    return Math.max(this.#pieces, Math.ceil((this.#bytes / 4) * estimateMargin))
  }

  #count(text: string, times: 1 | -1): void {
    if (text === '') return
    const { ascii, other } = countBytes(text)
    this.#bytes += times * (ascii + other)
    this.#pieces += times
  }
}
