/** What there is to copy on the page, by its id. */
export function snippets(html: string): Map<string, string> {
  const found = html.matchAll(/<code id="([\w-]+)">(.*?)<\/code>/gs)
  return new Map([...found].map(([, id = '', markup = '']) => [id, textOf(markup)]))
}

/** The text that a browser shows. */
export function textOf(markup: string): string {
  return markup
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** The same outside of code: however it is broken into lines, one space. */
export function shown(markup: string): string {
  return textOf(markup).replaceAll(/\s+/g, ' ').trim()
}
