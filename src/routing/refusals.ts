import { GatewayError, type Availability } from '../base/errors.ts'
import { nameOf } from '../catalogue/hosts.ts'
import type { Endpoint } from '../catalogue/model.ts'
import type { Preferences } from '../generation/routing.ts'
import { namesAsked, type Selection } from './candidate.ts'
import { isIgnored, tokensOf, type Asked, type ExcludedBy, type Removal } from './filters.ts'
import type { Rules } from './rules.ts'
import { isNamed } from './slugs.ts'

/** The order in which filters are asked: the last that took one is the one that left none. */
const sequence: readonly ExcludedBy[] = [
  'tier',
  'allowed_providers',
  'data_policy:training',
  'data_policy:zdr',
  'distillable_text',
  'max_price',
  'quantization',
  'require_parameters',
  'context_length',
]

/** How many providers are named: of what a router may choose from, nearly every one serves something. */
const toldMax = 12

interface Reason {
  code: Availability['code']
  /** The field of the request that would have to change. */
  field: string
  says: string
  /** What demands it of a request; where nothing there does, its key or account did. */
  by?: keyof Preferences
}

const reasons: Readonly<Record<Exclude<ExcludedBy, 'allowed_providers' | 'context_length'>, Reason>> = {
  tier: { code: 'no_endpoints', field: 'service_tier', says: 'serves it in the tier that was asked for' },
  'data_policy:training': {
    code: 'privacy_restricted',
    field: 'provider.data_collection',
    says: 'is known not to train on prompts',
    by: 'dataCollection',
  },
  'data_policy:zdr': {
    code: 'privacy_restricted',
    field: 'provider.zdr',
    says: 'is known to keep nothing of what it is sent',
    by: 'zdr',
  },
  distillable_text: {
    code: 'constraint_filtered',
    field: 'provider.enforce_distillable_text',
    says: 'serves it with text that may be trained on',
    by: 'distillable',
  },
  max_price: {
    code: 'constraint_filtered',
    field: 'max_price',
    says: 'is within provider.max_price',
    by: 'maxPrice',
  },
  quantization: {
    code: 'constraint_filtered',
    field: 'provider.quantizations',
    says: 'serves it in a quantization of provider.quantizations',
    by: 'quantizations',
  },
  require_parameters: {
    code: 'constraint_filtered',
    field: 'provider.require_parameters',
    says: 'supports every parameter of this request',
    by: 'requireParameters',
  },
}

/** The refusal of a request that every endpoint was filtered out for: which filter left none, and who would serve. */
export function nobodyMay(
  selection: Selection,
  removed: readonly Removal[],
  { rules, asked }: { rules: Rules; asked: Asked },
): GatewayError {
  const tokens = sequence.filter((token) => removed.some(({ by }) => by === token))
  const endpoints = selection.candidates.flatMap((each) => each.endpoints)
  const last = tokens.at(-1) ?? 'allowed_providers'
  const models = namesAsked(selection)
  const own = asked.routing.preferences
  const providers = providersOf(endpoints)
  const details = { models, who: listed(providers), serving: providers.slice(0, toldMax) }
  if (last === 'allowed_providers') {
    return noneAllowed(details, rules.only, becauseOf(rules, own, endpoints))
  }
  if (last === 'context_length') return tooLong(models, removed, asked)
  const { code, field, says, by } = reasons[last]
  const detail = `No provider of ${models.join(', ')} ${says}.`
  const change =
    by === undefined || demands(own, by)
      ? `Change ${field}`
      : 'This key or its account demands that: change its settings'
  return new GatewayError(
    'not_found',
    `${detail} It is served by ${details.who}. ${change}, or choose another model.`,
    {
      availability: {
        code,
        retryable: false,
        requested_models: models,
        docs_url: `https://openrouter.ai/docs/errors#${code}`,
        affected_providers: details.serving,
        excluded_by: tokens.filter((token) => token !== 'tier'),
        constraint: { field, detail },
      },
    },
  )
}

interface Served {
  models: string[]
  who: string
  serving: string[]
}

/** In the contract's words. */
function noneAllowed({ models, who, serving }: Served, only: Rules['only'], because: string): GatewayError {
  return new GatewayError(
    'not_found',
    'No allowed providers are available for the selected model. ' +
      `Providers serving ${models.join(', ')}: ${who}, but ${because}.`,
    {
      metadata: { available_providers: serving, requested_providers: only.flat() },
      availability: {
        code: 'no_endpoints',
        retryable: false,
        requested_models: models,
        docs_url: 'https://openrouter.ai/docs/errors#no_endpoints',
        affected_providers: serving,
        excluded_by: ['allowed_providers'],
      },
    },
  )
}

function demands(own: Preferences, field: keyof Preferences): boolean {
  const value = own[field]
  return value !== undefined && value !== false && value !== 'allow'
}

function preference(name: 'only' | 'ignore' | 'order', isOwn: boolean): string {
  return isOwn
    ? `your request's provider.${name} preference`
    : `the provider.${name} preference of this key or its account`
}

/** The first of the lists that leaves none of them. */
function becauseOf(rules: Rules, own: Preferences, endpoints: readonly Endpoint[]): string {
  const { only, locks, ignore } = rules
  const within = (lists: Rules['only']) =>
    endpoints.filter((endpoint) => lists.every((list) => isNamed(list, endpoint)))
  if (within(only).length === 0) {
    return `${preference('only', demands(own, 'only'))} permits only: ${allOf(only)}`
  }
  const left = within([...only, ...locks])
  if (left.length === 0) {
    const whose = preference('order', own.allowFallbacks === false)
    return `${whose}, with allow_fallbacks false, permits only: ${allOf(locks)}`
  }
  const ignored = left.filter((endpoint) => isIgnored(endpoint, rules))
  const isOwn = ignored.some((endpoint) => isNamed(ignore, endpoint))
  return `${preference('ignore', isOwn)} leaves out: ${listed(providersOf(ignored))}`
}

function allOf(lists: Rules['only']): string {
  return lists.map(listed).join('; and of these: ')
}

function listed(names: readonly string[]): string {
  const more = names.length - toldMax
  return (names.slice(0, toldMax).join(', ') || 'none') + (more > 0 ? ` and ${more} more` : '')
}

function tooLong(models: readonly string[], removed: readonly Removal[], asked: Asked): GatewayError {
  const short = removed.filter(({ by }) => by === 'context_length')
  const most = Math.max(...short.map(({ endpoint }) => endpoint.contextLength))
  return new GatewayError(
    'context_length_exceeded',
    `The prompt has about ${tokensOf(asked)} tokens, but the context of ${models.join(', ')} is ${most} tokens.`,
  )
}

function providersOf(endpoints: readonly Endpoint[]): string[] {
  return [...new Set(endpoints.map(({ provider }) => nameOf(provider)))]
}
