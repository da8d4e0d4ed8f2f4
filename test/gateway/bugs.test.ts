import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Outcome } from '../../src/gateway/outcome.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiChatProtocol } from '../../src/wire/openai-chat/protocol.ts'
import { account } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { ask, askWhole, contentOf } from '../support/chat.ts'
import { provider } from '../support/provider.ts'

/** Bugs of ours, put in on purpose: they cost nobody anything, and the log says of which kind they are. */
const logged: unknown[] = []

beforeEach(() => {
  logged.length = 0
  const keep = (line: string) => void logged.push(JSON.parse(line))
  vi.spyOn(console, 'info').mockImplementation(keep)
  vi.spyOn(console, 'error').mockImplementation(keep)
})

afterEach(() => {
  vi.restoreAllMocks()
})

const hello = { model: 'simulator/echo', messages: [{ role: 'user', content: 'Hi' }] }
const bug = (): never => {
  throw new RangeError('What the prompt said')
}

describe('a bug', () => {
  test('before the first content answers 500', async () => {
    const { key, usage, heldNanos } = await account(env)
    vi.spyOn(Outcome.prototype, 'add').mockImplementation(bug)
    const { response, text } = await askWhole(env, { ...hello, stream: true }, { key })
    expect(response.status).toBe(500)
    expect(text).not.toContain('prompt')
    expect(logged).toEqual([
      expect.objectContaining({ status: 500, error_type: 'server', bug: 'RangeError' }),
    ])
    expect([await usage(), await heldNanos()]).toEqual([0, 0])
  })

  test('in what is sent breaks the stream, which has no end then', async () => {
    const { key, usage, heldNanos } = await account(env)
    vi.spyOn(openaiChatDialect, 'encoder').mockReturnValue({ encode: bug, end: bug })
    const { response, settled } = await ask(env, { ...hello, stream: true }, { key })
    await expect(response.text()).rejects.toBeDefined()
    await settled()
    const generation = response.headers.get('x-generation-id')
    expect(logged).toContainEqual({ generation_id: generation, event: 'answer_broken', bug: 'RangeError' })
    expect([await usage(), await heldNanos()]).toEqual([0, 0])
  })

  test('in reading an answer is no failure of its provider: others are asked, and it is asked first again', async () => {
    const { key } = await account(env)
    const [cheap, dear] = [await provider(chatAnswer('cheap')), await provider(chatAnswer('dear'))]
    const gateway = {
      ...env,
      DEEPINFRA_API_KEY: 'k',
      DEEPINFRA_BASE_URL: cheap.baseUrl,
      NEBIUS_API_KEY: 'k',
      NEBIUS_BASE_URL: dear.baseUrl,
    }
    const content = async () => {
      const body = { ...hello, model: 'meta-llama/llama-3.3-70b-instruct', stream: true }
      return contentOf(await askWhole(gateway, { ...body, provider: { sort: 'price' } }, { key }))
    }
    const reading = vi.spyOn(openaiChatProtocol, 'decodeEvents')
    // More often than a failing provider is borne with.
    for (let count = 0; count < 6; count++) {
      reading.mockImplementationOnce(bug)
      expect(await content()).toBe('dear')
    }
    expect(await content()).toBe('cheap')
    expect(logged).toContainEqual({
      generation_id: expect.any(String),
      event: 'attempt_broken',
      provider: 'deepinfra',
      bug: 'RangeError',
    })
    expect(JSON.stringify(logged)).not.toContain('prompt said')
  })

  test('in reading every answer is a masked 500', async () => {
    const { key, usage } = await account(env)
    vi.spyOn(openaiChatProtocol, 'decodeEvents').mockImplementation(bug)
    const { response, text } = await askWhole(env, { ...hello, stream: true }, { key })
    expect([response.status, JSON.parse(text)]).toEqual([
      500,
      { error: { code: 500, message: 'Internal Server Error', metadata: { error_type: 'server' } } },
    ])
    expect(await usage()).toBe(0)
  })
})
