import * as z from 'zod'
import { runCommand, type Asked, type Report } from './command-line.ts'
import { accountObject, listAccounts, type Account } from './find-account.ts'
import { ask } from './management-client.ts'
import { dollars, localTime, table, type Column } from './table.ts'
import { shellWord } from './words.ts'

const help = `Accounts: each has its own balance and its own keys.

  npm run account -- list
  npm run account -- create <name> [--markup <factor>] [--unlimited]

  --markup <factor>  what its answers cost, as a factor on the provider's price: 1.05, or 21/20
  --unlimited        answers are counted, and need no credit
  --url <address>    the gateway, or deployed; else SWITCHYARD_URL, else http://localhost:8787
  --json             the API's JSON (with npm run --silent, nothing else)

The management key is MANAGEMENT_KEY, or the one that derives from what .switchyard/ keeps.`

async function list({ gateway }: Asked): Promise<Report> {
  const accounts = await listAccounts(gateway)
  return { json: { data: accounts }, text: table(columns, accounts) }
}

const columns: Column<Account>[] = [
  { head: 'NAME', cell: ({ name }) => name },
  { head: 'ID', cell: ({ id }) => id },
  {
    head: 'BALANCE',
    align: 'right',
    cell: ({ balance }) => dollars(balance),
    alarming: ({ balance, unlimited }) => balance <= 0 && !unlimited,
  },
  { head: 'MARKUP', align: 'right', cell: markupText },
  { head: 'CREDIT', cell: ({ unlimited }) => (unlimited ? 'unlimited' : 'prepaid') },
  { head: 'MADE', cell: (account) => localTime(account.created_at) },
]

function markupText({ markup }: Account): string {
  const others = Object.keys(markup.models).length
  return others === 0 ? markup.default : `${markup.default}, ${others} by model`
}

async function create({ gateway, words: [name = ''], options }: Asked): Promise<Report> {
  const body = {
    name,
    ...(options['markup'] !== undefined && { markup: options['markup'] }),
    ...(options['unlimited'] !== undefined && { unlimited: true }),
  }
  const answer = z.looseObject({ data: accountObject })
  const { json } = await ask(gateway, { method: 'POST', path: '/accounts', body, answer })
  const text = [
    `Account ${JSON.stringify(name)} is made. Next, give it credit and a key:`,
    '',
    ...(json.data.unlimited ? [] : [`  npm run credit -- add 5 --account ${shellWord(name)}`]),
    `  npm run key -- create <name> --account ${shellWord(name)}`,
  ]
  return { json, text: text.join('\n') }
}

await runCommand({
  name: 'account',
  help,
  verbs: {
    list: { run: list },
    create: { takes: ['a name'], options: { markup: 'value', unlimited: 'flag' }, run: create },
  },
})
