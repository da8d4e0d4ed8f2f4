import { html } from 'hono/html'

interface Props {
  id: string
  where: string
  text: string
  /** What stands out in the text, because it is this gateway's. */
  own?: readonly string[]
}

/** A text to copy, under the name of the place where it goes. */
export function snippet({ id, where, text, own = [] }: Props) {
  const parts = split(text, own).map((part) =>
    own.includes(part) ? html`<span class="own">${part}</span>` : part,
  )
  return html`
    <figure>
      <figcaption class="caption">${where}</figcaption>
      ${copyButton(id, where)}
      <pre tabindex="0"><code id="${id}">${parts}</code></pre>
    </figure>
  `
}

/** Shown by the script that makes it work. */
export function copyButton(of: string, what: string) {
  return html`<button type="button" data-copy="${of}" aria-label="Copy ${what}" hidden>Copy</button>`
}

/** The text in pieces, each either one of the words or free of them. */
function split(text: string, words: readonly string[]): string[] {
  const [word, ...others] = words
  if (word === undefined) return [text]
  return text.split(word).flatMap((piece, index) => [...(index === 0 ? [] : [word]), ...split(piece, others)])
}
