import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { providers } from '../../src/api/providers.ts'
import { send } from './front-door.ts'

/** Of a gateway with these variables set. */
async function list(variables: Record<string, string>): Promise<{ data: { slug: string }[] }> {
  return await (await providers.request('/providers', {}, { ...env, ...variables })).json()
}

test('offline, the simulator is the one provider, and no key is needed to see it', async () => {
  const reply = await send('GET', '/providers', { key: null })
  expect([reply.status, reply.body]).toEqual([
    200,
    {
      data: [
        {
          name: 'Simulator',
          slug: 'simulator',
          data_policy: { training: false, retains_prompts: false, retention_days: 0, as_of: '2026-07' },
          privacy_policy_url: null,
          terms_of_service_url: null,
          status_page_url: null,
          headquarters: null,
          datacenters: null,
        },
      ],
    },
  ])
})

test('the providers that are live are listed, and nothing of how they are reached', async () => {
  const { data } = await list({ GROQ_API_KEY: 'gsk-secret', OLLAMA_BASE_URL: 'http://10.0.0.1/v1' })
  expect(data.map(({ slug }) => slug)).toEqual(['groq', 'ollama'])
  expect(JSON.stringify(data)).not.toMatch(/secret|10\.0\.0\.1/)
})
