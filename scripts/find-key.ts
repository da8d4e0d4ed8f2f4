import * as z from 'zod'
import { Failure } from './failure.ts'
import { findAccount, listAccounts, type Account } from './find-account.ts'
import { ask, type Gateway } from './management-client.ts'
import { dollars, localTime, table, type Column } from './table.ts'
import { didYouMean } from './words.ts'

/** The most keys a page of the API holds. */
const pageSize = 100
/** More than fits a table that somebody reads. */
const pagesMax = 100

export const keyObject = z.looseObject({
  hash: z.string(),
  name: z.string(),
  label: z.string(),
  disabled: z.boolean(),
  limit: z.number().nullable(),
  limit_remaining: z.number().nullable(),
  limit_reset: z.enum(['daily', 'weekly', 'monthly']).nullable(),
  usage: z.number(),
  expires_at: z.string().nullable(),
  workspace_id: z.string(),
})

export type Key = z.infer<typeof keyObject>

/** Keys, and the accounts they belong to. */
export interface Keys {
  keys: Key[]
  accounts: Account[]
}

/** The keys of the account that is named, or of all accounts. */
export async function listKeys(gateway: Gateway, named: string | undefined): Promise<Keys> {
  const accounts = named === undefined ? await listAccounts(gateway) : [await findAccount(gateway, named)]
  const keys = await Promise.all(accounts.map((account) => keysOf(gateway, account)))
  return { keys: keys.flat(), accounts }
}

async function keysOf(gateway: Gateway, account: Account): Promise<Key[]> {
  const answer = z.object({ data: z.array(keyObject) })
  const keys: Key[] = []
  for (let page = 0; page < pagesMax; page++) {
    const query = { account: account.id, include_disabled: 'true', offset: keys.length }
    const { json } = await ask(gateway, { path: '/keys', query, answer })
    keys.push(...json.data)
    if (json.data.length < pageSize) return keys
  }
  throw new Failure(
    `The account ${JSON.stringify(account.name)} has more keys than this command reads (${pageSize * pagesMax}). ` +
      'Ask the API: GET /api/v1/keys',
  )
}

/** The one key that a name, a label or the beginning of a hash means; a Failure where it is none or several. */
export function pickKey({ keys, accounts }: Keys, named: string): Key {
  const found = keys.filter(
    ({ hash, name, label }) => name === named || label === named || isHeadOf(named, hash),
  )
  const [key, another] = found
  if (key && !another) return key
  if (key) {
    const one = `Nothing was done. Name one of them by its hash:`
    throw new Failure(
      `${found.length} keys are called ${JSON.stringify(named)}. ${one}\n\n${keyTable({ keys: found, accounts })}`,
    )
  }
  const near = didYouMean(
    named,
    keys.map(({ name }) => name),
  )
  throw new Failure(`There is no key ${JSON.stringify(named)}.${near || ' See: npm run key -- list'}`)
}

/** Shorter ones are more likely a name than a hash. */
function isHeadOf(text: string, hash: string): boolean {
  return /^[0-9a-f]{6,64}$/.test(text) && hash.startsWith(text)
}

export function keyTable({ keys, accounts }: Keys): string {
  const names = new Map(accounts.map(({ id, name }) => [id, name]))
  const columns: Column<Key>[] = [
    { head: 'NAME', cell: ({ name }) => name },
    { head: 'HASH', cell: ({ hash }) => hash.slice(0, 8) },
    { head: 'LABEL', cell: ({ label }) => label },
    { head: 'ACCOUNT', cell: (key) => names.get(key.workspace_id) ?? key.workspace_id },
    { head: 'USED', align: 'right', cell: ({ usage }) => dollars(usage) },
    { head: 'LIMIT', align: 'right', cell: limitText },
    {
      head: 'LEFT',
      align: 'right',
      cell: ({ limit_remaining: left }) => (left === null ? '-' : dollars(left)),
    },
    { head: 'STATE', cell: stateOf, alarming: (key) => stateOf(key) !== 'active' },
    { head: 'EXPIRES', cell: (key) => (key.expires_at === null ? 'never' : localTime(key.expires_at)) },
  ]
  return table(columns, keys)
}

const periods = { daily: '/day', weekly: '/week', monthly: '/month' } as const

/** `$5.00/month`. */
export function limitText({ limit, limit_reset: reset }: Key): string {
  if (limit === null) return 'none'
  return dollars(limit) + (reset === null ? '' : periods[reset])
}

function stateOf(key: Key): 'disabled' | 'expired' | 'used up' | 'active' {
  if (key.disabled) return 'disabled'
  if (key.expires_at !== null && Date.parse(key.expires_at) <= Date.now()) return 'expired'
  return key.limit_remaining === 0 ? 'used up' : 'active'
}
