import * as z from 'zod'
import { amountOf, choice, wholeNumber } from './arguments.ts'
import { runCommand, type Asked, type Options, type Report } from './command-line.ts'
import { WrongUsage } from './failure.ts'
import { findAccount } from './find-account.ts'
import { keyObject, keyTable, limitText, listKeys, pickKey } from './find-key.ts'
import { ask } from './management-client.ts'
import { localTime } from './table.ts'
import { shellWord } from './words.ts'

const help = `Keys: what your programs and your friends call the gateway with.

  npm run key -- list [--account <name>]
  npm run key -- create <name> [--limit <dollars> [--reset monthly]] …
  npm run key -- disable <key>
  npm run key -- enable <key>
  npm run key -- delete <key>

  <key>                      its name, its label, or at least 6 digits of its hash
  --account <name>           the account it belongs to; a new key's is else "default"
  --limit <dollars>          the most it may spend: 5, or 0.25
  --reset <period>           the limit starts anew daily, weekly or monthly, at 00:00 UTC
  --expires <when>           2030-01-31, which is 00:00 UTC, or 2030-01-31T18:00:00Z
  --requests-per-minute <n>
  --requests-per-day <n>
  --concurrent-requests <n>
  --models <patterns>        the models it may use: "anthropic/*,openai/gpt-5*"
  --zdr                      only with providers that keep nothing of what they are sent
  --url <address>            the gateway, or deployed; else SWITCHYARD_URL, else http://localhost:8787
  --json                     the API's JSON (with npm run --silent, nothing else)

The management key is MANAGEMENT_KEY, or the one that derives from what .switchyard/ keeps.`

async function list({ gateway, options }: Asked): Promise<Report> {
  const found = await listKeys(gateway, options['account'])
  if (found.keys.length > 0) return { json: { data: found.keys }, text: keyTable(found) }
  const where = options['account'] === undefined ? '' : ` --account ${shellWord(options['account'])}`
  return { json: { data: [] }, text: `No keys yet. Make one: npm run key -- create <name>${where}` }
}

async function create({ gateway, words: [name = ''], options }: Asked): Promise<Report> {
  const settings = settingsOf(options)
  const account = await findAccount(gateway, options['account'])
  const { json } = await ask(gateway, {
    method: 'POST',
    path: '/keys',
    body: { name, account: account.id, ...settings },
    answer: z.looseObject({ data: keyObject, key: z.string() }),
  })
  const { data, key } = json
  const bounds = [
    data.limit === null ? 'no limit of its own' : `may spend ${limitText(data)}`,
    ...(data.expires_at === null ? [] : [`expires ${localTime(data.expires_at)}`]),
    ...(options['models'] === undefined ? [] : [`may use ${options['models']}`]),
    ...(options['zdr'] === undefined ? [] : ['zero data retention']),
  ]
  const text = [
    `Key "${data.name}" of account "${account.name}": ${bounds.join(', ')}.`,
    '',
    `  Base URL  ${gateway.origin}/api/v1`,
    `  API key   ${key}`,
    '',
    'Copy the key now: it is not kept, and cannot be shown again.',
  ]
  return { json, text: text.join('\n') }
}

function settingsOf(options: Options): object {
  const { limit, expires } = options
  const reset = choice(options, 'reset', ['daily', 'weekly', 'monthly'])
  if (reset !== undefined && limit === undefined)
    throw new WrongUsage('--reset needs a --limit that it resets.')
  const instant =
    expires !== undefined && /^\d{4}-\d\d-\d\d$/.test(expires) ? `${expires}T00:00:00Z` : expires
  if (instant !== undefined && Date.parse(instant) <= Date.now())
    throw new WrongUsage(`--expires ${expires}: choose a time to come.`)
  return {
    limit: limit === undefined ? undefined : amountOf(limit, '--limit '),
    limit_reset: reset,
    expires_at: instant,
    requests_per_minute: wholeNumber(options, 'requests-per-minute'),
    requests_per_day: wholeNumber(options, 'requests-per-day'),
    concurrent_requests: wholeNumber(options, 'concurrent-requests'),
    routing: {
      allowed_models: options['models']?.split(',').map((pattern) => pattern.trim()),
      enforce_zdr: options['zdr'] === undefined ? undefined : true,
    },
  }
}

async function disable(asked: Asked): Promise<Report> {
  return await change(asked, { disabled: true }, 'disabled: what it asks is refused from now on')
}

async function enable(asked: Asked): Promise<Report> {
  return await change(asked, { disabled: false }, 'enabled again')
}

async function change(
  { gateway, words: [named = ''], options }: Asked,
  body: { disabled: boolean },
  now: string,
): Promise<Report> {
  const { hash } = pickKey(await listKeys(gateway, options['account']), named)
  const answer = z.looseObject({ data: keyObject })
  const { json } = await ask(gateway, { method: 'PATCH', path: `/keys/${hash}`, body, answer })
  return { json, text: `Key "${json.data.name}" (${json.data.label}) is ${now}.` }
}

async function remove({ gateway, words: [named = ''], options }: Asked): Promise<Report> {
  const { hash, name, label } = pickKey(await listKeys(gateway, options['account']), named)
  const answer = z.looseObject({ deleted: z.literal(true) })
  const { json } = await ask(gateway, { method: 'DELETE', path: `/keys/${hash}`, answer })
  return { json, text: `Key "${name}" (${label}) is deleted. What it did stays in the books.` }
}

const account = { account: 'value' } as const

await runCommand({
  name: 'key',
  help,
  verbs: {
    list: { options: account, run: list },
    create: {
      takes: ['a name'],
      options: {
        ...account,
        limit: 'value',
        reset: 'value',
        expires: 'value',
        'requests-per-minute': 'value',
        'requests-per-day': 'value',
        'concurrent-requests': 'value',
        models: 'value',
        zdr: 'flag',
      },
      run: create,
    },
    disable: { takes: ['a key'], options: account, run: disable },
    enable: { takes: ['a key'], options: account, run: enable },
    delete: { takes: ['a key'], options: account, run: remove },
  },
})
