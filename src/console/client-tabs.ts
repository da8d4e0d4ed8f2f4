import { html } from 'hono/html'
import { clients, keyVariable, type Client, type Dialect, type Target } from './clients.ts'
import { snippet } from './snippet.ts'

/** Radio buttons are tabs that the keyboard, a screen reader and a browser without scripts know already. */
export function clientTabs(target: Target, speaks: (dialect: Dialect) => boolean) {
  const tabs = clients.map((client, index) => tab(client, { target, chosen: index === 0, speaks }))
  return html`<fieldset>
    <legend class="unseen">Client</legend>
    ${tabs}
  </fieldset>`
}

interface Shown {
  target: Target
  chosen: boolean
  speaks: (dialect: Dialect) => boolean
}

function tab(client: Client, { target, chosen, speaks }: Shown) {
  const { slug, name, dialect, steps } = client
  const spoken = speaks(dialect)
  const choice = `choose-${slug}`
  const lamp = spoken ? 'lamp lit' : 'lamp'
  const own = [target.baseUrl, target.rootUrl, target.model, keyVariable]
  const missing = html`<p class="notice">
    Needs the ${dialect.name} dialect, which this release does not speak yet.
  </p>`
  return html`
    <input type="radio" name="client" id="${choice}" ${chosen && 'checked'} class="unseen" />
    <label for="${choice}"><span class="${lamp}"></span>${name}</label>
    <div class="panel" id="${slug}">
      <h3>${name}</h3>
      ${!spoken && missing}
      ${steps(target).map(({ where, text }, index) => snippet({ id: `${slug}-${index + 1}`, where, text, own }))}
    </div>
  `
}
