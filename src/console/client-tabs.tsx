import type { FC } from 'hono/jsx'
import { clients, keyVariable, type Client, type Dialect, type Target } from './clients.ts'
import { Snippet } from './snippet.tsx'

interface Props {
  facts: Target
  speaks: (dialect: Dialect) => boolean
}

/** Radio buttons are tabs that the keyboard, a screen reader and a browser without scripts know already. */
export const Clients: FC<Props> = ({ facts, speaks }) => (
  <fieldset>
    <legend class="unseen">Client</legend>
    {clients.map((client, index) => (
      <>
        <input type="radio" name="client" id={`choose-${client.slug}`} checked={index === 0} class="unseen" />
        <label for={`choose-${client.slug}`}>
          <span class={speaks(client.dialect) ? 'lamp lit' : 'lamp'}></span>
          {client.name}
        </label>
        <Panel client={client} target={facts} spoken={speaks(client.dialect)} />
      </>
    ))}
  </fieldset>
)

const Panel: FC<{ client: Client; target: Target; spoken: boolean }> = ({ client, target, spoken }) => (
  <div class="panel" id={client.slug}>
    <h3>{client.name}</h3>
    {!spoken && (
      <p class="notice">Needs the {client.dialect.name} dialect, which this release does not speak yet.</p>
    )}
    {client.steps(target).map(({ where, text }, index) => (
      <Snippet
        id={`${client.slug}-${index + 1}`}
        where={where}
        text={text}
        own={[target.baseUrl, target.rootUrl, target.model, keyVariable]}
      />
    ))}
  </div>
)
