import * as z from 'zod'
import { Failure } from './failure.ts'
import type { Environment } from './surroundings.ts'
import { wrangler } from './wrangler.ts'

/** What the API said. A refusal may be the caller's business: a Worker that is not there yet, a limit. */
export type Answer = { ok: true; result: unknown } | { ok: false; code: number; message: string }

/** One account at Cloudflare, and the right to act there. */
export interface Cloudflare {
  accountId: string
  /** Makes wrangler act as the same person on the same account. */
  environment: Environment
  /** Calls the API below the account: `ask('GET', '/d1/database/switchyard')`. */
  ask: (method: Method, path: string, body?: object) => Promise<Answer>
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Who acts, where: what wrangler reads too. */
export const cloudflareVariables = [
  'CLOUDFLARE_ACCOUNT_ID',
  'CLOUDFLARE_API_BASE_URL',
  'CLOUDFLARE_API_KEY',
  'CLOUDFLARE_API_TOKEN',
  'CLOUDFLARE_EMAIL',
] as const

const timeoutMs = 30_000
const loginCommand = 'Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN, and run this again.'

/** The account to work in: the chosen one, or the only one there is. */
export async function openAccount(chosen: Environment, configured?: string): Promise<Cloudflare> {
  const base = chosen['CLOUDFLARE_API_BASE_URL'] ?? 'https://api.cloudflare.com/client/v4'
  const headers = await credentials(chosen)
  const call = (method: Method, path: string, body?: object) => request(base + path, method, headers, body)
  const accountId = chosen['CLOUDFLARE_ACCOUNT_ID'] ?? configured ?? (await onlyAccount(call))
  return {
    accountId,
    environment: { ...chosen, CLOUDFLARE_ACCOUNT_ID: accountId },
    ask: (method, path, body) => call(method, `/accounts/${accountId}${path}`, body),
  }
}

/** The result of a call that nothing forbids. */
export function resultOf<T>(answer: Answer, schema: z.ZodType<T>): T {
  if (!answer.ok) throw new Failure(`Cloudflare refused: ${answer.message} (code ${answer.code})`)
  return schema.parse(answer.result)
}

/** The permission that wrangler lacked, if that is what its output says. */
export function explainRefusal(output: string): string | undefined {
  const path = /\(?(\/accounts\/\S+)\)? failed/.exec(output)?.[1]
  const denied = /\[code: (?:10000|9109)\]|\b403\b/.test(output)
  return path !== undefined && denied ? lacking(path) : undefined
}

async function credentials(chosen: Environment): Promise<Record<string, string>> {
  const token = chosen['CLOUDFLARE_API_TOKEN']
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  // Wrangler keeps the login of `wrangler login`, and renews it.
  const { ok, output } = await wrangler(['auth', 'token', '--json'], chosen)
  const found = credentialsReply.safeParse(jsonIn(output))
  if (!ok || !found.success) throw new Failure(`You are not logged in to Cloudflare. ${loginCommand}`)
  if (found.data.type === 'api_key') return { 'x-auth-key': found.data.key, 'x-auth-email': found.data.email }
  return { authorization: `Bearer ${found.data.token}` }
}

const credentialsReply = z.discriminatedUnion('type', [
  z.object({ type: z.literal('api_key'), key: z.string(), email: z.string() }),
  z.object({ type: z.enum(['api_token', 'oauth']), token: z.string() }),
])

const accountsReply = z.array(z.object({ id: z.string(), name: z.string() }))

async function onlyAccount(call: (method: Method, path: string) => Promise<Answer>): Promise<string> {
  const accounts = resultOf(await call('GET', '/accounts?per_page=50'), accountsReply)
  const [account, other] = accounts
  if (account === undefined) {
    throw new Failure(
      'This login reaches no account at Cloudflare. Set CLOUDFLARE_ACCOUNT_ID, or use another login.',
    )
  }
  if (other === undefined) return account.id
  const list = accounts.map(({ id, name }) => `  ${id}  ${name}`).join('\n')
  throw new Failure(
    `This login reaches several accounts. Choose one with CLOUDFLARE_ACCOUNT_ID, in .env.production for instance:\n${list}`,
  )
}

const envelope = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })).nullish(),
  result: z.unknown().optional(),
})

async function request(
  url: string,
  method: Method,
  headers: Record<string, string>,
  body?: object,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? (error.cause ?? error) : error
    throw new Failure(
      `Cloudflare does not answer at ${new URL(url).origin}. Is this machine online? (${String(reason)})`,
    )
  })
  const reply = envelope.safeParse(jsonIn(await response.text()))
  if (!reply.success)
    throw new Failure(
      `Cloudflare answered ${response.status} to ${method} ${new URL(url).pathname}. Try again.`,
    )
  if (reply.data.success) return { ok: true, result: reply.data.result }
  const { code, message } = reply.data.errors?.[0] ?? { code: response.status, message: 'no reason given' }
  if (/invalid (access|api) token|invalid request headers|invalid format for authorization/i.test(message)) {
    throw new Failure(`Cloudflare does not accept this login: ${message}. ${loginCommand}`)
  }
  if (response.status === 401 || response.status === 403) throw new Failure(lacking(url))
  return { ok: false, code, message }
}

/** By what the path holds, the permission that calls of it need. */
const permissions: [RegExp, string][] = [
  [/\/d1\//, 'D1: Edit'],
  [/\/storage\/kv\//, 'Workers KV Storage: Edit'],
  [/\/workers\//, 'Workers Scripts: Edit'],
  [/\/accounts\b/, 'Account Settings: Read'],
]

function lacking(path: string): string {
  const permission = permissions.find(([pattern]) => pattern.test(path))?.[1] ?? 'Workers Scripts: Edit'
  return (
    `The API token lacks the permission "${permission}". Add it at https://dash.cloudflare.com/profile/api-tokens ` +
    '(or run `npx wrangler login` again), and run this again.'
  )
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(/\{[\s\S]*\}/.exec(text)?.[0] ?? '')
  } catch {
    return undefined
  }
}
