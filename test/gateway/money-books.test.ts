import { env } from 'cloudflare:workers'
import { beforeEach, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { account, manage, type TestAccount } from '../support/account.ts'
import { books } from '../support/books.ts'
import { chatStream, delta, finish, usage } from '../support/chat-chunks.ts'
import { ask, askWhole } from '../support/chat.ts'
import { provider, type Provider } from '../support/provider.ts'

beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue()
})

const hello = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] }

/** 7 × $0.15 and 3 × $0.60 per million: 2,850 nano-USD. */
async function sevenAndThree(): Promise<Provider> {
  return await provider(chatStream([delta('Hello there'), finish('stop'), usage(7, 3)]))
}

function openai(upstream: Provider) {
  return { ...env, OPENAI_API_KEY: 'sk-upstream', OPENAI_BASE_URL: upstream.baseUrl }
}

test.for([
  ['no mark-up', {}, 2_850],
  ['5 %, as a decimal', { markup: 1.05 }, 2_993],
  ['5 %, as a fraction', { markup: '21/20' }, 2_993],
  ['a third of the price', { markup: '1/3' }, 950],
  ['nothing at all', { markup: 0 }, 0],
  ['twice the price for this model', { markup: { default: 1.5, models: { [hello.model]: 2 } } }, 5_700],
  [
    'half as much again for all but another',
    { markup: { default: 1.5, models: { 'openai/gpt-4o': 2 } } },
    4_275,
  ],
] as const)(
  '%s: charged exactly, rounded up once, and the provider gets its price',
  async ([, fields, nanos]) => {
    const payer = await account(env, { account: fields })
    const { response, text } = await askWhole(openai(await sevenAndThree()), hello, { key: payer.key })
    const id = response.headers.get('x-generation-id') ?? ''
    expect(await toldEverywhere(payer, id)).toEqual(everywhere(nanos))
    expect(usageIn(JSON.parse(text))).toEqual({
      cost: nanos / 1e9,
      prompt_tokens: 7,
      completion_tokens: 3,
      cost_details: {
        upstream_inference_cost: null,
        upstream_inference_prompt_cost: 0.00000105,
        upstream_inference_completions_cost: 0.0000018,
      },
    })
    const { generations } = await books(env, payer.id)
    expect(generations).toMatchObject([
      {
        id,
        cost_nanos: nanos,
        posted_nanos: nanos,
        upstream_cost_nanos: 2_850,
        prompt_tokens: 7,
        completion_tokens: 3,
      },
    ])
    // Now that D1 has it, it says the same.
    expect(await toldEverywhere(payer, id)).toEqual(everywhere(nanos))
  },
)

test('an unlimited account needs no balance, and the limit of its key still holds', async () => {
  const upstream = await sevenAndThree()
  const payer = await account(env, { credit: 0, account: { unlimited: true }, key: { limit: 0.0006 } })
  const allowed = await askWhole(openai(upstream), { ...hello, max_tokens: 700 }, { key: payer.key })
  expect(allowed.response.status).toBe(200)
  const refused = await askWhole(openai(upstream), { ...hello, max_tokens: 1_000 }, { key: payer.key })
  expect(refused.response.status).toBe(402)
  expect(refused.text).toContain('the spending limit of this key')
  expect(await books(env, payer.id)).toMatchObject({ balanceNanos: -2_850, spentNanos: 2_850 })
})

test('a price of the answer is in the balance as soon as the answer is read, a hundred times in a row', async () => {
  const payer = await account(env, { credit: 1 })
  let spent = 0
  for (let round = 0; round < 100; round++) {
    const body = {
      model: 'simulator/echo',
      stream: round % 2 === 0,
      messages: [{ role: 'user', content: `Round ${round}` }],
    }
    const { response } = await ask(env, body, { key: payer.key })
    const text = await response.text()
    const cost = Number(/"cost":([\d.e-]+)/.exec(text)?.[1])
    spent += Math.round(cost * 1e9)
    expect(await creditsOf(payer)).toEqual({ total_credits: 1, total_usage: spent / 1e9 })
  }
  expect(spent).toBeGreaterThan(0)
  expect((await books(env, payer.id)).spentNanos).toBe(spent)
})

/** What one generation cost, as every route tells it that tells of money. */
async function toldEverywhere(payer: TestAccount, id: string) {
  const own = { key: payer.key, method: 'GET' }
  const key = await askWhole(env, undefined, { ...own, path: '/api/v1/key' })
  const listed = await manage(env, 'GET', `/generations?account=${payer.id}`).catch(() => ({ data: [] }))
  const money = z.object({ id: z.string(), total_cost: z.number(), usage: z.number() })
  return {
    generation: money.parse(await payer.generation(id)).total_cost,
    key: z.object({ data: z.object({ usage: z.number() }) }).parse(JSON.parse(key.text)).data.usage,
    credits: (await creditsOf(payer)).total_usage,
    object: await payer.usage(),
    listed: z
      .object({ data: z.array(money) })
      .parse(listed)
      .data.every((row) => row.id === id),
  }
}

function everywhere(nanos: number) {
  const usd = nanos / 1e9
  return { generation: usd, key: usd, credits: usd, object: usd, listed: true }
}

async function creditsOf(payer: TestAccount) {
  const body = await manage(env, 'GET', `/credits?account=${payer.id}`)
  const credits = z.object({ total_credits: z.number(), total_usage: z.number() })
  return z.object({ data: credits }).parse(body).data
}

function usageIn(body: unknown) {
  const counted = z.object({
    cost: z.number(),
    prompt_tokens: z.number(),
    completion_tokens: z.number(),
    cost_details: z.record(z.string(), z.number().nullable()),
  })
  return z.object({ usage: counted }).parse(body).usage
}
