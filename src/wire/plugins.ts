import * as z from 'zod/mini'
import { inEnglish } from '../base/english.ts'
import type { JsonObject } from '../base/json.ts'
import type { AutoRouterAsk, RoutingAsk } from '../generation/routing.ts'
import { readArray, readObject, readText } from './json.ts'
import { firstIssue, invalid, notYet } from './refusals.ts'

/** What asks for the web has to wait for somebody to search it. */
export const noWebSearch = 'web search is not configured here'

const later: readonly string[] = [
  'web-fetch',
  'file-parser',
  'response-healing',
  'context-compression',
  'pareto-router',
  'fusion',
  'moderation',
]

const flag = z.nullish(z.boolean())
const patternsMax = 1_024
const patternCharactersMax = 1_024
const patternsCharactersMax = 65_536
const patterns = z.nullish(
  z.array(z.string().check(z.minLength(1), z.maxLength(patternCharactersMax))).check(
    z.maxLength(patternsMax),
    z.refine((list) => list.join('').length <= patternsCharactersMax, {
      message: `must have at most ${patternsCharactersMax} characters in all`,
    }),
  ),
)

/** Closed: a mistyped restriction must not pass for one that holds. */
const autoRouter = z.strictObject({
  id: z.string(),
  enabled: flag,
  allowed_models: patterns,
  excluded_models: patterns,
  cost_tier: z.nullish(z.enum(['low', 'medium', 'high', 'xhigh', 'max'])),
  cost_quality_tradeoff: z.nullish(z.int().check(z.gte(0), z.lte(10))),
  pin_model: flag,
})

const routers = { 'auto-router': 'auto', 'auto-beta-router': 'autoBeta' } as const

/** The plugins that a body lists: what they ask of routing. One that is not there is refused unless it is off. */
export function readPlugins(body: JsonObject): Pick<RoutingAsk, 'auto' | 'autoBeta'> {
  const { plugins } = body
  if (plugins === undefined || plugins === null) return {}
  const listed = readArray(plugins)
  if (!listed) throw invalid('plugins: Invalid input: expected array')
  const asks: Pick<RoutingAsk, 'auto' | 'autoBeta'> = {}
  for (const [index, plugin] of listed.entries()) {
    const { id, enabled } = readObject(plugin) ?? {}
    const path = `plugins[${index}]`
    if (id === 'auto-router' || id === 'auto-beta-router') {
      const parsed = autoRouter.safeParse(plugin, inEnglish)
      if (!parsed.success) throw invalid(firstIssue(parsed.error.issues, ['plugins', index]))
      asks[routers[id]] = { ...autoRouterOf(parsed.data), ...pinnedIn(body, parsed.data) }
    } else if (typeof id !== 'string' || !(id === 'web' || later.includes(id))) {
      throw invalid(
        `${path}.id: must name a plugin, one of web, auto-router, auto-beta-router, ${later.join(', ')}`,
      )
    } else if (enabled !== false) {
      throw id === 'web'
        ? invalid(`${path}.id: ${noWebSearch}; leave the plugin out`)
        : notYet(`${path}.id: ${id}`)
    }
  }
  return asks
}

function autoRouterOf(given: z.infer<typeof autoRouter>): AutoRouterAsk {
  return {
    ...(typeof given.enabled === 'boolean' && { enabled: given.enabled }),
    ...(given.allowed_models && { allowedModels: given.allowed_models }),
    ...(given.excluded_models && { excludedModels: given.excluded_models }),
    ...(given.cost_tier && { costTier: given.cost_tier }),
    ...(typeof given.cost_quality_tradeoff === 'number' && {
      costQualityTradeoff: given.cost_quality_tradeoff,
    }),
    ...(typeof given.pin_model === 'boolean' && { pinModel: given.pin_model }),
  }
}

/** Clients that send answers back as they came name the model in them. */
function pinnedIn(
  { messages, input }: JsonObject,
  { pin_model: pins }: z.infer<typeof autoRouter>,
): AutoRouterAsk {
  if (pins !== true) return {}
  const turns = (readArray(messages) ?? readArray(input) ?? []).map(readObject)
  const pinnedModel = readText(turns.findLast((turn) => turn?.['role'] === 'assistant')?.['model'])
  return pinnedModel === undefined ? {} : { pinnedModel }
}
