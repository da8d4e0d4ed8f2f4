import { env } from 'cloudflare:workers'
import { beforeAll, expect, test, vi } from 'vitest'
import page from '../../docs/routing.md?raw'
import type { Json } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { readArray, readText } from '../../src/wire/json.ts'
import { account, manage, type TestAccount } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole, at } from '../support/chat.ts'
import { provider } from '../support/provider.ts'

/** The rows of the page's table of preferences: what is asked, and what the page says comes of it. */
const rows = [...page.matchAll(/^\|[^|]*\| `(\{.*?\})` \| (.*?) \|$/gm)].map(
  ([, request = '', tried = '']) => ({
    request,
    tried,
  }),
)

/** An endpoint of the page's models. */
function sold(slug: string, dollars: string, facts: object): object {
  return { provider: slug, model: 'one', prompt: dollars, completion: dollars, ...facts }
}

/** What stands between backticks. */
function named(text: string): string[] {
  return [...text.matchAll(/`([\w/-]+)`/g)].map(([, tag = '']) => tag)
}

let settings: Env
let caller: TestAccount

beforeAll(async () => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
  const { baseUrl } = await provider(chatAnswer('Hi'))
  settings = {
    ...env,
    DEEPINFRA_API_KEY: 'k',
    DEEPINFRA_BASE_URL: baseUrl,
    OPENAI_API_KEY: 'k',
    OPENAI_BASE_URL: baseUrl,
    DEEPSEEK_API_KEY: 'k',
    DEEPSEEK_BASE_URL: baseUrl,
    NOVITA_API_KEY: 'k',
    NOVITA_BASE_URL: baseUrl,
  }
  const endpoints = [
    sold('deepinfra', '1', { quantization: 'fp8', parameters: ['length', 'top_k'], output: 8_192 }),
    sold('openai', '2', {
      quantization: 'bf16',
      parameters: ['length', 'tools', 'verbosity'],
      serviceTiers: { flex: '0.5', priority: '2' },
    }),
    sold('deepseek', '3', { quantization: 'mxfp8', parameters: ['length'] }),
  ]
  await manage(settings, 'PUT', '/catalogue/models', { id: 'acme/one', endpoints })
  await manage(settings, 'PUT', '/catalogue/models', {
    id: 'acme/two',
    endpoints: [sold('novita', '0.5', {})],
  })
  caller = await account(env, { account: { routing: null } })
})

test('the page has an example of every preference', () => {
  expect(rows.length).toBeGreaterThan(25)
  const preferences = [
    'order only ignore allow_fallbacks require_parameters data_collection zdr enforce_distillable_text',
    'quantizations sort preferred_min_throughput preferred_max_latency max_price',
  ].flatMap((names) => names.split(' '))
  expect(preferences.filter((name) => !rows.some(({ request }) => request.includes(`"${name}"`)))).toEqual([])
})

test.for(rows)('$request: $tried', async ({ request, tried }) => {
  const body = { model: 'acme/one', messages: [{ role: 'user', content: 'Hello' }], ...JSON.parse(request) }
  const { response, text } = await askWhole(settings, body, {
    key: caller.key,
    headers: { 'x-openrouter-metadata': 'enabled' },
  })
  const told: Json = JSON.parse(text)
  const plan = readArray(at(at(at(told, 'openrouter_metadata'), 'explanation'), 'plan')) ?? []
  const tags = plan.map((each) => readText(at(each, 'endpoint')) ?? '')
  const status = /^\d{3}/.exec(tried)?.[0] ?? '200'
  expect(response.status).toBe(Number(status))

  // What is drawn may be in any order.
  const [fixed = '', drawn] = tried.split('drawn:')
  const first = status === '200' ? named(fixed) : []
  expect(tags.slice(0, first.length)).toEqual(first)
  expect(tags.slice(first.length).toSorted()).toEqual(named(drawn ?? '').toSorted())
})
