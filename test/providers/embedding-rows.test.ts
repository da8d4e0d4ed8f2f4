import { afterEach, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { call } from '../../src/providers/call.ts'
import type { ProviderEnv } from '../../src/providers/live.ts'
import { needed, providers, variableOf } from '../../src/providers/table.ts'
import { embeddingsDialect } from '../../src/wire/embeddings/dialect.ts'

const ways = providers.flatMap((provider) =>
  (provider.also ?? [])
    .map(({ protocol }) => protocol.format)
    .filter((format) => format.includes('embed'))
    .map((format) => [provider.slug, format, provider] as const),
)

const answers: Record<string, JsonObject> = {
  'openai-embeddings': { data: [{ index: 0, embedding: [1, 2] }] },
  'cohere-embed': { embeddings: { float: [[1, 2]] } },
  'google-embed': { embeddings: [{ values: [1, 2] }] },
}

afterEach(() => {
  vi.restoreAllMocks()
})

test.each(ways)('%s makes vectors in %s, with its key', async (slug, format, provider) => {
  const asked: { url: string; text: string }[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation((url, init) => {
    const headers = JSON.stringify([...new Headers(init?.headers)])
    asked.push({
      url: typeof url === 'string' ? url : '',
      text: `${headers}${typeof init?.body === 'string' ? init.body : ''}`,
    })
    return Promise.resolve(Response.json(answers[format]))
  })
  const names = [...needed(provider), variableOf(provider, 'API_KEY')]
  const env: ProviderEnv = Object.fromEntries(
    names.map((name) => [name, name.endsWith('_BASE_URL') ? 'http://10.0.0.1/v1' : 'the-key']),
  )
  const request = embeddingsDialect.decodeRequest({ model: 'a/b', input: 'Hi' }, new Headers())
  const target = { provider: slug, format, upstreamModel: 'the-model', quirks: {}, streams: false }
  const options = { env, signal: new AbortController().signal, limits }
  const events = []
  for await (const batch of call(target, request, options)) events.push(...batch)
  expect(events).toContainEqual({
    type: 'frame',
    native: {
      format: 'openai-embeddings',
      data: { data: [{ object: 'embedding', index: 0, embedding: [1, 2] }] },
    },
  })
  const [sent] = asked
  expect(sent?.url).toMatch(/^https?:\/\/[^{}\s]+\/(embeddings|embed|models\/the-model:batchEmbedContents)$/)
  expect(sent?.text).toContain('the-key')
  expect(`${sent?.url}${sent?.text}`).toContain('the-model')
})

const limits = {
  headersTimeoutMs: 5_000,
  firstTokenTimeoutMs: 5_000,
  stallTimeoutMs: 5_000,
  commentsOnlyTimeoutMs: 5_000,
  totalTimeoutMs: 10_000,
}
