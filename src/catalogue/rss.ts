import type { Model } from './model.ts'

/** Models as an RSS 2.0 feed, which feed readers watch for new ones. */
export function rssText(models: readonly Model[], origin: string, linksToChat: boolean): string {
  const items = models.map((model) =>
    item(model, linksToChat ? origin : `${origin}/api/v1/model/${model.id}`),
  )
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<rss version="2.0"><channel>',
    `<title>Switchyard Models</title><link>${escaped(origin)}</link>`,
    '<description>Models that can be called through this gateway</description>',
    ...items,
    '</channel></rss>',
    '',
  ].join('\n')
}

function item(model: Model, link: string): string {
  const date = new Date(model.created * 1000).toUTCString()
  return (
    `<item><title>${escaped(model.name)}</title><link>${escaped(link)}</link>` +
    `<guid isPermaLink="false">${escaped(model.id)}</guid><pubDate>${date}</pubDate>` +
    `<description>${escaped(model.description)}</description></item>`
  )
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (letter) => entities[letter] ?? letter)
}
