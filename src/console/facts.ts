import { version } from '../../package.json'
import { GatewayError } from '../base/errors.ts'
import { isPrivateHost } from '../base/hosts.ts'
import { callableModels } from '../catalogue/callable.ts'
import { isOpen, settingFor } from '../catalogue/hosts.ts'
import { cheapestFirst } from '../catalogue/price-order.ts'
import type { Selection } from '../catalogue/resolve.ts'
import type { Env } from '../env.ts'
import { liveProviders } from '../providers/live.ts'
import { providers } from '../providers/table.ts'
import type { Target } from './clients.ts'

/** What the page tells of a gateway. All of it is public: no key, no account, no balance. */
export interface Facts extends Target {
  version: string
  /** Whether it runs here rather than where it was deployed. */
  local: boolean
  modelCount: number
  live: LiveProvider[]
  /** Providers that would be live with one variable more. */
  dormant: { name: string; variable: string }[]
  simulatorOnly: boolean
}

interface LiveProvider {
  name: string
  /** Absent where the provider serves whatever it has. */
  modelCount?: number
}

export async function factsOf(env: Env, requestUrl: string): Promise<Facts> {
  const { origin, hostname } = addressOf(requestUrl)
  const live = liveProviders(env)
  const models = await callableModels(env)
  const remote = providers.filter((provider) => !provider.transport)
  return {
    version,
    baseUrl: `${origin}/api/v1`,
    rootUrl: `${origin}/api`,
    local: isPrivateHost(hostname),
    ...modelToTry(models, live),
    modelCount: models.length,
    live: providers
      .filter(({ slug }) => live.has(slug))
      .map(({ slug, name }) => ({ name, ...(!isOpen(slug) && { modelCount: countAt(slug, models) }) })),
    dormant: remote
      .filter(({ slug }) => !live.has(slug))
      .map(({ slug, name }) => ({ name, variable: settingFor(slug) })),
    simulatorOnly: !remote.some(({ slug }) => live.has(slug)),
  }
}

/**
 * The address that the reader used; headers that a proxy might set are not believed. A URL allows letters in a host
 * that mean something to a shell, and this one is pasted into shells.
 */
function addressOf(requestUrl: string): URL {
  const url = new URL(requestUrl)
  if (/^(?:[\w.-]+|\[[\d.:a-f]+\])$/i.test(url.hostname)) return url
  throw new GatewayError('invalid_request', 'Host: has letters that no host name has')
}

/** The simulator costs nobody anything; without it the cheapest model that writes text, or whatever a local host has. */
function modelToTry(
  models: readonly Selection[],
  live: ReadonlySet<string>,
): Pick<Target, 'model' | 'limits'> {
  const writers = models.filter(({ model }) => model.outputModalities.includes('text'))
  const [cheapest] = cheapestFirst(writers.flatMap(({ endpoints }) => endpoints.slice(0, 1)))
  const endpoint = models.find(({ model }) => model.id === 'simulator/echo')?.endpoints[0] ?? cheapest
  if (!endpoint) return { model: `${[...live][0]}/your-model` }
  const { model, contextLength: context, maxCompletionTokens } = endpoint
  return { model: model.id, limits: { context, output: maxCompletionTokens ?? context } }
}

function countAt(slug: string, models: readonly Selection[]): number {
  return models.filter(({ endpoints }) => endpoints.some(({ provider }) => provider === slug)).length
}
