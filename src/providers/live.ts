import type { Env } from '../env.ts'
import type { Provider } from './provider.ts'
import { providerOf, providers, variableOf, waysToLive } from './table.ts'
import type { ProviderVariable } from './variables.ts'
import type { AiBinding } from './workers-ai.ts'

/** The variables of rows and the simulator's switch, as the Worker and a Node script both have them. */
export type ProviderEnv = Pick<Env, 'SIMULATOR' | 'AI' | 'WORKERS_AI' | 'CATALOGUE_HOSTS' | ProviderVariable>

/**
 * The slugs of the providers that can be called: those with a key, the local ones with an address, the one
 * behind a binding that is there and switched on, and the simulator where there is nothing else or it is asked for.
 */
export function liveProviders(env: ProviderEnv): ReadonlySet<string> {
  const known = liveCache.get(env)
  if (known) return known
  const live = findLive(env)
  liveCache.set(env, live)
  return live
}

/** The runtime gives all requests of an isolate the same bindings. */
const liveCache = new WeakMap<ProviderEnv, ReadonlySet<string>>()

function findLive(env: ProviderEnv): ReadonlySet<string> {
  const live = providers.filter(
    (provider) => !provider.transport && (isConfigured(env, provider) || bindingOf(env, provider)),
  )
  const embedded = providers.filter((provider) => provider.transport)
  const simulated = live.length === 0 || isOn(env, 'SIMULATOR')
  return new Set([...live, ...(simulated ? embedded : [])].map((provider) => provider.slug))
}

/** Whether an endpoint of a provider's can be asked from where its operator is. */
export function isInReach(
  env: ProviderEnv,
  { provider, region }: { provider: string; region?: string },
): boolean {
  const row = region === undefined ? undefined : providerOf(provider)
  if (!row?.reaches || region === undefined) return true
  return row.reaches(region, (suffix) => settingOf(env, variableOf(row, suffix)))
}

/** All that `isInReach` may depend on. */
export function places(env: ProviderEnv): (string | undefined)[] {
  const suffixes = ['REGION', 'BASE_URL'] as const
  return providers
    .filter(({ reaches }) => reaches)
    .flatMap((row) => suffixes.map((suffix) => settingOf(env, variableOf(row, suffix))))
}

/** The binding that leads to a provider, where it may be used. */
export function bindingOf(env: ProviderEnv, { binding }: Provider): AiBinding | undefined {
  return binding && isOn(env, switches[binding]) ? env[binding] : undefined
}

type Switch = 'SIMULATOR' | 'WORKERS_AI'

/** What turns a binding on. */
export const switches = { AI: 'WORKERS_AI' } as const satisfies Record<string, Switch>

function isOn(env: ProviderEnv, name: Switch): boolean {
  return settingOf(env, name)?.toLowerCase() === 'on'
}

/** The value of a variable; a blank one counts as absent. */
export function settingOf(env: ProviderEnv, name: Switch | ProviderVariable): string | undefined {
  return env[name]?.trim() || undefined
}

function isConfigured(env: ProviderEnv, provider: Provider): boolean {
  return waysToLive(provider).some((set) => set.every((name) => settingOf(env, name) !== undefined))
}
