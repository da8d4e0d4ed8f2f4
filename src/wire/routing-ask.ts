import * as z from 'zod/mini'
import type { Json, JsonObject } from '../base/json.ts'
import type { Preferences, RoutingAsk, ServiceTierAsked } from '../generation/routing.ts'
import { parametersAsked } from './asked-parameters.ts'
import { parseBody, sessionOf } from './client-body.ts'
import { readArray, readObject, readText } from './json.ts'
import { readPlugins } from './plugins.ts'
import { readPreferences } from './preferences.ts'

const modelsMax = 20

/** What every format calls the same. */
const asked = z.object({
  model: z.nullish(z.string().check(z.minLength(1))),
  models: z.nullish(
    z
      .array(z.string().check(z.minLength(1)))
      .check(z.maxLength(modelsMax, `takes at most ${modelsMax} models`)),
  ),
  route: z.nullish(z.enum(['fallback', 'sort'])),
  service_tier: z.nullish(
    z.enum(['auto', 'default', 'standard', 'standard_only', 'fast', 'flex', 'priority', 'scale']),
  ),
})

/** What a tier asks of routing. Whoever leaves the choice to the provider has set none. */
const tiers = {
  auto: undefined,
  scale: undefined,
  standard_only: undefined,
  default: 'default',
  standard: 'default',
  fast: 'priority',
  priority: 'priority',
  flex: 'flex',
} as const satisfies Record<string, ServiceTierAsked | undefined>

/** The older name of `provider.sort.partition`. */
const partitions = { fallback: 'model', sort: 'none' } as const

/** What a body says about where it should go; nothing of conversations, which vectors are no part of. */
export function modelAsk(body: JsonObject): RoutingAsk {
  const { model, models, route, service_tier: tier } = parseBody(asked, body)
  const serviceTier = tier ? tiers[tier] : undefined
  return {
    models: [...new Set([...(model ? [model] : []), ...(models ?? [])])],
    preferences: withPartition(readPreferences(body['provider']), route ? partitions[route] : undefined),
    ...(serviceTier && { serviceTier }),
    parameters: parametersAsked(body),
    ...readPlugins(body),
  }
}

/** The same, and which conversation it goes on with. */
export function routingAsk(body: JsonObject, headers: Headers): RoutingAsk {
  return { ...modelAsk(body), conversation: conversationIn(body, headers) }
}

function withPartition(preferences: Preferences, partition: 'model' | 'none' | undefined): Preferences {
  return partition ? { ...preferences, sort: { partition, ...preferences.sort } } : preferences
}

const keyCharactersMax = 1_024
const openingCharactersMax = 8_192

/** The client's own name for it, the nearest first; else how it opens, which stays the same while it grows. */
function conversationIn(body: JsonObject, headers: Headers): NonNullable<RoutingAsk['conversation']> {
  const named = [readText(body['session_id']), sessionOf(headers), readText(body['prompt_cache_key'])]
  const key = named.find((name) => name !== undefined && name !== '')
  if (key !== undefined) return { key: key.slice(0, keyCharactersMax), explicit: true }
  const opening = [firstSystem(body), firstSpoken(body)].map(opens)
  return { key: `opening:${opening.join('\n')}`, explicit: false }
}

function turnsIn({ messages, input }: JsonObject): readonly Json[] {
  return readArray(messages) ?? readArray(input) ?? (input === undefined ? [] : [input])
}

function isSystem(turn: Json): boolean {
  const role = readObject(turn)?.['role']
  return role === 'system' || role === 'developer'
}

function firstSystem(body: JsonObject): Json {
  return body['system'] ?? body['instructions'] ?? turnsIn(body).find(isSystem) ?? null
}

function firstSpoken(body: JsonObject): Json {
  return turnsIn(body).find((turn) => !isSystem(turn)) ?? null
}

/** The beginning of a value's text: there may be megabytes of pictures in it. */
function opens(value: Json): string {
  const text = JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'string' ? inner.slice(0, openingCharactersMax) : inner,
  )
  return text.slice(0, openingCharactersMax)
}
