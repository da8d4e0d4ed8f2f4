import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { rootKeys } from '../../src/base/key-text.ts'
import { startGateway, type RunningGateway } from '../support/harness.ts'

const original = '5a'.repeat(32)
const rotated = '7b'.repeat(32)

let gateway: RunningGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.stop())

const created = z.object({ key: z.string() })
const listed = z.object({ data: z.array(z.object({ name: z.string(), label: z.string() })) })

async function statusOf(origin: string, key: string): Promise<number> {
  const response = await fetch(`${origin}/api/v1/key`, { headers: { authorization: `Bearer ${key}` } })
  await response.body?.cancel()
  return response.status
}

/** The keys of the default account, as the holder of a management key sees them. */
async function keysOf(origin: string, management: string): Promise<{ name: string; label: string }[]> {
  const headers = { authorization: `Bearer ${management}` }
  const response = await fetch(`${origin}/api/v1/keys?include_disabled=true`, { headers })
  return listed.parse(await response.json()).data.toSorted((a, b) => a.name.localeCompare(b.name))
}

test('a rotation keeps the keys that were made, and replaces the two that derive from the master key', async () => {
  const before = gateway.keys
  const friend = created.parse(await gateway.manage('/keys', { name: 'friend' })).key
  expect(await statusOf(gateway.url, before.inference)).toBe(200)

  const after = await rootKeys(rotated, 'sy-')
  expect(after.management).toMatch(/^sy-[0-9a-f]{64}$/)
  const origin = await gateway.change({
    MASTER_KEY: rotated,
    MASTER_KEY_PREVIOUS: original,
    KEY_PREFIX: 'sy-',
  })
  expect(await statusOf(origin, friend)).toBe(200)
  expect(await statusOf(origin, before.inference)).toBe(401)
  expect(await statusOf(origin, before.management)).toBe(401)
  expect(await keysOf(origin, after.management)).toMatchObject([
    { name: 'default', label: expect.stringMatching(/^sy-.{3}\.\.\..{3}$/) },
    { name: 'friend', label: expect.stringMatching(/^sk-or-v1-.{3}\.\.\..{3}$/) },
    { name: 'management', label: expect.stringMatching(/^sy-.{3}\.\.\..{3}$/) },
  ])
  expect(await statusOf(origin, after.inference)).toBe(200)

  // Without the previous one whatever it had signed is junk.
  expect(await statusOf(await gateway.change({ MASTER_KEY: rotated, KEY_PREFIX: 'sy-' }), friend)).toBe(401)

  // A rotation that was a mistake is taken back.
  const back = await gateway.change({})
  expect(await statusOf(back, before.management)).toBe(200)
  expect(await statusOf(back, friend)).toBe(200)
  expect(await statusOf(back, after.management)).toBe(401)
})

test('another KEY_PREFIX leaves the keys there are, and the management key can be had with either', async () => {
  const own = await rootKeys(original, 'acme_')
  const origin = await gateway.change({ KEY_PREFIX: 'acme_' })
  expect(await statusOf(origin, own.management)).toBe(200)
  expect(await statusOf(origin, gateway.keys.management)).toBe(200)
})

test('a setting that cannot be is named before any storage is asked', async () => {
  const origin = await gateway.change({ MASTER_KEY_PREVIOUS: 'secret-canary' })
  const response = await fetch(`${origin}/api/v1/keys`, {
    headers: { authorization: `Bearer ${gateway.keys.management}` },
  })
  expect(response.status).toBe(503)
  const text = await response.text()
  expect(text).toContain('MASTER_KEY_PREVIOUS is not 64 of the digits 0-9a-f.')
  expect(text).not.toContain('canary')
})
