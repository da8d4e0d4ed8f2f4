import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { formatUsd } from '../src/base/money.ts'
import { amountOf, choice } from './arguments.ts'
import { runCommand, type Asked, type Report } from './command-line.ts'
import { Failure } from './failure.ts'
import { findAccount } from './find-account.ts'
import { ask, NoAnswer } from './management-client.ts'
import { dollars, facts, nanosOf } from './table.ts'

const kinds = ['purchase', 'grant', 'correction'] as const

const help = `Credit: what an account may spend, in dollars.

  npm run credit -- show [--account <name>]
  npm run credit -- add <dollars> [--account <name>]
  npm run credit -- take <dollars> [--account <name>]

  --account <name>    whose credit, instead of that of the account "default"
  --kind <kind>       ${kinds.join(', ')}; else grant for add, and correction for take
  --note <text>       kept with it
  --reference <text>  a name of your own: what has one is added once, however often it is asked for
  --url <address>     the gateway, or deployed; else SWITCHYARD_URL, else http://localhost:8787
  --json              the API's JSON (with npm run --silent, nothing else)

The management key is MANAGEMENT_KEY, or the one that derives from what .switchyard/ keeps.`

const creditsAnswer = z.looseObject({
  data: z.looseObject({ total_credits: z.number(), total_usage: z.number() }),
})

async function show({ gateway, options }: Asked): Promise<Report> {
  const account = await findAccount(gateway, options['account'])
  const query = { account: account.id }
  const { json } = await ask(gateway, { path: '/credits', query, answer: creditsAnswer })
  const { total_credits: credits, total_usage: usage } = json.data
  const text = facts([
    ['Account', account.name],
    ['Given', dollars(credits)],
    ['Used', dollars(usage)],
    [
      'Balance',
      `${formatUsd(nanosOf(credits) - nanosOf(usage))}${account.unlimited ? ', and it may go below' : ''}`,
    ],
  ])
  return { json, text }
}

async function add(asked: Asked): Promise<Report> {
  const amount = amountOf(asked.words[0])
  return await credit(asked, { amount, kind: 'grant' })
}

async function take(asked: Asked): Promise<Report> {
  const amount = amountOf(asked.words[0])
  return await credit(asked, { amount: `-${amount}`, kind: 'correction' })
}

const creditAnswer = z.looseObject({
  data: z.looseObject({ reference: z.string(), amount: z.number(), balance: z.number() }),
})

async function credit(
  { gateway, options }: Asked,
  { amount, kind }: { amount: string; kind: string },
): Promise<Report> {
  const { reference = `cli-${randomUUID()}`, note } = options
  const fields = { amount, kind: choice(options, 'kind', kinds) ?? kind, reference, note }
  const account = await findAccount(gateway, options['account'])
  const { status, json } = await ask(gateway, {
    method: 'POST',
    path: '/credits',
    body: { ...fields, account: account.id },
    answer: creditAnswer,
  }).catch((error: unknown) => {
    if (!(error instanceof NoAnswer)) throw error
    // Whether it was done is not known; by its reference it is done once.
    throw new Failure(
      `${error.message}\nThen repeat the command with --reference ${reference}, which cannot count twice.`,
    )
  })
  const { amount: moved, balance } = json.data
  const verb = moved < 0 ? `Took ${dollars(-moved)} from` : `Added ${dollars(moved)} to`
  const text =
    status === 201
      ? `${verb} account "${account.name}". Its balance is ${dollars(balance)}.`
      : `Nothing changed: ${reference} was asked for before, and left a balance of ${dollars(balance)}.`
  return { json, text }
}

const options = { account: 'value', kind: 'value', note: 'value', reference: 'value' } as const

await runCommand({
  name: 'credit',
  help,
  verbs: {
    show: { options: { account: 'value' }, run: show },
    add: { takes: ['an amount of dollars'], options, run: add },
    take: { takes: ['an amount of dollars'], options, run: take },
  },
})
