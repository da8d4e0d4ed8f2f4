import { aliases, authors, families, keyAliases } from './aliases.ts'

/**
 * What two hosts that sell one model agree on: an id without the host's path, the version of its deployment, and the
 * ways hosts spell a name. `accounts/fireworks/models/kimi-k2p6` and `moonshotai/Kimi-K2.6` are both `kimik26`.
 */
export function modelKey(upstream: string): string {
  return withoutServing(nameOf(upstream))
    .replaceAll(/-(?:instruct|it|chat|latest|preview)(?=-|$)/g, '')
    .replaceAll(/[^a-z0-9]/g, '')
}

/** How an endpoint serves a model, as its id tells: the width of its weights, and where it is. */
export function servingOf(upstream: string): { quantization?: string; region?: string; variant?: string } {
  const id = upstream.toLowerCase()
  const quantization = quantizations.exec(id)?.[1]
  const region = geography.exec(id)?.[1]
  const variant = variants.exec(id)?.[1]
  return {
    ...(quantization !== undefined && { quantization: quantization === 'awq' ? 'int4' : quantization }),
    ...(region !== undefined && { region }),
    ...(variant !== undefined && { variant }),
  }
}

/** The `author/slug` of a model that no list names yet. */
export function newId(upstream: string): string | undefined {
  const slug = nameOf(upstream)
    .replace(quantizations, '')
    .replace(/-(?:maas|tee|tput)$/, '')
    .replaceAll(/[^a-z0-9.-]+/g, '-')
  const author = authorOf(slug, upstream)
  return author === undefined || slug === '' ? undefined : `${author}/${slug}`
}

const geography = /^(us-gov|us|eu|apac|jp|au|ca|in|global)\./
const vendor =
  /^(?:amazon|anthropic|meta|mistral|cohere|ai21|deepseek|qwen|openai|google|xai|zai|minimax|moonshotai?|nvidia|writer)\./
const quantizations = /[-_](fp4|nvfp4|mxfp4|fp8|bf16|fp16|int4|int8|awq)(?=$|[-_:])/
const variants = /[-_](highspeed|fast|turbo|lightning|tput|maas|tee|spot|customtools|batch)(?=$|[@:])/
const echo =
  /^(?:meta|google|openai|qwen|zai-org|zai|z-ai|anthropic|moonshotai|minimaxai|mistralai|nvidia|xai|x-ai|ibm-granite)-(?=(?:llama|gemma|gemini|gpt|qwen|glm|claude|kimi|minimax|mistral|mixtral|nemotron|grok|granite))/

/** The last part of a path in small letters, without versions of the deployment and with one kind of separator. */
function nameOf(upstream: string): string {
  const id = upstream
    .toLowerCase()
    .replace(geography, '')
    .replace(vendor, '')
    .replace(/^databricks-/, '')
  const path = id.split('/')
  const name = (path.at(-1) ?? '')
    .replace(/:(?:free|thinking|nitro|floor|online|extended|exacto|batch|cloud)$/, '')
    .replace(/-v\d+(?::\d+)?(?::\d+k)?$/, '')
    .replace(/@.*$/, '')
    .replace(/-20\d\d-?[01]\d-?[0-3]\d(?=$|-)/, '')
    .replaceAll(/(?<=\d)p(?=\d)/g, '.')
    .replaceAll(/[_\s:]+/g, '-')
    .replace(echo, '')
    .replace(/^claude-(\d)[-.](\d)-(opus|sonnet|haiku)/, 'claude-$3-$1.$2')
    .replace(/^claude-(\d)-(opus|sonnet|haiku)/, 'claude-$2-$1')
    .replace(/^(claude-[a-z]+-\d)-(\d{1,2})(?=$|-)/, '$1.$2')
  return name
}

function withoutServing(name: string): string {
  return name
    .replace(quantizations, '')
    .replace(/-(?:highspeed|fast|turbo|tput|maas|tee|spot|hf|gguf)$/, (suffix) =>
      ['-turbo', '-fast', '-highspeed'].includes(suffix) && ownSuffix.test(name) ? suffix : '',
    )
}

/** Where the suffix names a model of its own, not a faster deployment of another. */
const ownSuffix =
  /^(?:gpt-[34]|grok|glm|qwen|command|step|hunyuan|ernie|mercury|seed|kat|z-image|deepseek-v4-flash)/

/** Who made a model, by the family its name begins with; else who its path names. */
function authorOf(slug: string, upstream: string): string | undefined {
  const [, author] = families.find(([family]) => slug.startsWith(family)) ?? []
  if (author !== undefined) return author
  const path = upstream
    .toLowerCase()
    .replace(/^(?:accounts\/[^/]+\/(?:models|routers)|@cf|@hf|models|hf:)\//, '')
    .split('/')
  const hint = path.length > 1 ? path[0]?.replaceAll(/[^a-z0-9-]/g, '-') : undefined
  return hint === undefined ? undefined : (authors[hint] ?? hint)
}

/** Ids by key: what a host's own name of a model means here. */
export class Registry {
  readonly #ids = new Map<string, string>()
  readonly #aliases = new Map<string, string>(Object.entries(aliases))

  /** Earlier ids win: a list names its models before their snapshots and variants. */
  constructor(ids: Iterable<string>) {
    for (const id of ids) this.add(id)
  }

  add(id: string): void {
    const key = modelKey(id)
    if (!this.#ids.has(key)) this.#ids.set(key, id)
  }

  /** The model that an upstream id at a provider names; registers a new one. */
  idOf(provider: string, upstream: string): string | undefined {
    const alias = this.#aliases.get(`${provider}:${upstream}`) ?? this.#aliases.get(upstream)
    if (alias !== undefined) return alias === '' ? undefined : alias
    const key = modelKey(upstream)
    const known = keyAliases[key] ?? this.#ids.get(key)
    if (known !== undefined) return known
    // A name that moves from model to model is no model.
    if (upstream.endsWith('-latest')) return undefined
    const id = newId(upstream)
    if (id !== undefined) this.add(id)
    return id
  }
}
