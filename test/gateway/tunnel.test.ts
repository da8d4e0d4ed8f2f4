import { env } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import { account } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole, at } from '../support/chat.ts'
import { headerOf, provider, refusingUrl, reply, replyJson } from '../support/provider.ts'

/** A model on somebody's own machine, behind a tunnel that asks for its own credentials. */
const tunnelHeaders = {
  'CF-Access-Client-Id': 'id-canary.access',
  'CF-Access-Client-Secret': 'secret-canary',
}
const behind = (baseUrl: string): Env => ({
  ...env,
  OLLAMA_BASE_URL: baseUrl,
  OLLAMA_HEADERS: JSON.stringify(tunnelHeaders),
})
const hello = { model: 'ollama/llama3.2', messages: [{ role: 'user', content: 'Hi' }] }

const unreachable =
  'OLLAMA_BASE_URL is an address of a private network, where a deployed gateway cannot reach it. ' +
  'Put a tunnel there and set its public address: see "A local model behind a deployed gateway" in docs/operating.md.'

const messageOf = (text: string): unknown => at(at(JSON.parse(text), 'error'), 'message')

test('the headers of a tunnel reach it, and no answer', async () => {
  const upstream = await provider(chatAnswer('from the cellar'))
  const { key } = await account(env)
  const { response, text } = await askWhole(behind(upstream.baseUrl), hello, { key })
  expect(response.status).toBe(200)
  expect(text).toContain('from the cellar')
  const [call] = await upstream.calls()
  expect(headerOf(call, 'cf-access-client-id')).toBe('id-canary.access')
  expect(headerOf(call, 'cf-access-client-secret')).toBe('secret-canary')
  expect(text + JSON.stringify([...response.headers])).not.toContain('canary')
})

test.for([
  ['its login page', reply(302, '', { location: 'https://team.cloudflareaccess.com/?canary' })],
  ['a refusal as a page', reply(403, '<html>canary</html>', { 'content-type': 'text/html' })],
  [
    'an error that repeats the headers',
    replyJson(500, { error: { message: JSON.stringify(tunnelHeaders) } }),
  ],
] as const)(
  'a tunnel that answers with %s is a failed provider, and its credentials are told nobody',
  async ([, steps]) => {
    const lines: string[] = []
    for (const method of ['info', 'error', 'log', 'warn'] as const) {
      vi.spyOn(console, method).mockImplementation((line: unknown) => void lines.push(String(line)))
    }
    const upstream = await provider([...steps])
    const { key } = await account(env)
    const { response, text } = await askWhole(behind(upstream.baseUrl), hello, { key })
    vi.restoreAllMocks()
    expect(response.status).toBe(503)
    expect(lines.join('\n')).toContain('"failed":"ollama ')
    expect(text + JSON.stringify([...response.headers]) + lines.join('\n')).not.toContain('canary')
  },
)

test('a tunnel that asks for a login is told apart from a model that fails', async () => {
  const upstream = await provider(reply(302, '', { location: 'https://team.cloudflareaccess.com/' }))
  const { key } = await account(env)
  const { text } = await askWhole(behind(upstream.baseUrl), hello, { key })
  expect(messageOf(text)).toBe(
    'No provider of this model answered. Ollama sends requests elsewhere, as a tunnel does that asks for a login. ' +
      'Check OLLAMA_HEADERS.',
  )
})

test('a private address is explained where the gateway is deployed, and only there', async () => {
  const { key } = await account(env)
  const deployed = await askWhole(behind(refusingUrl), hello, { key })
  expect([deployed.response.status, messageOf(deployed.text)]).toEqual([
    503,
    `No provider of this model answered. ${unreachable}`,
  ])
  expect(deployed.text).not.toContain('127.0.0.1')
  for (const origin of ['http://localhost:8787', 'http://192.168.1.5:8787']) {
    const { text } = await askWhole(behind(refusingUrl), hello, { key, origin })
    expect(messageOf(text)).toBe('No provider of this model answered. Try again later.')
  }
})

test('a model that answers with an error of its own was reached', async () => {
  const upstream = await provider(replyJson(500, { error: { message: 'out of memory' } }))
  const { key } = await account(env)
  const { text } = await askWhole(behind(upstream.baseUrl), hello, { key })
  expect(messageOf(text)).toBe('No provider of this model answered. Try again later.')
})
