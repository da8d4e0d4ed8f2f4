import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { defaultAccountId } from '../../src/base/ids.ts'
import { ledger } from '../../src/ledger/client.ts'
import { makeKey, refusal, send } from './front-door.ts'

test('a further account has its own id, balance and mark-up', async () => {
  const reply = await send('POST', '/accounts', {
    body: { name: 'Friends', unlimited: true, markup: '21/20' },
  })
  expect([reply.status, reply.body]).toEqual([
    201,
    {
      data: {
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        name: 'Friends',
        unlimited: true,
        markup: { default: '21/20', models: {} },
        routing: null,
        balance: 0,
        created_at: expect.stringMatching(/Z$/),
      },
    },
  ])
  const { id } = reply.body.data
  const { hash } = await makeKey('Friends')
  expect(await ledger(env, id).standing(hash)).toMatchObject({
    ok: true,
    profile: { markups: { default: '21/20', models: {} } },
  })
  expect(await ledger(env, id).balance()).toMatchObject({ unlimited: true, balanceNanos: 0 })
  const again = await send('POST', '/accounts', { body: { name: 'Friends' } })
  expect(refusal(again)).toBe('409 There is an account named Friends already')
})

test('accounts are listed in pages, the default one among them, with their balances', async () => {
  const names = ['page 1', 'page 2', 'page 3']
  for (const name of names) await send('POST', '/accounts', { body: { name } })
  const { data, total_count: total } = (await send('GET', '/accounts?limit=100')).body
  expect(data).toHaveLength(total)
  expect(data.map((account: { name: string }) => account.name)).toEqual(
    expect.arrayContaining([...names, 'default']),
  )
  expect(data.map((account: { id: string }) => account.id)).toContain(defaultAccountId)
  const pages = []
  for (let offset = 0; offset < total; offset++) {
    const page = (await send('GET', `/accounts?limit=1&offset=${offset}`)).body
    expect(page.total_count).toBe(total)
    pages.push(...page.data)
  }
  expect(pages).toEqual(data)
})

test.for<[unknown, unknown]>([
  [undefined, { default: '1', models: {} }],
  [1.05, { default: '1.05', models: {} }],
  ['0', { default: '0', models: {} }],
  [{ models: { 'openai/gpt-4o-mini': '3/2' } }, { default: '1', models: { 'openai/gpt-4o-mini': '3/2' } }],
  [{ default: 2 }, { default: '2', models: {} }],
])('the mark-up %j is read as %j', async ([markup, read]) => {
  const reply = await send('POST', '/accounts', {
    body: { name: `mark-up ${JSON.stringify(markup)}`, markup },
  })
  expect(reply.body.data.markup).toEqual(read)
})

const factor =
  'must be a factor from 0 to 1000, as a decimal with at most 9 decimals or as a fraction such as 21/20'

test.for<[object, string]>([
  [{}, 'name: is required'],
  [{ name: '' }, 'name: must not be empty'],
  [{ name: '0123456789abcdef' }, 'name: must not look like the id of an account'],
  [{ name: 'x', unlimited: 'yes' }, 'unlimited: Invalid input: expected boolean, received string'],
  [{ name: 'x', balance: 5 }, 'Unknown field: balance'],
  [{ name: 'x', markup: -1 }, `markup: ${factor}`],
  [{ name: 'x', markup: '1/0' }, `markup: ${factor}`],
  [{ name: 'x', markup: '1001' }, `markup: ${factor}`],
  [{ name: 'x', markup: '0.0000000001' }, `markup: ${factor}`],
  [{ name: 'x', markup: { default: 'x' } }, `markup.default: ${factor}`],
  [{ name: 'x', markup: { models: { 'a/b': '1e3' } } }, `markup.models.a/b: ${factor}`],
  [{ name: 'x', markup: { model: {} } }, 'Unknown field: markup.model'],
])('%j is 400', async ([body, message]) => {
  expect(refusal(await send('POST', '/accounts', { body }))).toBe(`400 ${message}`)
})

test.for(['limit=0', 'limit=101', 'limit=x', 'offset=-1', 'offset=1.5', 'foo=1'])(
  '116. ?%s is 400',
  async (query) => {
    expect((await send('GET', `/accounts?${query}`)).status).toBe(400)
  },
)
