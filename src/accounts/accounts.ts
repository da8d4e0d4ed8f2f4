import * as z from 'zod/mini'
import { GatewayError } from '../base/errors.ts'
import { accountId, defaultAccountId } from '../base/ids.ts'
import { toUsd } from '../base/money.ts'
import { answerOf } from '../base/sql.ts'
import type { Env } from '../env.ts'
import type { Markups } from '../ledger/contract.ts'
import { line, offset, pageSize } from './fields.ts'
import { markup } from './markup.ts'

/** A row of the table `accounts`. */
interface AccountRow {
  id: string
  name: string
  unlimited: number
  markups: string
  balance_nanos: number
  created_at: number
}

export const newAccount = z.strictObject({
  // A name shaped like an id could be taken for another account's.
  name: line(100).check(z.regex(/^(?![0-9a-f]{16}$)/, 'must not look like the id of an account')),
  unlimited: z._default(z.boolean(), false),
  markup: z._default(markup, { default: '1', models: {} }),
})

export const accountPage = z.strictObject({ offset: z._default(offset, 0), limit: z._default(pageSize, 50) })

/** The id of the account that is meant: the default one where none is named. */
export async function findAccountId(env: Env, idOrName: string | undefined): Promise<string> {
  if (idOrName === undefined || idOrName === defaultAccountId) return defaultAccountId
  const query = env.DB.prepare('select id from accounts where id = ?1 or name = ?1').bind(idOrName)
  const row = await answerOf(query.first<{ id: string }>())
  if (!row) throw new GatewayError('not_found', `There is no account with the id or name ${idOrName}`)
  return row.id
}

/** The account's object reads this row when it is first called, so there is nothing to tell it. */
export async function createAccount(
  env: Env,
  input: z.infer<typeof newAccount>,
  nowMs: number,
): Promise<object> {
  const insert = env.DB.prepare(
    `insert into accounts (id, name, unlimited, markups, created_at) values (?, ?, ?, ?, ?)
     on conflict (name) do nothing returning *`,
  ).bind(accountId(), input.name, input.unlimited ? 1 : 0, JSON.stringify(input.markup), nowMs)
  const row = await answerOf(insert.first<AccountRow>())
  if (!row) throw new GatewayError('conflict', `There is an account named ${input.name} already`)
  return accountObject(row)
}

export async function listAccounts(env: Env, page: z.infer<typeof accountPage>): Promise<object> {
  const [accounts, total] = await answerOf(
    env.DB.batch<AccountRow & { total: number }>([
      env.DB.prepare('select * from accounts order by created_at desc, id limit ? offset ?').bind(
        page.limit,
        page.offset,
      ),
      env.DB.prepare('select count(*) as total from accounts'),
    ]),
  )
  return { data: accounts?.results.map(accountObject) ?? [], total_count: total?.results[0]?.total ?? 0 }
}

function accountObject(row: AccountRow): object {
  const markups: Markups = JSON.parse(row.markups)
  return {
    id: row.id,
    name: row.name,
    unlimited: row.unlimited === 1,
    markup: markups,
    balance: toUsd(row.balance_nanos),
    created_at: new Date(row.created_at).toISOString(),
  }
}
