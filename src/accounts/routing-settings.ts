import * as z from 'zod/mini'
import type { Preferences, RoutingSettings, ZdrScope } from '../generation/routing.ts'
import { preferencesOf, providerPreferences } from '../wire/preferences.ts'

const namesMax = 200

const modelName = z.string().check(z.minLength(1), z.maxLength(200))
const pattern = z
  .string()
  .check(
    z.maxLength(200),
    z.regex(/^(?:\*|[^\s/]+\/\S+)$/, 'must be the id of a model, or a pattern such as anthropic/*'),
  )
const patterns = z.array(pattern).check(z.maxLength(namesMax))
const flag = z.nullish(z.boolean())
const scopes: readonly ZdrScope[] = ['anthropic', 'openai', 'google', 'xai', 'other']

const fields = z.strictObject({
  // What is passed on to a provider belongs to one request: kept here it would be lost unseen.
  provider: z.nullish(z.omit(providerPreferences, { options: true })),
  model: z.nullish(modelName),
  models: z.nullish(z.array(modelName).check(z.maxLength(20))),
  allowed_models: z.nullish(patterns.check(z.minLength(1, 'must name at least one; null allows all'))),
  ignored_models: z.nullish(patterns),
  enforce_zdr: flag,
  enforce_zdr_anthropic: flag,
  enforce_zdr_openai: flag,
  enforce_zdr_google: flag,
  enforce_zdr_xai: flag,
  enforce_zdr_other: flag,
  enable_paid_model_training: flag,
  enable_free_model_training: flag,
  default_provider_sort: z.nullish(z.enum(['price', 'throughput', 'latency', 'exacto'])),
})

/** What management routes take as `routing`, read into the column of that name; null takes all of it back. */
export const routing = z.pipe(
  z.nullable(
    fields.check(
      z.refine((given) => !given.default_provider_sort || !given.provider?.sort, {
        path: ['default_provider_sort'],
        error: 'is provider.sort by another name: set one of them',
      }),
    ),
  ),
  z.transform((given) => JSON.stringify(given ? settingsOf(given) : {})),
)

function settingsOf(given: z.infer<typeof fields>): RoutingSettings {
  const sort = given.default_provider_sort
  const preferences = {
    ...(given.provider && preferencesOf(given.provider)),
    ...(sort && { sort: { by: sort } }),
  }
  const zdr = scopes.filter((scope) => given[`enforce_zdr_${scope}`] ?? given.enforce_zdr)
  return {
    ...(Object.keys(preferences).length > 0 && { preferences }),
    ...(given.model && { model: given.model }),
    ...(given.models?.length && { models: given.models }),
    ...(given.allowed_models && { allowedModels: given.allowed_models }),
    ...(given.ignored_models?.length && { ignoredModels: given.ignored_models }),
    ...(zdr.length > 0 && { zdr }),
    ...(typeof given.enable_paid_model_training === 'boolean' && {
      trainingOnPaid: given.enable_paid_model_training,
    }),
    ...(typeof given.enable_free_model_training === 'boolean' && {
      trainingOnFree: given.enable_free_model_training,
    }),
  }
}

/** The column as management routes show it: given back to them it means the same. */
export function routingObject(column: string): object | null {
  const settings: RoutingSettings = JSON.parse(column)
  if (Object.keys(settings).length === 0) return null
  const { preferences, zdr = [] } = settings
  return {
    provider: preferences ? providerObject(preferences) : null,
    model: settings.model ?? null,
    models: settings.models ?? null,
    allowed_models: settings.allowedModels ?? null,
    ignored_models: settings.ignoredModels ?? null,
    ...Object.fromEntries(scopes.map((scope) => [`enforce_zdr_${scope}`, zdr.includes(scope)])),
    enable_paid_model_training: settings.trainingOnPaid ?? null,
    enable_free_model_training: settings.trainingOnFree ?? null,
  }
}

const publicNames: Partial<Record<keyof Preferences, string>> = {
  distillable: 'enforce_distillable_text',
  minThroughput: 'preferred_min_throughput',
  maxLatency: 'preferred_max_latency',
}

function providerObject(preferences: Preferences): object {
  const { maxPrice, ...others } = preferences
  const names = new Map<string, string>(Object.entries(publicNames))
  const shown = Object.entries(others).map(([name, value]) => [
    names.get(name) ?? name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ])
  return { ...Object.fromEntries(shown), ...(maxPrice && { max_price: ceilingObject(maxPrice) }) }
}

/** In dollars: of tokens per million, of all else each. */
function ceilingObject(ceiling: NonNullable<Preferences['maxPrice']>): object {
  const dollars = Object.entries(ceiling).map(([name, amount]: [string, number]) => [
    name.replace(/Picos|Nanos/, ''),
    amount / (name.endsWith('Picos') ? 1e6 : 1e9),
  ])
  return Object.fromEntries(dollars)
}
