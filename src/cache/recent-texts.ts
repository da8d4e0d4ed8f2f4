/** A text may take two bytes a character: 8 MiB. */
const charactersMax = 4 * 1024 * 1024
const textsMax = 100

/** The texts that were used last, within written bounds; beyond them the one that was not used for longest goes. */
export class RecentTexts {
  /** In the order of their use. */
  readonly #texts = new Map<string, string>()
  #characters = 0

  get(key: string): string | undefined {
    const text = this.#texts.get(key)
    if (text !== undefined) {
      this.#texts.delete(key)
      this.#texts.set(key, text)
    }
    return text
  }

  set(key: string, text: string): void {
    this.delete(key)
    this.#texts.set(key, text)
    this.#characters += text.length
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= textsMax && this.#characters <= charactersMax) return
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    this.#characters -= this.#texts.get(key)?.length ?? 0
    this.#texts.delete(key)
  }
}
