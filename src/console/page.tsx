import type { FC } from 'hono/jsx'
import { Clients } from './client-tabs.tsx'
import { keyVariable, type Dialect } from './clients.ts'
import type { Facts } from './facts.ts'
import { CopyButton, Snippet } from './snippet.tsx'

/** A long address breaks before it. */
const apiPath = '/api/v1'

interface Props {
  facts: Facts
  speaks: (dialect: Dialect) => boolean
}

export const Page: FC<Props> = ({ facts, speaks }) => (
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
      <Masthead version={facts.version} />
      <main>
        <Address baseUrl={facts.baseUrl} />
        <Providers facts={facts} />
        <SetUp facts={facts} speaks={speaks} />
      </main>
      <footer>
        <a href="/api/v1/models">Models as JSON</a>
        <a href="/healthz">Health</a>
      </footer>
      <p id="said" class="unseen" role="status"></p>
    </body>
  </html>
)

const Masthead: FC<{ version: string }> = ({ version }) => (
  <header>
    <p class="name">
      <img src="/console/mark.svg" alt="" width="36" height="36" />
      Switchyard
    </p>
    <p class="state">
      <span class="lamp lit"></span>In service
      <span class="version">{version}</span>
    </p>
  </header>
)

const Address: FC<{ baseUrl: string }> = ({ baseUrl }) => (
  <section>
    <h1>One endpoint and one key for every model.</h1>
    <div class="address">
      <p class="caption">Base URL</p>
      <CopyButton of="base-url" what="the base URL" />
      <code id="base-url">
        {baseUrl.slice(0, -apiPath.length)}
        <wbr />
        {apiPath}
      </code>
    </div>
    <p class="quiet">
      Where a client asks for OpenAI’s or OpenRouter’s address, give it this one, and a key of this gateway.
    </p>
  </section>
)

const Providers: FC<{ facts: Facts }> = ({ facts }) => (
  <section>
    <h2>Providers</h2>
    <p class="sum">
      <b>{facts.live.length}</b> live, <a href="/api/v1/models">{counted(facts.modelCount)} as JSON</a>
    </p>
    <table>
      <thead class="unseen">
        <tr>
          <th scope="col">Provider</th>
          <th scope="col">Models</th>
        </tr>
      </thead>
      <tbody>
        {facts.live.map(({ name, modelCount }) => (
          <tr>
            <th scope="row">
              <span class="lamp lit"></span>
              {name}
            </th>
            <td>{modelCount === undefined ? 'whatever it has' : counted(modelCount)}</td>
          </tr>
        ))}
      </tbody>
    </table>
    {facts.simulatorOnly && <AddProvider facts={facts} />}
    <details>
      <summary>{facts.dormant.length} more providers, and the variable of each</summary>
      {!facts.simulatorOnly && <AddProvider facts={facts} />}
      <ul>
        {facts.dormant.map(({ name, variable }) => (
          <li>
            <span class="lamp"></span>
            {name}
            <code>{variable}</code>
          </li>
        ))}
      </ul>
    </details>
  </section>
)

const AddProvider: FC<{ facts: Facts }> = ({ facts }) => (
  <>
    <p>
      {facts.simulatorOnly && 'Only the simulator is live: it answers offline, and is no language model. '}
      Set a provider’s variable, and its models are served.
    </p>
    {facts.local ? (
      <Snippet id="add-provider" where="terminal" text="OPENAI_API_KEY=sk-… npm run dev" />
    ) : (
      <Snippet
        id="add-provider"
        where="terminal, where you deployed from"
        text={"echo 'OPENAI_API_KEY=sk-…' >> .env.production\nnpm run deploy"}
      />
    )}
  </>
)

const SetUp: FC<Props> = ({ facts, speaks }) => (
  <section>
    <h2>Set up a client</h2>
    <p>
      First put a key where your tools find it. <code>npm run {facts.local ? 'dev' : 'deploy'}</code> prints
      one of yours; <code>npm run key -- create</code> makes one for somebody else.
    </p>
    <Snippet id="export-key" where="terminal" text={`export ${keyVariable}=sk-or-v1-…`} />
    <p>
      Then choose the client. In colour is what belongs to this gateway; any other of its{' '}
      <a href="/api/v1/models">models</a> will do.
    </p>
    <Clients facts={facts} speaks={speaks} />
  </section>
)

function counted(models: number): string {
  return models === 1 ? '1 model' : `${models} models`
}
