import * as z from 'zod'
import { Failure } from './failure.ts'
import { ask, type Gateway } from './management-client.ts'
import { didYouMean, shellWord } from './words.ts'

const pageSize = 100
/** More than fits a table that somebody reads. */
const pagesMax = 100

export const accountObject = z.looseObject({
  id: z.string(),
  name: z.string(),
  unlimited: z.boolean(),
  markup: z.object({ default: z.string(), models: z.record(z.string(), z.string()) }),
  balance: z.number(),
  created_at: z.string(),
})

export type Account = z.infer<typeof accountObject>

/** Every account, newest first, the default one last. */
export async function listAccounts(gateway: Gateway): Promise<Account[]> {
  const answer = z.object({ data: z.array(accountObject), total_count: z.int() })
  const accounts: Account[] = []
  for (let page = 0; page < pagesMax; page++) {
    const query = { limit: pageSize, offset: accounts.length }
    const { json } = await ask(gateway, { path: '/accounts', query, answer })
    accounts.push(...json.data)
    if (json.data.length === 0 || accounts.length >= json.total_count) return accounts
  }
  throw new Failure(
    `${gateway.origin} has more accounts than this command reads (${pageSize * pagesMax}). Ask its API: GET /api/v1/accounts`,
  )
}

/** The account of that name or id; the default one where none is named. */
export async function findAccount(gateway: Gateway, named = 'default'): Promise<Account> {
  const accounts = await listAccounts(gateway)
  const account = accounts.find(({ id, name }) => id === named || name === named)
  if (account) return account
  const near = didYouMean(
    named,
    accounts.map(({ name }) => name),
  )
  throw new Failure(
    `There is no account ${JSON.stringify(named)}.${near || ` Make it: npm run account -- create ${shellWord(named)}`}`,
  )
}
