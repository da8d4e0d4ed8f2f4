import type { SeedEndpoint, SeedModel, SeedPrice } from '../../src/catalogue/seed.ts'

type Tiers = NonNullable<SeedPrice['serviceTiers']>

/**
 * What providers ask for slower and for faster service, times the usual price; prices where no factor is exact. From
 * LiteLLM's list (2026-07-24, MIT), whose prices of caches are rounded; of what is newer from pi-catalog (2026-09-23) for
 * OpenAI, and from xAI's page on prices (2026-08), which says twice. OpenAI's page on priority says 2.5 of gpt-5.5.
 */
const sold: readonly { providers: readonly string[]; models: RegExp; tiers: Tiers }[] = [
  {
    providers: ['openai'],
    models: /^gpt-(?:5|5\.4|5\.4-mini|5\.6(?:-luna|-sol|-terra)?|6-luna|6-sol)$/,
    tiers: { flex: '0.5', priority: '2' },
  },
  { providers: ['openai'], models: /^gpt-(?:5\.5|6-astra)$/, tiers: { flex: '0.5', priority: '2.5' } },
  { providers: ['openai'], models: /^gpt-5-mini$/, tiers: { flex: '0.5', priority: '1.8' } },
  { providers: ['openai'], models: /^gpt-(?:5-nano|5\.4-nano|5\.4-pro|5\.5-pro)$/, tiers: { flex: '0.5' } },
  { providers: ['openai'], models: /^o3$/, tiers: { flex: '0.5', priority: '1.75' } },
  {
    providers: ['openai'],
    models: /^o4-mini$/,
    tiers: { flex: '0.5', priority: { prompt: '2', completion: '8', cached: '0.5' } },
  },
  {
    providers: ['openai'],
    models: /^gpt-(?:4\.1-nano|5\.1|5\.2|5\.3-chat-latest|5\.3-codex)$/,
    tiers: { priority: '2' },
  },
  { providers: ['openai'], models: /^gpt-5\.1-codex-mini$/, tiers: { priority: '1.8' } },
  { providers: ['openai'], models: /^gpt-(?:4\.1|4\.1-mini|4o-2024-05-13)$/, tiers: { priority: '1.75' } },
  { providers: ['openai'], models: /^gpt-4o$/, tiers: { priority: '1.7' } },
  {
    providers: ['openai'],
    models: /^gpt-4o-mini$/,
    tiers: { priority: { prompt: '0.25', completion: '1', cached: '0.125' } },
  },
  {
    providers: ['google-ai-studio', 'google-vertex'],
    models: /^gemini-3\.(?:1-flash-lite|5-flash-lite|6-flash)$/,
    tiers: { flex: '0.5', priority: '1.8' },
  },
  {
    providers: ['google-ai-studio', 'google-vertex'],
    models: /^gemini-(?:3-flash-preview|3-pro-preview|3\.1-pro-preview(?:-customtools)?|3\.5-flash)$/,
    tiers: { priority: '1.8' },
  },
  { providers: ['xai'], models: /^grok-(?:4\.[3567]|4\.20.*)$/, tiers: { priority: '2' } },
]

/** The model with what is known of the service tiers of its endpoints. */
export function withServiceTiers(model: SeedModel): SeedModel {
  return { ...model, endpoints: model.endpoints.map(withTiers) }
}

function withTiers(endpoint: SeedEndpoint): SeedEndpoint {
  const { provider, model, prompt } = endpoint
  const found = sold.find(({ providers, models }) => providers.includes(provider) && models.test(model))
  return found && prompt !== undefined && prompt !== '0'
    ? { ...endpoint, serviceTiers: found.tiers }
    : endpoint
}
