import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defaultAccountId } from '../../src/base/ids.ts'
import { rootKeys } from '../../src/base/key-text.ts'
import type { Env } from '../../src/env.ts'
import { account, manage, type TestAccount } from '../support/account.ts'
import { books } from '../support/books.ts'
import { completion, delta, finish, sse, usage } from '../support/chat-chunks.ts'
import { askWhole } from '../support/chat.ts'
import { ledgerWith } from '../support/ledger-with.ts'
import {
  provider,
  raw,
  refusingUrl,
  reply,
  replyJson,
  reset,
  send,
  silence,
  streaming,
} from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

/** Words that are put in at one place each, and then looked for everywhere else. */
const canaries = {
  prompt: 'canary-of-the-prompt',
  completion: 'canary-of-the-completion',
  reasoning: 'canary-of-the-reasoning',
  toolArguments: 'canary-of-the-tool-arguments',
  toolDescription: 'canary-of-the-tool-description',
  upstreamError: 'canary-of-the-upstream-error',
  upstreamHeader: 'canary-of-the-upstream-header',
  providerKey: 'sk-canary-of-the-provider-key',
  requestHeader: 'canary-of-a-request-header',
}

const logged: string[] = []

beforeEach(() => {
  logged.length = 0
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
    vi.spyOn(console, method).mockImplementation((...words: unknown[]) => {
      logged.push(words.map(written).join(' '))
    })
  }
})

afterEach(() => {
  vi.restoreAllMocks()
})

const request = {
  model: 'openai/gpt-4o-mini',
  messages: [
    { role: 'system', content: `Be brief. ${canaries.prompt}` },
    { role: 'user', content: [{ type: 'text', text: canaries.prompt }] },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'look', description: canaries.toolDescription, parameters: { type: 'object' } },
    },
  ],
}

const answer = [
  delta({ reasoning_content: canaries.reasoning }),
  delta(canaries.completion),
  delta({
    tool_calls: [
      {
        index: 0,
        id: 'call_1',
        type: 'function',
        function: { name: 'look', arguments: `{"q":"${canaries.toolArguments}` },
      },
    ],
  }),
]
const headers = { 'set-cookie': canaries.upstreamHeader, 'x-request-id': canaries.upstreamHeader }
/** A code that is one word is kept and told; a sentence in its place is not. */
const refusalBody = {
  error: {
    message: `${canaries.upstreamError} at /srv/app.js:1`,
    code: `Refused: ${canaries.upstreamError}`,
    type: `Refused: ${canaries.upstreamError}`,
  },
}

/** What a provider does; in the second column, whether any of the answer may reach the client. */
const plays: [string, 'answers' | 'refuses', Step[]][] = [
  ['answers', 'answers', streaming(send(sse([...answer, finish('tool_calls'), usage(9, 9), '[DONE]'])))],
  ['answers whole', 'answers', replyJson(200, completion(canaries.completion), headers)],
  ['resets in mid-stream', 'answers', streaming(send(sse(answer)), reset)],
  ['falls silent', 'answers', streaming(send(sse(answer)), silence)],
  ['reports an error in mid-stream', 'answers', streaming(send(sse([...answer, refusalBody])))],
  [
    'sends no JSON',
    'answers',
    streaming(send(sse([...answer, ...Array.from({ length: 5 }, () => `{${canaries.upstreamError}`)]))),
  ],
  [
    'sends nothing but no JSON',
    'refuses',
    streaming(send(sse(Array.from({ length: 5 }, () => `{${canaries.upstreamError}`)))),
  ],
  ['refuses with 400', 'refuses', replyJson(400, refusalBody, headers)],
  [
    'refuses with 401',
    'refuses',
    replyJson(401, { error: { message: `Incorrect API key: ${canaries.providerKey}` } }, headers),
  ],
  ['refuses with 429', 'refuses', replyJson(429, refusalBody, { ...headers, 'retry-after': '2' })],
  ['refuses with 500', 'refuses', replyJson(500, refusalBody, headers)],
  [
    'answers with HTML',
    'refuses',
    reply(200, `<h1>${canaries.upstreamError}</h1>`, { 'content-type': 'text/html', ...headers }),
  ],
  ['answers with an error in JSON', 'refuses', replyJson(200, refusalBody, headers)],
  [
    'redirects',
    'refuses',
    replyJson(302, refusalBody, { ...headers, location: `https://example.com/${canaries.upstreamHeader}` }),
  ],
  ['breaks the protocol', 'refuses', [raw(`HTTP/9 ${canaries.upstreamError}\r\n\r\n`)]],
]

test.for(plays)(
  'a provider that %s: no word of it is kept, and none is told that should not be',
  async ([, outcome, steps]) => {
    const payer = await account(env)
    for (const stream of [true, false]) {
      const upstream = await provider(steps)
      const { response, text } = await askWhole(
        openai(upstream.baseUrl),
        { ...request, stream },
        { key: payer.key, headers: { 'x-title': 'App', 'x-private': canaries.requestHeader } },
      )
      const { completion: said, reasoning, toolArguments, ...never } = canaries
      expectNone(text, outcome === 'answers' ? never : { ...never, said, reasoning, toolArguments })
      expectNone(JSON.stringify([...response.headers]), canaries)
      expect(text.includes(said)).toBe(outcome === 'answers')
      expect(JSON.stringify(await upstream.calls())).toContain(canaries.prompt)
      expect(text).not.toMatch(/\/srv|node_modules|\.ts:\d/)
      expect(text).not.toContain(payer.key)
    }
    await expectNothingKept(payer)
  },
)

