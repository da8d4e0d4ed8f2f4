import * as z from 'zod'
import { formatUsd } from '../src/base/money.ts'
import { runCommand, type Asked, type Report } from './command-line.ts'
import { findAccount } from './find-account.ts'
import { ask } from './management-client.ts'
import { dollars, facts, localTime, nanosOf, table, type Column } from './table.ts'

const help = `Status: which providers are live, what is left, and what was asked last.

  npm run status -- [--account <name>]

  --account <name>  whose balance and requests, instead of those of the account "default"
  --url <address>   the gateway, or deployed; else SWITCHYARD_URL, else http://localhost:8787
  --json            the API's JSON (with npm run --silent, nothing else)

The management key is MANAGEMENT_KEY, or the one that derives from what .switchyard/ keeps.`

const answers = {
  providers: z.looseObject({ data: z.array(z.looseObject({ name: z.string(), slug: z.string() })) }),
  models: z.looseObject({ data: z.looseObject({ count: z.int() }) }),
  credits: z.looseObject({ data: z.looseObject({ total_credits: z.number(), total_usage: z.number() }) }),
  activity: z.looseObject({
    data: z.array(z.looseObject({ requests: z.int(), usage: z.number(), wasted_cost: z.number() })),
  }),
  generations: z.looseObject({
    data: z.array(
      z.looseObject({
        created_at: z.string(),
        model: z.string(),
        provider_name: z.string().nullable(),
        status: z.int(),
        tokens_prompt: z.int(),
        tokens_completion: z.int(),
        total_cost: z.number(),
        latency: z.number(),
        attempts: z.array(
          z.looseObject({ provider: z.string(), status: z.int().nullable(), error: z.string().nullable() }),
        ),
      }),
    ),
  }),
}

async function show({ gateway, options }: Asked): Promise<Report> {
  const account = await findAccount(gateway, options['account'])
  const query = { account: account.id }
  const [providers, models, credits, activity, generations] = await Promise.all([
    ask(gateway, { path: '/providers', answer: answers.providers }).then(({ json }) => json.data),
    ask(gateway, { path: '/models/count', answer: answers.models }).then(({ json }) => json.data),
    ask(gateway, { path: '/credits', query, answer: answers.credits }).then(({ json }) => json.data),
    ask(gateway, { path: '/activity', query: { ...query, date: 'today' }, answer: answers.activity }).then(
      ({ json }) => json.data,
    ),
    ask(gateway, { path: '/generations', query: { ...query, limit: 100 }, answer: answers.generations }).then(
      ({ json }) => json.data,
    ),
  ])
  const sumOf = (amount: (row: Activity) => number) => activity.reduce((sum, row) => sum + amount(row), 0)
  const spent = sumOf(({ usage }) => nanosOf(usage))
  const wasted = sumOf((row) => nanosOf(row.wasted_cost))
  const requests = sumOf((row) => row.requests)
  const balance = nanosOf(credits.total_credits) - nanosOf(credits.total_usage)
  const text = [
    facts([
      ['Gateway', `${gateway.origin}/api/v1`],
      ['Providers', `${providers.map(({ name }) => name).join(', ')}: ${counted(models.count, 'model')}`],
      ['Account', account.name],
      ['Balance', account.unlimited ? `${formatUsd(balance)}, and it may go below` : formatUsd(balance)],
      ['Today', `${formatUsd(spent)} in ${counted(requests, 'request')} since 00:00 UTC`],
      ...(wasted > 0
        ? [['Wasted', `${formatUsd(wasted)} that providers charge you for failed attempts`] as const]
        : []),
      ...failures(generations).map((failure) => ['Failing', failure] as const),
    ]),
    '',
    generations.length === 0 ? 'No requests yet.' : table(columns, generations.slice(0, 10)),
  ]
  if (providers.every(({ slug }) => slug === 'simulator')) text.push('', simulatorOnly)
  return { json: { providers, models, account, credits, activity, generations }, text: text.join('\n') }
}

const simulatorOnly =
  'Only the built-in simulator answers. Set a key such as OPENAI_API_KEY where the gateway runs to have real models.'

type Activity = z.infer<typeof answers.activity>['data'][number]

type Generation = z.infer<typeof answers.generations>['data'][number]

const columns: Column<Generation>[] = [
  { head: 'WHEN', cell: (generation) => localTime(generation.created_at) },
  { head: 'MODEL', cell: ({ model }) => model },
  { head: 'PROVIDER', cell: (generation) => generation.provider_name ?? '-' },
  {
    head: 'STATUS',
    align: 'right',
    cell: ({ status }) => String(status),
    alarming: ({ status }) => status >= 400,
  },
  { head: 'IN', align: 'right', cell: (generation) => String(generation.tokens_prompt) },
  { head: 'OUT', align: 'right', cell: (generation) => String(generation.tokens_completion) },
  { head: 'COST', align: 'right', cell: (generation) => dollars(generation.total_cost) },
  { head: 'TIME', align: 'right', cell: ({ latency }) => duration(latency) },
]

/** Of who was not asked, or had no part in it. */
const blamelessErrors = new Set<string | null>([null, 'not_translated', 'gateway_bug', 'region_refused'])
/** Of a provider that refuses the operator's key, or is not paid. */
const credentialStatuses = new Set([401, 402])

/** Which providers failed lately, and how. */
function failures(generations: readonly Generation[]): string[] {
  const failed = generations.flatMap(({ attempts }) =>
    attempts.filter(({ error }) => !blamelessErrors.has(error)),
  )
  return [...Map.groupBy(failed, ({ provider }) => provider)].map(([provider, attempts]) => {
    const reasons = new Set(attempts.map(({ status, error }) => String(status ?? error)))
    const times = `${counted(attempts.length, 'time')} in the last ${counted(generations.length, 'request')}`
    const told = `${provider}, ${times}: ${[...reasons].toSorted().join(', ')}`
    const isKey = attempts.some(({ status }) => credentialStatuses.has(status ?? 0))
    return isKey ? `${told}. It refuses its key, or its bill is unpaid` : told
  })
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

await runCommand({ name: 'status', help, verbs: { show: { options: { account: 'value' }, run: show } } })
