import type { Env } from '../env.ts'
import type { Provider } from './provider.ts'
import { providers, waysToLive } from './table.ts'
import type { ProviderVariable } from './variables.ts'

/** The variables of rows and the simulator's switch, as the Worker and a Node script both have them. */
export type ProviderEnv = Pick<Env, 'SIMULATOR' | ProviderVariable>

/**
 * The slugs of the providers that can be called: those with a key, the local ones with an address, and the simulator
 * where there is nothing else or it is asked for.
 */
export function liveProviders(env: ProviderEnv): ReadonlySet<string> {
  const live = providers.filter((provider) => !provider.transport && isConfigured(env, provider))
  const embedded = providers.filter((provider) => provider.transport)
  const simulated = live.length === 0 || settingOf(env, 'SIMULATOR')?.toLowerCase() === 'on'
  return new Set([...live, ...(simulated ? embedded : [])].map((provider) => provider.slug))
}

/** The value of a variable; a blank one counts as absent. */
export function settingOf(env: ProviderEnv, name: 'SIMULATOR' | ProviderVariable): string | undefined {
  return env[name]?.trim() || undefined
}

function isConfigured(env: ProviderEnv, provider: Provider): boolean {
  return waysToLive(provider).some((set) => set.every((name) => settingOf(env, name) !== undefined))
}
