import { GatewayError } from './errors.ts'

/** One server-sent event, or a comment, which some providers send to keep a silent stream open. */
export type SseMessage = { data: string; event?: string } | { comment: string }

/**
 * Longest line and longest event that are read, in characters: a stream beyond it is broken or hostile. A picture that a
 * model drew comes in one line.
 */
export const sseLineMax = 16 * 1024 * 1024

/**
 * Cuts a byte stream into events. One batch for each read, so that what arrived together stays together; a batch may
 * be empty, and is still a sign of life. Cancels the body when it is left early.
 */
export async function* readSse(body: ReadableStream<Uint8Array>): AsyncGenerator<SseMessage[], void> {
  const reader = body.getReader()
  const parser = new SseParser()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      yield parser.push(value)
      if (parser.overflown) throw tooLong()
    }
    yield parser.end()
  } finally {
    // A body that has already failed rejects this with the failure that is on its way to the caller anyway.
    await reader.cancel().catch(() => undefined)
  }
}

/** One event with the given data. Line breaks in it become further `data` lines, as the format demands. */
export function formatSse(data: string): string {
  if (!lineBreak.test(data)) return `data: ${data}\n\n`
  return `data: ${data.split(lineBreak).join('\ndata: ')}\n\n`
}

const lineBreak = /\r\n|\r|\n/

/** The state between two reads. An event counts when it is complete, or when the stream ends after its line. */
class SseParser {
  /**
   * Replaces invalid bytes by U+FFFD and keeps halves of characters for the next read. The BOM is ours to drop: workerd
   * drops one at the start of every read, where it is text.
   */
  readonly #decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
  #begun = false
  #line = ''
  #data: string | undefined
  #event: string | undefined
  #endedInCr = false
  #longest = 0

  /** Beyond the limit; what was complete before it has been handed out. */
  get overflown(): boolean {
    return this.#longest > sseLineMax
  }

  push(bytes: Uint8Array): SseMessage[] {
    return this.#read(this.#decoder.decode(bytes, { stream: true }))
  }

  end(): SseMessage[] {
    return this.#read(`${this.#decoder.decode()}\n\n`)
  }

  #read(decoded: string): SseMessage[] {
    const messages: SseMessage[] = []
    const text = this.#normalise(decoded)
    let start = 0
    // Only new text is searched, so a long line that comes byte by byte is not read again with each byte.
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const rest = text.slice(start, end)
      const line = this.#line === '' ? rest : this.#line + rest
      this.#line = ''
      start = end + 1
      this.#readLine(line, messages)
    }
    if (start < text.length) this.#line += text.slice(start)
    this.#longest = Math.max(this.#longest, this.#line.length)
    return messages
  }

  /** Every line break as `\n`. A CR that ends a read counts at once; an LF that follows it belongs to it. */
  #normalise(text: string): string {
    if (text === '') return text
    if (!this.#begun) {
      this.#begun = true
      if (text.startsWith('\uFEFF')) return this.#normalise(text.slice(1))
    }
    const rest = this.#endedInCr && text.startsWith('\n') ? text.slice(1) : text
    this.#endedInCr = text.endsWith('\r')
    return rest.includes('\r') ? rest.replaceAll(/\r\n?/g, '\n') : rest
  }

  #readLine(line: string, messages: SseMessage[]): void {
    if (line === '') this.#dispatch(messages)
    else if (line.startsWith('data:')) this.#addData(valueOf(line, 5))
    else if (line.startsWith(':')) messages.push({ comment: valueOf(line, 1) })
    else if (line.startsWith('event:')) this.#event = valueOf(line, 6)
    else if (line === 'data') this.#addData('')
    // `id`, `retry` and unknown fields mean nothing here.
  }

  #addData(value: string): void {
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
    this.#longest = Math.max(this.#longest, this.#data.length)
  }

  #dispatch(messages: SseMessage[]): void {
    if (this.#data !== undefined) {
      messages.push(
        this.#event === undefined ? { data: this.#data } : { data: this.#data, event: this.#event },
      )
    }
    this.#data = undefined
    this.#event = undefined
  }
}

function valueOf(line: string, start: number): string {
  return line.slice(line.charCodeAt(start) === 0x20 ? start + 1 : start)
}

function tooLong(): GatewayError {
  return new GatewayError('provider_unavailable', 'Provider returned error', {
    upstream: { status: 200, code: 'line_too_long', failOver: true },
  })
}
