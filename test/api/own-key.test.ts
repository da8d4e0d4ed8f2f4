import { describe, expect, test } from 'vitest'
import { makeAccount, makeKey, send } from './front-door.ts'
import { ownKeySchema } from './sdk-schemas.ts'
import { spend } from './spend.ts'

describe('a key about itself', () => {
  test('21. it is told what it may do, and nothing that names it', async () => {
    const account = await makeAccount()
    const { key } = await makeKey(account.id, { limit: 10, limit_reset: 'monthly', requests_per_minute: 5 })
    const { data } = (await send('GET', '/key', { key })).body
    expect(ownKeySchema.parse(data)).toBeTruthy()
    expect(data).toMatchObject({
      label: `${key.slice(0, 12)}...${key.slice(-3)}`,
      limit: 10,
      limit_remaining: 10,
      limit_reset: 'monthly',
      requests_per_minute: 5,
      is_free_tier: true,
      is_management_key: false,
      is_provisioning_key: false,
      workspace_id: account.id,
      organization_id: null,
      allowed_data_regions: ['global'],
      free_model_daily_requests: { limit: 50, remaining: 50, used: 0 },
      rate_limit: { requests: -1, interval: '10s', note: expect.any(String) },
    })
    for (const field of ['hash', 'name', 'disabled', 'created_at', 'updated_at'])
      expect(data).not.toHaveProperty(field)
  })

  test('21. the management key is told that it is one', async () => {
    const { data } = (await send('GET', '/key')).body
    expect(ownKeySchema.parse(data)).toBeTruthy()
    expect(data).toMatchObject({ is_management_key: true, is_provisioning_key: true })
  })

  test('its usage includes an answer that was settled just now', async () => {
    const account = await makeAccount({ unlimited: true })
    const { key, hash } = await makeKey(account.id, { limit: 2, limit_reset: 'daily' })
    await spend(account.id, hash, 1_234_567)
    expect((await send('GET', '/key', { key })).body.data).toMatchObject({
      usage: 0.001234567,
      usage_daily: 0.001234567,
      usage_weekly: 0.001234567,
      usage_monthly: 0.001234567,
      limit_remaining: 1.998765433,
    })
  })

  test('an account that has bought credit is not on the free tier', async () => {
    const account = await makeAccount()
    const { key } = await makeKey(account.id)
    const credit = { account: account.id, amount: 5, reference: 'r' }
    await send('POST', '/credits', { body: { ...credit, kind: 'grant' } })
    expect((await send('GET', '/key', { key })).body.data.is_free_tier).toBe(true)
    await send('POST', '/credits', { body: { ...credit, kind: 'purchase', reference: 's' } })
    expect((await send('GET', '/key', { key })).body.data.is_free_tier).toBe(false)
  })
})
