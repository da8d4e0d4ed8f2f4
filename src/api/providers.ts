import { Hono } from 'hono/tiny'
import type { Env } from '../env.ts'
import { dataPolicyOf, policiesAsOf } from '../catalogue/data-policies.ts'
import { liveProviders } from '../providers/live.ts'
import { providers as table } from '../providers/table.ts'

/** Who serves here now. Needs no key, as the list of models does not. */
export const providers = new Hono<{ Bindings: Env }>().get('/providers', (c) => {
  const live = liveProviders(c.env)
  return c.json({ data: table.filter(({ slug }) => live.has(slug)).map(providerObject) })
})

/** A provider as the contract lists it; null is what the table does not know. */
function providerObject({ name, slug }: { name: string; slug: string }): object {
  const { training, retains, retentionDays } = dataPolicyOf(slug)
  return {
    name,
    slug,
    data_policy: {
      training,
      retains_prompts: retains,
      retention_days: retentionDays,
      as_of: policiesAsOf,
    },
    privacy_policy_url: null,
    terms_of_service_url: null,
    status_page_url: null,
    headquarters: null,
    datacenters: null,
  }
}
