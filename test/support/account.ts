import { vi } from 'vitest'
import * as z from 'zod'
import type { Json } from '../../src/base/json.ts'
import { rootKeys } from '../../src/base/key-text.ts'
import type { Env } from '../../src/env.ts'
import { askWhole } from './chat.ts'

/**
 * An account of a test's own, with one key, made and asked through the front door. The cheapest endpoint serves it first,
 * so that a test knows whom it asks.
 */
export interface TestAccount {
  id: string
  key: string
  hash: string
  /** From the account's object, in dollars. */
  usage: () => Promise<number>
  /** From the account's object: nothing held, nothing pending. */
  heldNanos: () => Promise<number>
  /** A generation's record, as soon as there is one. */
  generation: (id: string | null) => Promise<Record<string, unknown>>
}

const created = z.object({ data: z.object({ id: z.string() }) })
const keyCreated = z.object({ key: z.string(), data: z.object({ hash: z.string() }) })

export async function account(
  env: Env,
  options: { credit?: number; account?: object; key?: object } = {},
): Promise<TestAccount> {
  const name = `test ${crypto.randomUUID()}`
  const settings = { name, routing: { default_provider_sort: 'price' }, ...options.account }
  const { id } = created.parse(await manage(env, 'POST', '/accounts', settings)).data
  const made = keyCreated.parse(
    await manage(env, 'POST', '/keys', { name: 'key', account: id, ...options.key }),
  )
  const credit = options.credit ?? 10
  if (credit > 0) {
    await manage(env, 'POST', '/credits', { amount: credit, kind: 'grant', reference: 'start', account: id })
  }
  const { key } = made
  const ledger = () => env.LEDGER.getByName(id)
  return {
    id,
    key,
    hash: made.data.hash,
    usage: async () => (await ledger().balance()).usageNanos / 1e9,
    heldNanos: async () => (await ledger().balance()).heldNanos,
    generation: (generationId) =>
      vi.waitFor(async () => {
        const { response, text } = await askWhole(env, undefined, {
          key,
          method: 'GET',
          path: `/api/v1/generation?id=${generationId ?? ''}`,
        })
        if (response.status !== 200) throw new Error(text)
        return z.object({ data: z.record(z.string(), z.unknown()) }).parse(JSON.parse(text)).data
      }),
  }
}

/** A call of a management route by the operator; anything but success fails the test. */
export async function manage(env: Env, method: string, path: string, body?: unknown): Promise<Json> {
  const { management } = await rootKeys(env.MASTER_KEY)
  const { response, text } = await askWhole(env, body, { key: management, method, path: `/api/v1${path}` })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  const answer: Json = JSON.parse(text)
  return answer
}
