import { html } from 'hono/html'
import { clientTabs } from './client-tabs.ts'
import { keyVariable, type Dialect } from './clients.ts'
import type { Facts } from './facts.ts'
import { copyButton, snippet } from './snippet.ts'

/** A long address breaks before it. */
const apiPath = '/api/v1'

export function page(facts: Facts, speaks: (dialect: Dialect) => boolean) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <title>Switchyard</title>
        <link rel="icon" href="/console/mark.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/console/page.css" />
        <script src="/console/page.js" defer></script>
      </head>
      <body>
        ${masthead(facts.version)}
        <main>${address(facts.baseUrl)} ${providers(facts)} ${setUp(facts, speaks)}</main>
        <footer><a href="/api/v1/models">Models as JSON</a><a href="/healthz">Health</a></footer>
        <p id="said" class="unseen" role="status"></p>
      </body>
    </html>`
}

function masthead(version: string) {
  return html`
    <header>
      <p class="name"><img src="/console/mark.svg" alt="" width="36" height="36" />Switchyard</p>
      <p class="state"><span class="lamp lit"></span>In service<span class="version">${version}</span></p>
    </header>
  `
}

function address(baseUrl: string) {
  return html`
    <section>
      <h1>One endpoint and one key for every model.</h1>
      <div class="address">
        <p class="caption">Base URL</p>
        ${copyButton('base-url', 'the base URL')}
        <code id="base-url">${baseUrl.slice(0, -apiPath.length)}<wbr />${apiPath}</code>
      </div>
      <p class="quiet">
        Where a client asks for OpenAI’s or OpenRouter’s address, give it this one, and a key of this gateway.
      </p>
    </section>
  `
}

function providers(facts: Facts) {
  const { live, dormant, modelCount, simulatorOnly } = facts
  return html`
    <section>
      <h2>Providers</h2>
      <p class="sum">
        <b>${live.length}</b> live, <a href="/api/v1/models">${counted(modelCount)} as JSON</a>
      </p>
      <table>
        <thead class="unseen">
          <tr>
            <th scope="col">Provider</th>
            <th scope="col">Models</th>
          </tr>
        </thead>
        <tbody>
          ${live.map(liveRow)}
        </tbody>
      </table>
      ${simulatorOnly && addProvider(facts)}
      <details>
        <summary>${dormant.length} more providers, and the variable of each</summary>
        ${!simulatorOnly && addProvider(facts)}
        <ul>
          ${dormant.map(dormantItem)}
        </ul>
      </details>
    </section>
  `
}

function liveRow({ name, modelCount }: Facts['live'][number]) {
  const models = modelCount === undefined ? 'whatever it has' : counted(modelCount)
  return html`<tr>
    <th scope="row"><span class="lamp lit"></span>${name}</th>
    <td>${models}</td>
  </tr>`
}

function dormantItem({ name, variable }: Facts['dormant'][number]) {
  return html`<li><span class="lamp"></span>${name}<code>${variable}</code></li>`
}

function addProvider({ simulatorOnly, local }: Facts) {
  const id = 'add-provider'
  return html`
    <p>
      ${simulatorOnly && 'Only the simulator is live: it answers offline, and is no language model.'} Set a
      provider’s variable, and its models are served.
    </p>
    ${
      local
        ? snippet({ id, where: 'terminal', text: 'OPENAI_API_KEY=sk-… npm run dev' })
        : snippet({
            id,
            where: 'terminal, where you deployed from',
            text: "echo 'OPENAI_API_KEY=sk-…' >> .env.production\nnpm run deploy",
          })
    }
  `
}

function setUp(facts: Facts, speaks: (dialect: Dialect) => boolean) {
  return html`
    <section>
      <h2>Set up a client</h2>
      <p>
        First put a key where your tools find it.
        <code>npm run ${facts.local ? 'dev' : 'deploy'}</code> prints one of yours;
        <code>npm run key -- create</code> makes one for somebody else.
      </p>
      ${snippet({ id: 'export-key', where: 'terminal', text: `export ${keyVariable}=sk-or-v1-…` })}
      <p>
        Then choose the client. In colour is what belongs to this gateway; any other of its
        <a href="/api/v1/models">models</a> will do.
      </p>
      ${clientTabs(facts, speaks)}
    </section>
  `
}

function counted(models: number): string {
  return models === 1 ? '1 model' : `${models} models`
}