test('a request that is refused: no word of it is kept or repeated', async () => {
  const payer = await account(env, { credit: 0.0001, key: { requests_per_minute: 30 } })
  const gateway = openai(refusingUrl)
  const bodies: unknown[] = [
    `{"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": "${canaries.prompt}`,
    `{"messages": ${canaries.prompt}}`,
    { ...request, messages: [{ role: 'user', content: { text: canaries.prompt } }] },
    { ...request, messages: [] },
    { ...request, messages: [{ role: 'user', content: [{ type: canaries.prompt }] }] },
    { ...request, temperature: canaries.prompt },
    {
      ...request,
      tools: [{ type: 'function', function: { name: 7, description: canaries.toolDescription } }],
    },
    { ...request, max_tokens: 16_000 },
    { ...request, max_tokens: 99_999 },
    { ...request, plugins: [{ id: canaries.prompt }] },
    { ...request, max_tokens: 1 },
  ]
  for (const body of bodies) {
    const { response, text } = await askWhole(gateway, body, { key: payer.key })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expectNone(text, canaries)
    expect(text).not.toContain(payer.key)
  }
  for (const key of [
    undefined,
    canaries.requestHeader,
    `${payer.key.slice(0, -1)}x`,
    `${payer.key.slice(0, -4)}0000`,
  ]) {
    const { response, text } = await askWhole(gateway, request, key === undefined ? {} : { key })
    expect(response.status).toBe(401)
    expectNone(text, canaries)
    expect(text).not.toContain(payer.key.slice(9, -4))
  }
  await expectNothingKept(payer)
})

test('an object or a D1 that fails: no word of the request is in the answer or the log', async () => {
  const payer = await account(env)
  for (const method of ['admit', 'beat', 'standing']) {
    const gateway = { ...openai(refusingUrl), LEDGER: ledgerWith(() => ({ [method]: broken })) }
    const { text } = await askWhole(gateway, request, { key: payer.key })
    expectNone(text, canaries)
  }
  await expectNothingKept(payer)
})

test("a key's text is told once, where it is made", async () => {
  const payer = await account(env)
  const { management } = await rootKeys(env.MASTER_KEY)
  const paths = [
    '/keys',
    `/keys?account=${payer.id}`,
    `/keys/${payer.hash}`,
    '/accounts',
    `/credits?account=${payer.id}`,
  ]
  for (const path of paths) {
    const told = JSON.stringify(await manage(env, 'GET', path))
    for (const key of [payer.key, management]) expect(told).not.toContain(key)
    expect(told).not.toContain(payer.key.slice(12, -3))
  }
  const own = await askWhole(env, undefined, { key: payer.key, method: 'GET', path: '/api/v1/key' })
  expect(own.text).not.toContain(payer.key)
  await expectNothingKept(payer)
})

async function broken(): Promise<never> {
  return await Promise.reject(new Error(`no storage: ${canaries.upstreamError}`))
}

function openai(baseUrl: string): Env {
  return {
    ...env,
    OPENAI_API_KEY: canaries.providerKey,
    OPENAI_BASE_URL: baseUrl,
    LIMITS: JSON.stringify({ stallTimeoutMs: 100, beatMs: 20 }),
  }
}

/** Looks through the log, D1, the objects' storage and what the other routes tell. */
async function expectNothingKept(payer: TestAccount): Promise<void> {
  await books(env, payer.id)
  const told = await Promise.all(
    [`/generations?account=${payer.id}`, `/activity?account=${payer.id}`, `/keys?account=${payer.id}`].map(
      (path) => manage(env, 'GET', path),
    ),
  )
  const { inference, management } = await rootKeys(env.MASTER_KEY)
  const places = {
    log: logged.join('\n'),
    d1: JSON.stringify(await tablesOfD1()),
    object: JSON.stringify(await tablesOfObject(payer.id)),
    'the default object': JSON.stringify(await tablesOfObject(defaultAccountId)),
    'other routes': JSON.stringify(told),
  }
  expect(places.d1).toContain(payer.hash)
  expect(places.object).toContain(payer.hash)
  for (const [place, text] of Object.entries(places)) {
    expectNone(text, { ...canaries, key: payer.key, inference, management, masterKey: env.MASTER_KEY }, place)
  }
}

function expectNone(text: string, words: Record<string, string>, place = 'the answer'): void {
  const found = Object.entries(words).flatMap(([name, word]) =>
    text.includes(word) ? [`${name} in ${place}`] : [],
  )
  expect(found).toEqual([])
}

async function tablesOfD1(): Promise<unknown[]> {
  const tables = await env.DB.prepare(
    "select name from sqlite_schema where type = 'table' and name not like '\\_cf%' escape '\\'",
  ).all<{ name: string }>()
  expect(tables.results.length).toBeGreaterThanOrEqual(4)
  return await Promise.all(
    tables.results.map(async ({ name }) => (await env.DB.prepare(`select * from ${name}`).all()).results),
  )
}

async function tablesOfObject(accountId: string): Promise<unknown[]> {
  return await runInDurableObject(env.LEDGER.getByName(accountId), async (_, { storage }) => {
    const tables = storage.sql.exec<{ name: string }>(
      "select name from sqlite_schema where type = 'table' and name not like '\\_cf%' escape '\\'",
    )
    const rows = tables.toArray().map(({ name }) => storage.sql.exec(`select * from ${name}`).toArray())
    return [...rows, [...(await storage.list())]]
  })
}

/** As a log shows it: an error with its message, its stack and its cause. */
function written(word: unknown): string {
  if (word instanceof Error) return `${word.message} ${word.stack ?? ''} ${written(word.cause)}`
  return typeof word === 'string' ? word : (JSON.stringify(word) ?? '')
}
