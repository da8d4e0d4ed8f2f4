import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { rootKeys } from '../../src/base/key-text.ts'
import type { Env } from '../../src/env.ts'
import { account } from '../support/account.ts'
import { askWhole } from '../support/chat.ts'

const gateway: Env = {
  ...env,
  OPENAI_API_KEY: 'sk-upstream',
  ANTHROPIC_API_KEY: 'sk-upstream',
  DEEPINFRA_API_KEY: 'sk-upstream',
  GROQ_API_KEY: 'sk-upstream',
}

/** The ids of the models that a key with these settings is told of. */
async function own(settings: { account?: object; key?: object }): Promise<string[]> {
  const { key } = await account(env, {
    account: { routing: settings.account ?? null },
    key: { routing: settings.key ?? null },
    credit: 0,
  })
  return await listed(key)
}

async function listed(key?: string): Promise<string[]> {
  const path = key === undefined ? '/api/v1/models' : '/api/v1/models/user'
  const { response, text } = await askWhole(gateway, undefined, {
    method: 'GET',
    path,
    ...(key !== undefined && { key }),
  })
  if (response.status !== 200) throw new Error(text)
  const { data, total_count: total }: { data: { id: string }[]; total_count: number } = JSON.parse(text)
  expect(data).toHaveLength(total)
  return data.map(({ id }) => id)
}

const authorsOf = (ids: string[]) =>
  [...new Set(ids.map((id) => id.replace(/^~?([^/]*).*/, '$1')))].toSorted((a, b) => a.localeCompare(b))

const isClaude = (id: string) => id.startsWith('anthropic/')

test('[R161] without a key it is 401', async () => {
  const { response } = await askWhole(gateway, undefined, { method: 'GET', path: '/api/v1/models/user' })
  expect(response.status).toBe(401)
})

test('a management key, which calls no models, is told where there are some', async () => {
  const { management } = await rootKeys(env.MASTER_KEY)
  const options = { method: 'GET', path: '/api/v1/models/user', key: management }
  const { response, text } = await askWhole(gateway, undefined, options)
  expect([response.status, JSON.parse(text).error.message]).toEqual([
    403,
    'A management key calls no models. Use an API key to list those it may call, or GET /api/v1/models to list all.',
  ])
})

test('[R161] a key without settings is told of all that can be called', async () => {
  const all = await own({})
  expect(all).toEqual(expect.arrayContaining(await listed()))
  expect(authorsOf(all)).toEqual(expect.arrayContaining(['anthropic', 'meta-llama', 'openai']))
})

test('[R161] models that are not allowed, or are ignored, are left out', async () => {
  const allowed = { allowed_models: ['openai/*', 'anthropic/*'] }
  const both = await own({ account: allowed })
  expect(authorsOf(both)).toEqual(['anthropic', 'openai'])
  expect(both).toContain('~anthropic/claude-sonnet-latest')
  // Both hold: the key narrows what the account allows, and adds nothing.
  const narrower = {
    allowed_models: ['openai/gpt-4o*', 'meta-llama/*'],
    ignored_models: ['openai/gpt-4o-mini'],
  }
  const ids = await own({ account: allowed, key: narrower })
  expect(ids).toContain('openai/gpt-4o')
  expect(ids).not.toContain('openai/gpt-4o-mini')
  expect(ids.filter((id) => !id.startsWith('openai/gpt-4o'))).toEqual([])
})

test('[R161] models that no permitted provider serves are left out', async () => {
  const all = await own({})
  expect(authorsOf(await own({ key: { provider: { only: ['Anthropic'] } } }))).toEqual(['anthropic'])
  const without = await own({ key: { provider: { ignore: ['openai', 'anthropic'] } } })
  expect(without).toContain('meta-llama/llama-3.3-70b-instruct')
  expect(without.length).toBeLessThan(all.length)
  expect(without).not.toContain('openai/gpt-4o')
})

test('[R161] models whose providers all keep what they are sent are left out where nothing may be kept', async () => {
  // Of Anthropic's models some have another host, and are still served there.
  const others = (await own({ key: { provider: { ignore: ['anthropic'] } } })).filter(isClaude)
  const ids = await own({ account: { enforce_zdr_anthropic: true } })
  expect(ids.filter(isClaude)).toEqual(others)
  expect(others.length).toBeLessThan((await own({})).filter(isClaude).length)
  expect(ids).toContain('openai/gpt-4o')
  expect(await own({ account: { provider: { zdr: true } } })).toContain('meta-llama/llama-3.3-70b-instruct')
})
