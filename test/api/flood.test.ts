import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { makeAccount, makeKey, refusal, requestOf, root, sendWith, type Reply } from './front-door.ts'

/** What wrangler.toml says: so many requests without a key of ours, per address and ten seconds. */
const limit = 100

interface Visit {
  address?: string
  key?: string | null
  path?: string
  gateway?: object
}

async function visit({ address, key = 'junk', path = '/key', gateway = env }: Visit): Promise<Reply> {
  const headers = address === undefined ? {} : { 'cf-connecting-ip': address }
  return await sendWith(gateway, requestOf('GET', path, { key, headers }))
}

/** Visits until the brake holds. The window may turn meanwhile, so it takes a few more than the limit at worst. */
async function storm(visits: (index: number) => Visit): Promise<{ admitted: number; refused: Reply }> {
  for (let admitted = 0; admitted < 4 * limit; admitted++) {
    const reply = await visit(visits(admitted))
    if (reply.status === 429) return { admitted, refused: reply }
    expect([200, 401, 404]).toContain(reply.status)
  }
  throw new Error('The brake does not hold.')
}

test('junk is let in so often and no more, whatever it asks, and is told when to come again', async () => {
  const kinds: Visit[] = [
    {},
    { key: null },
    { path: '/nothing' },
    { path: '/healthz', key: null },
    { path: '/models' },
  ]
  const address = '203.0.113.1'
  const { admitted, refused } = await storm((index) => ({ ...kinds[index % kinds.length], address }))
  expect(admitted).toBeGreaterThanOrEqual(limit)
  expect(refusal(refused)).toBe(
    '429 Too many requests without a valid API key from your address. Check the key, and try again in 10 seconds.',
  )
  expect(refused.body.error.metadata).toEqual({ error_type: 'rate_limit_exceeded' })
  expect(refused.headers.get('retry-after')).toBe('10')
  expect(refused.headers.get('access-control-allow-origin')).toBe('*')
})

test('who has a key is let in from the same address, and others from theirs', async () => {
  const address = '203.0.113.2'
  const { key } = await makeKey((await makeAccount()).id)
  await storm(() => ({ address }))
  expect((await visit({ address, key })).status).toBe(200)
  expect((await visit({ address, key: root.inference })).status).toBe(200)
  expect((await visit({ address: '203.0.113.3' })).status).toBe(401)
})

test('a key is never counted', async () => {
  const address = '203.0.113.4'
  for (let count = 0; count < limit + 20; count++) {
    expect((await visit({ address, key: root.inference, path: '/models' })).status).toBe(200)
  }
  expect((await visit({ address })).status).toBe(401)
})

test('the addresses of one IPv6 network share a counter, and those of another do not', async () => {
  const forms = ['2001:db8:0:1::1', '2001:db8:0:1:ffff::', '2001:0DB8::1:0:0:0:7', '2001:db8:0:1:2:3:4:5']
  await storm((index) => ({ address: forms[index % forms.length] ?? '' }))
  expect((await visit({ address: '2001:db8:0:2::1' })).status).toBe(401)
  expect((await visit({ address: '2001:db8::1' })).status).toBe(401)
})

test('a key that was refused is junk like any other, and so are its digits under other prefixes', async () => {
  const { key } = await makeKey((await makeAccount()).id)
  const digits = key.slice(-64)
  await storm((index) => ({ address: '203.0.113.7', key: `p${index}-${digits}` }))
  expect((await visit({ address: '203.0.113.8', key })).status).toBe(200)
})

test('a storm of junk asks no account', async () => {
  const LEDGER = new Proxy({}, { get: () => expect.unreachable('an object was asked') })
  await storm(() => ({ address: '203.0.113.5', gateway: { ...env, LEDGER } }))
})

const outOfOrder = new Error('out of order')

test.for<[string, object | undefined]>([
  ['is not configured', undefined],
  ['throws', { limit: () => expect.fail('out of order') }],
  ['fails', { limit: () => Promise.reject(outOfOrder) }],
])('a brake that %s lets everybody in', async ([, FLOOD]) => {
  expect((await visit({ address: '203.0.113.6', gateway: { ...env, FLOOD } })).status).toBe(401)
})

test('without an address there is nobody to count', async () => {
  for (let count = 0; count < limit + 20; count++) expect((await visit({})).status).toBe(401)
})
