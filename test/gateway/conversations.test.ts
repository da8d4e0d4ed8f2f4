import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { account, type TestAccount } from '../support/account.ts'
import { messageEnd, messageStart, messageStream, text } from '../support/anthropic-events.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole } from '../support/chat.ts'
import { provider } from '../support/provider.ts'

/** Where conversations go on: which turn is served by whom. */

let chatty: TestAccount
beforeAll(async () => {
  vi.spyOn(console, 'info').mockReturnValue()
  chatty = await account(env, { account: { routing: null } })
})

type Ask = (request: JsonObject) => Promise<{ provider: string; model: string; usage: JsonObject }>

function asking(settings: object, key: string, common: JsonObject): Ask {
  return async (request) => {
    const { response, text: body } = await askWhole(
      { ...env, ...settings },
      { ...common, ...request },
      { key },
    )
    expect([response.status, body]).toEqual([200, expect.any(String)])
    return JSON.parse(body)
  }
}

/** DeepInfra sells Kimi K2.5 for $0.45 and $2.25, Novita for $0.60 and $3. The plan has room for one of them. */
async function twoHosts(key: string): Promise<Ask> {
  const { baseUrl } = await provider(chatAnswer('Hi'))
  const settings = {
    DEEPINFRA_API_KEY: 'k',
    DEEPINFRA_BASE_URL: baseUrl,
    NOVITA_API_KEY: 'k',
    NOVITA_BASE_URL: baseUrl,
    LIMITS: JSON.stringify({ attemptsMax: 1 }),
  }
  const messages = [{ role: 'user', content: 'Hello' }]
  return asking(settings, key, { model: 'moonshotai/kimi-k2.5', messages, session_id: crypto.randomUUID() })
}

describe('where an endpoint costs more than those that would be tried', () => {
  beforeEach(() => {
    // The cheaper one is always drawn.
    const draw = vi.spyOn(Math, 'random').mockReturnValue(0)
    onTestFinished(() => draw.mockRestore())
  })

  test('[R128] a conversation stays there, and the hold is raised', async () => {
    const ask = await twoHosts(chatty.key)
    expect(await ask({})).toMatchObject({ provider: 'DeepInfra' })
    expect(await ask({ provider: { only: ['novita'] } })).toMatchObject({ provider: 'Novita' })
    expect(await ask({})).toMatchObject({ provider: 'Novita' })
    expect(await chatty.heldNanos()).toBe(0)
  })

  test('a conversation that has no money for it goes elsewhere', async () => {
    const poor = await account(env, { credit: 0.0026, account: { routing: null } })
    const ask = await twoHosts(poor.key)
    const little = { provider: { only: ['novita'] }, max_tokens: 100 }
    expect(await ask(little)).toMatchObject({ provider: 'Novita' })
    expect(await ask({})).toMatchObject({ provider: 'DeepInfra' })
    expect(await poor.heldNanos()).toBe(0)
  })
})

/** Asks the auto router in one conversation, and tells which model answers. */
async function conversation() {
  const anthropic = await provider(
    messageStream(messageStart(), ...text(0, 'Well.'), ...messageEnd('end_turn')),
  )
  const openrouter = await provider(chatAnswer('Well.'))
  const settings = {
    ANTHROPIC_API_KEY: 'k',
    ANTHROPIC_BASE_URL: anthropic.baseUrl,
    OPENROUTER_API_KEY: 'k',
    OPENROUTER_BASE_URL: openrouter.baseUrl,
  }
  const ask = asking(settings, chatty.key, { model: 'openrouter/auto', session_id: crypto.randomUUID() })
  return async (content: string, allowed: string[], preferences: JsonObject = {}) => {
    const plugins = [{ id: 'auto-router', allowed_models: allowed }]
    return (await ask({ messages: [{ role: 'user', content }], plugins, provider: preferences })).model
  }
}

describe('[R128] what a router chose', () => {
  const hard = 'Prove that the square root of two is irrational.'
  const easy = 'What is the capital of Mongolia?'
  const [haiku, sonnet, opus] = [
    'anthropic/claude-haiku-5.5',
    'anthropic/claude-sonnet-5.5',
    'anthropic/claude-opus-5.5',
  ]

  test('answers the whole conversation, while it is among the choices', async () => {
    const served = await conversation()
    expect(await served(hard, [haiku, sonnet, opus])).toBe(sonnet)
    expect(await served(easy, [haiku, sonnet, opus])).toBe(sonnet)
    expect(await served(easy, [haiku])).toBe(haiku)
  })

  test('answers it elsewhere where its endpoint may not', async () => {
    const served = await conversation()
    expect(await served(hard, [haiku, sonnet], { only: ['openrouter'] })).toBe(sonnet)
    expect(await served(easy, [haiku, sonnet], { only: ['anthropic'] })).toBe(sonnet)
  })
})
