import { expect, inject, test } from 'vitest'
import * as z from 'zod'

const { origin, keys, journal } = inject('gatewayBeforeAimock')
const entries = z.array(z.looseObject({ path: z.string() }))

const asked = (prompt: string) => [{ role: 'user', content: prompt }]
const cases = [
  { path: '/chat/completions', model: 'openai/gpt-4.1-mini', reaches: '/v1/chat/completions' },
  { path: '/chat/completions', model: 'anthropic/claude-haiku-4.5', reaches: '/v1/messages' },
  { path: '/responses', model: 'openai/gpt-4.1-mini', reaches: '/v1/responses' },
  { path: '/responses', model: 'anthropic/claude-haiku-4.5', reaches: '/v1/messages' },
  { path: '/messages', model: 'anthropic/claude-haiku-4.5', reaches: '/v1/messages' },
  { path: '/messages', model: 'openai/gpt-4.1-mini', reaches: '/v1/chat/completions' },
]

test.each(cases)(
  'what $path asks $model reaches its provider at $reaches',
  async ({ path, model, reaches }) => {
    const prompt = `Hello from ${path} to ${model}`
    const words = path === '/responses' ? { input: asked(prompt) } : { messages: asked(prompt) }
    const answer = await fetch(`${origin}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.inference}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, ...words, ...(path === '/messages' && { max_tokens: 100 }) }),
    })
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('You said something')])
    const all = entries.parse(await (await fetch(journal)).json())
    const own = all.filter((entry) => JSON.stringify(entry).includes(prompt))
    expect(own.map((entry) => entry.path)).toEqual([reaches])
  },
)
