import { expect, test } from 'vitest'
import { makeAccount, makeKey, refusal, send } from './front-door.ts'
import { spend } from './spend.ts'

test('32. credits tell what was given and what was used, an answer settled just now included', async () => {
  const account = await makeAccount()
  const { key, hash } = await makeKey(account.id)
  expect((await send('GET', `/credits?account=${account.id}`)).body).toEqual({
    data: { total_credits: 0, total_usage: 0 },
  })
  await send('POST', '/credits', {
    body: { amount: '10.5', kind: 'purchase', reference: 'r', account: account.name },
  })
  await spend(account.id, hash, 3)
  const reply = await send('GET', `/credits?account=${encodeURIComponent(account.name)}`)
  expect(reply.body).toEqual({ data: { total_credits: 10.5, total_usage: 0.000000003 } })
  expect(refusal(await send('GET', '/credits', { key }))).toBe(
    '403 Only management keys can perform this operation',
  )
})

test('the default account is meant where none is named', async () => {
  const before = (await send('GET', '/credits')).body.data.total_credits
  const reply = await send('POST', '/credits', { body: { amount: 1, kind: 'grant', reference: 'default' } })
  expect(reply.status).toBe(201)
  expect((await send('GET', '/credits')).body.data.total_credits).toBe(before + 1)
})

test('a credit counts once: repeating it gives 200 and the body of the first time, whatever happened since', async () => {
  const account = await makeAccount()
  const { hash } = await makeKey(account.id)
  const credit = { amount: 2, kind: 'purchase', reference: 'invoice-7', account: account.id }
  const first = await send('POST', '/credits', { body: credit })
  expect([first.status, first.body]).toEqual([
    201,
    { data: { reference: 'invoice-7', amount: 2, balance: 2 } },
  ])
  await spend(account.id, hash, 500_000_000)
  await send('POST', '/credits', { body: { ...credit, amount: 5, reference: 'invoice-8' } })
  for (const kind of ['purchase', 'grant']) {
    const again = await send('POST', '/credits', { body: { ...credit, kind, amount: '2.00' } })
    expect([again.status, again.body]).toEqual([200, first.body])
  }
  expect((await send('GET', `/credits?account=${account.id}`)).body.data.total_credits).toBe(7)
})

test('twenty repetitions at once count once', async () => {
  const account = await makeAccount()
  const body = { amount: 0.25, kind: 'grant', reference: 'same', account: account.id }
  const replies = await Promise.all(Array.from({ length: 20 }, () => send('POST', '/credits', { body })))
  expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(19)
  expect(new Set(replies.map((reply) => JSON.stringify(reply.body))).size).toBe(1)
  expect((await send('GET', `/credits?account=${account.id}`)).body.data.total_credits).toBe(0.25)
})

test('the same reference with another amount is 409, in another account a credit of its own', async () => {
  const [account, other] = [await makeAccount(), await makeAccount()]
  const credit = { amount: 2, kind: 'grant', reference: 'r' }
  await send('POST', '/credits', { body: { ...credit, account: account.id } })
  const reply = await send('POST', '/credits', { body: { ...credit, amount: 3, account: account.id } })
  expect(refusal(reply)).toBe('409 The reference r was used before, for $2.00')
  expect(reply.body.error.metadata.error_type).toBe('invalid_request')
  expect((await send('POST', '/credits', { body: { ...credit, amount: 3, account: other.id } })).status).toBe(
    201,
  )
})

test('a negative amount takes back what is there and no more', async () => {
  const account = await makeAccount()
  await send('POST', '/credits', {
    body: { amount: 1.5, kind: 'purchase', reference: 'in', account: account.id },
  })
  const more = { amount: -1.500000001, kind: 'correction', reference: 'out', account: account.id }
  expect(refusal(await send('POST', '/credits', { body: more }))).toBe('409 Only $1.50 can be taken back')
  const all = await send('POST', '/credits', { body: { ...more, amount: -1.5 } })
  expect([all.status, all.body]).toEqual([201, { data: { reference: 'out', amount: -1.5, balance: 0 } }])
})

test('an account does not take more than can be counted exactly', async () => {
  const account = await makeAccount()
  const credit = { amount: 7_999_999, kind: 'grant', account: account.id }
  expect((await send('POST', '/credits', { body: { ...credit, reference: 'a' } })).status).toBe(201)
  const reply = await send('POST', '/credits', { body: { ...credit, reference: 'b' } })
  expect(refusal(reply)).toBe('409 An account takes at most $8000000.00 in all')
  expect((await send('POST', '/credits', { body: { ...credit, reference: 'a' } })).status).toBe(200)
})

const valid = { amount: 1, kind: 'grant', reference: 'r' }

test.for<[object, string]>([
  [{ ...valid, amount: undefined }, 'amount: is required'],
  [{ ...valid, amount: null }, 'amount: must be an amount of dollars'],
  [{ ...valid, amount: 0 }, 'amount: must not be 0'],
  [
    { ...valid, amount: 1e-10 },
    'amount: must be an amount of dollars with at most 9 decimals, within ±9,000,000',
  ],
  [
    { ...valid, amount: '1e3' },
    'amount: must be an amount of dollars with at most 9 decimals, within ±9,000,000',
  ],
  [
    { ...valid, amount: '' },
    'amount: must be an amount of dollars with at most 9 decimals, within ±9,000,000',
  ],
  [
    { ...valid, amount: 'Infinity' },
    'amount: must be an amount of dollars with at most 9 decimals, within ±9,000,000',
  ],
  [
    { ...valid, amount: 9_000_001 },
    'amount: must be an amount of dollars with at most 9 decimals, within ±9,000,000',
  ],
  [{ ...valid, kind: undefined }, 'kind: is required'],
  [{ ...valid, kind: 'gift' }, 'kind: Invalid option: expected one of "purchase"|"grant"|"correction"'],
  [{ ...valid, kind: 'adjust' }, 'kind: Invalid option: expected one of "purchase"|"grant"|"correction"'],
  [{ ...valid, reference: undefined }, 'reference: is required'],
  [{ ...valid, reference: '' }, 'reference: must not be empty'],
  [{ ...valid, reference: 'x'.repeat(129) }, 'reference: must have at most 128 characters'],
  [{ ...valid, reference: 'adjust:gen-1' }, 'reference: must not begin with adjust:'],
  [{ ...valid, note: 7 }, 'note: Invalid input: expected string, received number'],
  [{ ...valid, currency: 'EUR' }, 'Unknown field: currency'],
])('%j is 400', async ([body, message]) => {
  expect(refusal(await send('POST', '/credits', { body }))).toBe(`400 ${message}`)
})

test('an unknown account is 404 for reading and for giving', async () => {
  for (const account of ['nobody', 'ffffffffffffffff', "' or 1=1 --"]) {
    const message = `404 There is no account with the id or name ${account}`
    expect(refusal(await send('POST', '/credits', { body: { ...valid, account } }))).toBe(message)
    expect(refusal(await send('GET', `/credits?account=${encodeURIComponent(account)}`))).toBe(message)
  }
})
