import { runInDurableObject } from 'cloudflare:test'
import { expect } from 'vitest'
import * as z from 'zod'
import type { Env } from '../../src/env.ts'

/** What an account's money came to, as its object and D1 both have it. */
export interface Books {
  balanceNanos: number
  creditsNanos: number
  spentNanos: number
  generations: z.infer<typeof generation>[]
}

const generation = z.object({
  id: z.string(),
  key_hash: z.string(),
  seq: z.number(),
  posted_nanos: z.number().nullable(),
  cost_nanos: z.number(),
  upstream_cost_nanos: z.number(),
  created_at: z.number(),
  status: z.number(),
  model: z.string(),
  cancelled: z.number(),
  finish_reason: z.string().nullable(),
  error_type: z.string().nullable(),
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  usage_estimated: z.number(),
})
const entry = z.object({ seq: z.number(), kind: z.string(), reference: z.string(), amount_nanos: z.number() })
const account = z.object({ balance_nanos: z.number(), seq: z.number() })

const entryColumns = 'seq, kind, reference, amount_nanos'

/**
 * Brings D1 up to date and reads both: nothing is held, every line is in both, and they say the same. A generation
 * that nobody told of the end of is in the object without a record; D1 then has what the object made up for it.
 */
export async function books(env: Env, accountId: string): Promise<Books> {
  const stub = env.LEDGER.getByName(accountId)
  await runInDurableObject(stub, (ledger) => ledger.alarm())
  expect((await stub.balance()).heldNanos).toBe(0)
  const object = await runInDurableObject(stub, (_, { storage: { sql } }) => ({
    account: sql.exec('select posted_nanos as balance_nanos, seq from account').one(),
    entries: sql.exec(`select ${entryColumns} from entries order by seq`).toArray(),
    pending: sql.exec("select id from generations where state = 'pending'").toArray(),
    generations: sql
      .exec('select id, key_hash, seq, posted_nanos, cost_nanos from generations where seq > 0 order by seq')
      .toArray(),
  }))
  const of = async (table: string, columns: string, id = 'account_id') => {
    const query = env.DB.prepare(`select ${columns} from ${table} where ${id} = ? order by seq`)
    return (await query.bind(accountId).all()).results
  }
  const d1 = {
    account: account.parse((await of('accounts', 'balance_nanos, seq', 'id'))[0]),
    entries: z.array(entry).parse(await of('ledger_entries', entryColumns)),
    generations: z.array(generation).parse(await of('generations', Object.keys(generation.shape).join(', '))),
  }
  expect(object.pending).toEqual([])
  expect(object.account).toEqual(d1.account)
  expect(object.entries).toEqual(d1.entries)
  expect(object.generations).toEqual(
    d1.generations.map(({ id, key_hash, seq, posted_nanos, cost_nanos }) => {
      return { id, key_hash, seq, posted_nanos, cost_nanos }
    }),
  )
  const { balance_nanos: balanceNanos } = d1.account
  const creditsNanos = sum(d1.entries.filter(({ kind }) => kind !== 'adjust').map((row) => row.amount_nanos))
  const spentNanos = sum(d1.generations.map((row) => row.cost_nanos))
  expect(balanceNanos).toBe(creditsNanos - spentNanos)
  const lines = [...d1.entries, ...d1.generations].map(({ seq }) => seq)
  expect(lines.toSorted((left, right) => left - right)).toEqual(lines.map((_, index) => index + 1))
  return { balanceNanos, creditsNanos, spentNanos, generations: d1.generations }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
