import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Outcome } from '../../src/gateway/outcome.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { account } from '../support/account.ts'
import { ask, askWhole } from '../support/chat.ts'

/** Bugs of ours, put in on purpose: they cost nobody anything, and the log says of which kind they are. */
const logged: unknown[] = []

beforeEach(() => {
  logged.length = 0
  vi.spyOn(console, 'info').mockImplementation((line: string) => void logged.push(JSON.parse(line)))
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
})
