import type { Format } from '../../src/generation/request.ts'
import type { SeedModel } from '../../src/catalogue/seed.ts'
import type { Provider, Surface } from '../../src/providers/provider.ts'
import { makerOf, providers, variables, waysToLive } from '../../src/providers/table.ts'
import { fateOf, wishes } from './wishes.ts'

/** The page of what each provider takes, made of the rows of the table, the formats and the catalogue. */
export function page(models: readonly SeedModel[]): string {
  const rows = providers.filter((provider) => !provider.transport)
  const limits = limitsOf(rows, models)
  return `${[
    '# Providers',
    'Written by `npm run provider-table` from the table of providers, the formats and the catalogue: change those.',
    `${rows.length} providers can be called.`,
    overview(rows, models),
    '## What a provider does not take',
    explanation,
    table(
      ['provider', 'dropped, and told', 'refused'],
      limits.map(({ who, dropped, refused }) => [who.join(', '), listed(dropped.map(code)), listed(refused)]),
    ),
  ].join('\n\n')}\n`
}

const explanation =
  'A request of chat completions, asked of each provider in each of its formats. What is *refused* is a 400 that says ' +
  'so, unless another endpoint of the model takes it; what is *dropped* changes little, and is listed under ' +
  '`openrouter_metadata`. Whatever is in neither column is sent in the words of the format. A model of the provider may ' +
  'take less. Where Claude and Gemini differ by generation, the newest one of the catalogue was asked.'

const formatNames: Record<Format, string> = {
  'openai-chat': 'chat',
  'openai-responses': 'Responses',
  'anthropic-messages': 'Messages',
  'google-generate': 'Gemini',
  'bedrock-converse': 'Converse',
  'cohere-chat': 'Cohere',
  'openai-embeddings': 'embeddings',
  'cohere-embed': 'embeddings',
  'google-embed': 'embeddings',
}

function surfacesOf(provider: Provider): readonly Surface[] {
  return [provider, ...(provider.also ?? [])]
}

function overview(rows: readonly Provider[], models: readonly SeedModel[]): string {
  const counts = new Map<string, number>()
  for (const slug of models.flatMap(({ endpoints }) => [
    ...new Set(endpoints.map(({ provider }) => provider)),
  ])) {
    counts.set(slug, (counts.get(slug) ?? 0) + 1)
  }
  const note =
    'Each is live once its variables are set. `_BASE_URL` variables put it elsewhere. *Stops* tells whether closing the ' +
    'connection ends generation and billing; otherwise an abandoned answer is read on for its usage. *Fetches* tells ' +
    'whether the provider fetches media by their addresses; otherwise the gateway does.'
  return `${note}\n\n${table(
    ['provider', 'slug', 'formats', 'models', 'variables', 'stops', 'fetches'],
    rows.map((provider) => [
      provider.name,
      `\`${provider.slug}\``,
      [...new Set(surfacesOf(provider).map(({ protocol }) => formatNames[protocol.format]))].join(', '),
      provider.open ? 'its own' : String(counts.get(provider.slug) ?? 0),
      variablesOf(provider),
      provider.cancellable ? 'yes' : 'no',
      provider.quirks.needsBytes === 'files' ? 'pictures' : provider.quirks.needsBytes ? 'no' : 'yes',
    ]),
  )}`
}

function variablesOf(provider: Provider): string {
  const ways = waysToLive(provider).map((set) => set.map(code).join(' with '))
  const named = new Set(waysToLive(provider).flat())
  const further = variables(provider)
    .filter((name) => !named.has(name))
    .map(code)
  const needed = [...(provider.binding ? [`${code(switchOf(provider))} at Cloudflare`] : []), ...ways].join(
    ', or ',
  )
  return further.length > 0 ? `${needed}; ${further.join(', ')}` : needed
}

function switchOf({ slug }: Provider): string {
  return `${slug.toUpperCase().replaceAll('-', '_')}=on`
}

interface Limits {
  who: string[]
  dropped: string[]
  refused: string[]
}

/** Providers that take the same share a row. */
function limitsOf(rows: readonly Provider[], models: readonly SeedModel[]): Limits[] {
  const groups = new Map<string, Limits>()
  for (const { provider, surface, fates } of fatesOf(rows, models)) {
    const dropped = [...new Set(fates.flatMap(({ fate }) => (fate.kind === 'dropped' ? fate.names : [])))]
    const refused = fates.flatMap(({ name, fate }) => (fate.kind === 'refused' ? [name] : []))
    const who =
      surfacesOf(provider).length > 1
        ? `${provider.name} (${formatNames[surface.protocol.format]})`
        : provider.name
    const key = JSON.stringify([surface.protocol.format, dropped, refused])
    const group = groups.get(key) ?? { who: [], dropped, refused }
    group.who.push(who)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** What becomes of each wish at each surface that generates. */
export function fatesOf(rows: readonly Provider[], models: readonly SeedModel[]) {
  return rows.flatMap((provider) =>
    surfacesOf(provider)
      .filter(({ protocol }) => formatNames[protocol.format] !== 'embeddings')
      .map((surface) => {
        const upstreamModel = exampleOf(provider, surface, models)
        const maker = makerOf(provider, surface, upstreamModel)
        const { protocol, quirks } = surface
        const target = { upstreamModel, quirks, streams: true, reasoning: true, maker }
        const fates = wishes.map((wish) => ({ name: wish.name, fate: fateOf(wish, protocol, target) }))
        return { provider, surface, fates }
      }),
  )
}

/** The provider's id of the model to ask for: the newest of those that read most kinds of input and think. */
function exampleOf({ slug }: Provider, { serves }: Surface, models: readonly SeedModel[]): string {
  const [best] = models
    .flatMap((model) => model.endpoints.map((endpoint) => ({ ...endpoint, of: model })))
    .filter(({ provider, model }) => provider === slug && (serves?.test(model) ?? true))
    .toSorted((left, right) => rankOf(right.of) - rankOf(left.of) || right.of.created - left.of.created)
  return best?.model ?? 'model'
}

function rankOf({ input, reasoning }: SeedModel): number {
  return input.length + (reasoning ? 10 : 0)
}

function listed(names: readonly string[]): string {
  return names.length > 0 ? names.join(', ') : '–'
}

const code = (text: string): string => `\`${text}\``

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
