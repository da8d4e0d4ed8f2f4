import * as z from 'zod/mini'
import { GatewayError } from '../base/errors.ts'
import { accountId, defaultAccountId } from '../base/ids.ts'
import { toUsd } from '../base/money.ts'
import { answerOf } from '../base/sql.ts'
import type { Env } from '../env.ts'
import { ledger } from '../ledger/client.ts'
import type { AccountSettings, Markups } from '../ledger/contract.ts'
import type { RoutingSettings } from '../generation/routing.ts'
import { line, offset, pageSize } from './fields.ts'
import { markup } from './markup.ts'
import { routing, routingObject } from './routing-settings.ts'

/** A row of the table `accounts`. */
interface AccountRow {
  id: string
  name: string
  unlimited: number
  markups: string
  /** JSON: RoutingSettings. */
  routing: string
  version: number
  balance_nanos: number
  created_at: number
}

export const newAccount = z.strictObject({
  // A name shaped like an id could be taken for another account's.
  name: line(100).check(z.regex(/^(?![0-9a-f]{16}$)/, 'must not look like the id of an account')),
  unlimited: z._default(z.boolean(), false),
  markup: z._default(markup, { default: '1', models: {} }),
  routing: z._default(routing, '{}'),
})

export const accountChange = z.partial(z.strictObject({ unlimited: z.boolean(), markup, routing }))

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
    `insert into accounts (id, name, unlimited, markups, routing, created_at) values (?, ?, ?, ?, ?, ?)
     on conflict (name) do nothing returning *`,
  ).bind(accountId(), input.name, Number(input.unlimited), JSON.stringify(input.markup), input.routing, nowMs)
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

/** Changes an account in D1 and then in its object, which decides: when the reply is sent the change holds. */
export async function changeAccount(
  env: Env,
  id: string,
  change: z.infer<typeof accountChange>,
): Promise<object> {
  const account = ledger(env, id)
  // A D1 that was set back to an older copy would take the change on top of what the account was then.
  await account.reconcile()
  const update = env.DB.prepare(
    `update accounts set unlimited = coalesce(?2, unlimited), markups = coalesce(?3, markups),
       routing = coalesce(?4, routing), version = version + 1
     where id = ?1 returning *`,
  ).bind(
    id,
    change.unlimited === undefined ? null : Number(change.unlimited),
    change.markup === undefined ? null : JSON.stringify(change.markup),
    change.routing ?? null,
  )
  const row = await answerOf(update.first<AccountRow>())
  if (!row) throw new GatewayError('not_found', `There is no account with the id ${id}`)
  await account.putAccount(settingsOf(row))
  return accountObject(row)
}

function settingsOf(row: AccountRow): AccountSettings {
  const markups: Markups = JSON.parse(row.markups)
  const settings: RoutingSettings = JSON.parse(row.routing)
  return { unlimited: row.unlimited === 1, markups, routing: settings, version: row.version }
}

function accountObject(row: AccountRow): object {
  const markups: Markups = JSON.parse(row.markups)
  return {
    id: row.id,
    name: row.name,
    unlimited: row.unlimited === 1,
    markup: markups,
    routing: routingObject(row.routing),
    balance: toUsd(row.balance_nanos),
    created_at: new Date(row.created_at).toISOString(),
  }
}
