import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { account, type TestAccount } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole } from '../support/chat.ts'
import { provider, replyJson } from '../support/provider.ts'

/** The smallest files that are what they say, as far as their first bytes tell. */
const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2)
const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)
const pdf = new TextEncoder().encode('%PDF-1.7')
const mp4 = new TextEncoder().encode('\0\0\0 ftypisom')
const pngUrl = `data:image/png;base64,${png.toBase64()}`

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})
afterEach(() => {
  vi.restoreAllMocks()
})

type Site = (url: URL, init: RequestInit | undefined) => Response | Promise<Response>

/** What the gateway asks of hosts that are not its providers goes to `site`; each address it asked is returned. */
function internet(site: Site): { url: string; headers: [string, string][] }[] {
  const asked: { url: string; headers: [string, string][] }[] = []
  const network = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (url.hostname === '127.0.0.1') return await network(input, init)
    asked.push({ url: url.href, headers: [...new Headers(init?.headers)] })
    return await site(url, init)
  })
  return asked
}

const serving =
  (bytes: Uint8Array, type = 'application/octet-stream'): Site =>
  () =>
    new Response(bytes, { headers: { 'content-type': type } })

/** Asks a model at Ollama, which takes bytes alone. */
async function show(content: JsonObject[] | JsonObject, path = '/api/v1/chat/completions') {
  const upstream = await provider(chatAnswer('I see.'))
  const body = Array.isArray(content) ? { messages: [{ role: 'user', content }] } : content
  const { response, text } = await askWhole(
    { ...env, OLLAMA_BASE_URL: upstream.baseUrl },
    { model: 'ollama/llava', max_tokens: 50, ...body },
    { path, key: caller.key, headers: { cookie: 'client-cookie', 'user-agent': 'client-agent' } },
  )
  const [call] = await upstream.calls()
  const sent: JsonObject | undefined = call && JSON.parse(call.body)
  const message: string | undefined = response.status === 200 ? undefined : JSON.parse(text).error.message
  return { response, sent, message }
}

const picture = (url: string): JsonObject => ({ type: 'image_url', image_url: { url, detail: 'low' } })

test('an image is fetched for a provider that fetches nothing, once, and nothing of the client is told', async () => {
  const asked = internet(serving(png, 'text/plain'))
  const { response, sent } = await show([
    { type: 'text', text: 'Look' },
    picture('https://cdn.example.com/a.png'),
    picture('https://cdn.example.com/a.png'),
  ])
  expect(response.status).toBe(200)
  expect(sent?.['messages']).toEqual([
    { role: 'user', content: [{ type: 'text', text: 'Look' }, picture(pngUrl), picture(pngUrl)] },
  ])
  expect(asked).toEqual([{ url: 'https://cdn.example.com/a.png', headers: [['accept', 'image/*']] }])
})

test('across formats and inside the results of tools as well', async () => {
  internet(serving(jpeg))
  const image = { type: 'image', source: { type: 'url', url: 'https://cdn.example.com/a' } }
  const { sent } = await show(
    {
      messages: [
        { role: 'user', content: [image] },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 't1', name: 'look', input: { content: [image] } }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: [image] }] },
      ],
      tools: [{ name: 'look', input_schema: { type: 'object' } }],
    },
    '/api/v1/messages',
  )
  const part = { type: 'image_url', image_url: { url: `data:image/jpeg;base64,${jpeg.toBase64()}` } }
  expect(sent?.['messages']).toMatchObject([
    { role: 'user', content: [part] },
    // What a tool was called with is the model's own text.
    { role: 'assistant', tool_calls: [{ function: { arguments: expect.stringContaining('https://cdn') } }] },
    { role: 'tool', tool_call_id: 't1' },
    { role: 'user', content: [part] },
  ])
})

test('in a request of the Responses format', async () => {
  internet(serving(png))
  const input = [
    {
      role: 'user',
      content: [{ type: 'input_image', image_url: 'https://cdn.example.com/a', detail: 'auto' }],
    },
  ]
  const { sent } = await show({ input, max_output_tokens: 50 }, '/api/v1/responses')
  expect(sent?.['messages']).toMatchObject([{ content: [{ image_url: { url: pngUrl } }] }])
})

test('redirects are followed, and their ends are checked as the first address is', async () => {
  const asked = internet((url) =>
    url.pathname === '/a'
      ? new Response(null, { status: 302, headers: { location: '/b' } })
      : url.pathname === '/b'
        ? new Response(null, { status: 307, headers: { location: 'https://other.example.com/c' } })
        : new Response(png),
  )
  const { sent } = await show([picture('https://cdn.example.com/a')])
  expect(sent?.['messages']).toMatchObject([{ content: [picture(pngUrl)] }])
  expect(asked.map(({ url }) => url)).toEqual([
    'https://cdn.example.com/a',
    'https://cdn.example.com/b',
    'https://other.example.com/c',
  ])
})

test.each([
  'http://cdn.example.com/a.png',
  'https://127.0.0.1/a.png',
  'https://127.1/a.png',
  'https://2130706433/a.png',
  'https://0x7f000001/a.png',
  'https://①②⑦.⓪.⓪.①/a.png',
  'https://169.254.169.254/latest/meta-data/',
  'https://8.8.8.8/a.png',
  'https://[::1]/a.png',
  'https://[::ffff:169.254.169.254]/',
  'https://[2606:4700:4700::1111]/a.png',
  'https://localhost/a.png',
  'https://localhost./a.png',
  'https://metadata.google.internal/a.png',
  'https://nas.local/a.png',
  'https://metadata/a.png',
  'https://user:password@cdn.example.com/a.png',
  'https://cdn.example.com:8443/a.png',
  'https://',
])('%s is not fetched', async (url) => {
  const asked = internet(serving(png))
  const { response, message, sent } = await show([{ type: 'text', text: 'Look' }, picture(url)])
  expect(response.status).toBe(400)
  expect(message).toBe(
    `messages[0].content[1].image_url.url: this model's provider fetches nothing, and the address is no https address of a public host; send a base64 data URL`,
  )
  expect([asked, sent]).toEqual([[], undefined])
})

const tooMany = (url: URL) => new Response(null, { status: 302, headers: { location: `${url.href}a` } })
const endless: Site = (_, init) =>
  new Response(
    new ReadableStream({
      pull(controller) {
        init?.signal?.throwIfAborted()
        controller.enqueue(new Uint8Array(1024 * 1024))
      },
    }),
  )
const redirecting =
  (location: string): Site =>
  () =>
    new Response(null, { status: 301, headers: { location } })

test.each<[string, string, Site]>([
  ['a redirect into a private network', 'leads to no public host', redirecting('https://10.0.0.1/')],
  ['a redirect to plain http', 'leads to no public host', redirecting('http://cdn.example.com/')],
  ['a redirect to nowhere', 'leads to no public host', redirecting('https://')],
  ['redirects without end', 'redirects more than 3 times', tooMany],
  [
    'a host without the file',
    'could not be fetched: its host has no such file',
    () => new Response('No', { status: 404 }),
  ],
  [
    'a host that refuses',
    'could not be fetched within 10 seconds',
    () => Promise.reject(new TypeError('refused')),
  ],
  ['a file without end', 'is too large: at most 20 MiB are fetched for a request', endless],
  ['a page', 'is no PNG, JPEG, GIF or WebP image', serving(new TextEncoder().encode('<html>'), 'image/png')],
  ['a document', 'is no PNG, JPEG, GIF or WebP image', serving(pdf, 'image/png')],
  ['nothing', 'is no PNG, JPEG, GIF or WebP image', serving(new Uint8Array())],
])('%s is refused with its reason', async (_, reason, site) => {
  internet(site)
  const { response, message, sent } = await show([picture('https://cdn.example.com/a')])
  expect(response.status).toBe(400)
  expect(message).toBe(
    `messages[0].content[0].image_url.url: this model's provider fetches nothing, and the address ${reason}; send a base64 data URL`,
  )
  expect(sent).toBeUndefined()
})

test('twenty addresses are fetched for a request, and no more', async () => {
  const asked = internet(serving(png))
  const pictures = Array.from({ length: 21 }, (_, index) => picture(`https://cdn.example.com/${index}`))
  const { message } = await show(pictures)
  expect(message).toBe(
    'messages[0].content[20].image_url.url: at most 20 addresses are fetched for a request',
  )
  expect(asked).toEqual([])
  expect((await show(pictures.slice(1))).response.status).toBe(200)
})

test('a provider that fetches for itself gets the address', async () => {
  const asked = internet(serving(png))
  const upstream = await provider(chatAnswer('I see.'))
  await askWhole(
    { ...env, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: upstream.baseUrl },
    {
      model: 'openai/gpt-4o-mini',
      messages: [{ role: 'user', content: [picture('https://cdn.example.com/a')] }],
    },
    { key: caller.key },
  )
  const [call] = await upstream.calls()
  expect([call?.body.includes('https://cdn.example.com/a'), asked]).toEqual([true, []])
})

test('documents and videos are fetched for Gemini, but for the addresses that it takes itself', async () => {
  const asked = internet((url) => new Response(url.pathname.endsWith('pdf') ? pdf : mp4))
  const upstream = await provider(replyJson(429, {}))
  const youtube = 'https://www.youtube.com/watch?v=1'
  await askWhole(
    { ...env, GOOGLE_AI_STUDIO_API_KEY: 'k', GOOGLE_AI_STUDIO_BASE_URL: upstream.baseUrl },
    {
      model: 'google/gemini-3.5-flash',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'file', file: { filename: 'a.pdf', file_data: 'https://cdn.example.com/a.pdf' } },
            { type: 'video_url', video_url: { url: 'https://cdn.example.com/a.mp4' } },
            { type: 'video_url', video_url: { url: youtube } },
          ],
        },
      ],
    },
    { key: caller.key },
  )
  const [call] = await upstream.calls()
  expect(JSON.parse(call?.body ?? '{}').contents[0].parts).toEqual([
    { inlineData: { mimeType: 'application/pdf', data: pdf.toBase64() } },
    { inlineData: { mimeType: 'video/mp4', data: mp4.toBase64() } },
    { fileData: { fileUri: youtube } },
  ])
  expect(asked.map(({ url }) => new URL(url).hostname)).toEqual(['cdn.example.com', 'cdn.example.com'])
})

test('what cannot be fetched here goes to a provider that may fetch it', async () => {
  internet(() => new Response('No', { status: 404 }))
  const google = await provider(replyJson(429, {}))
  const openrouter = await provider(chatAnswer('I see.'))
  const { response } = await askWhole(
    {
      ...env,
      GOOGLE_AI_STUDIO_API_KEY: 'k',
      GOOGLE_AI_STUDIO_BASE_URL: google.baseUrl,
      OPENROUTER_API_KEY: 'k',
      OPENROUTER_BASE_URL: openrouter.baseUrl,
    },
    {
      model: 'google/gemini-3.5-flash',
      messages: [{ role: 'user', content: [picture('https://cdn.example.com/a')] }],
    },
    { key: caller.key },
  )
  const [call] = await openrouter.calls()
  expect([response.status, await google.calls(), call?.body.includes('https://cdn.example.com/a')]).toEqual([
    200,
    [],
    true,
  ])
})

test('a document is fetched for a provider that fetches pictures alone', async () => {
  const asked = internet(serving(pdf))
  const upstream = await provider(chatAnswer('I see.'))
  const file = { type: 'file', file: { filename: 'a.pdf', file_data: 'https://cdn.example.com/a.pdf' } }
  const content = [picture('https://cdn.example.com/a.png'), file]
  await askWhole(
    { ...env, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: upstream.baseUrl },
    { model: 'openai/gpt-4o-mini', max_tokens: 50, messages: [{ role: 'user', content }] },
    { key: caller.key },
  )
  const [call] = await upstream.calls()
  const bytes = { filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf.toBase64()}` }
  expect(JSON.parse(call?.body ?? '{}').messages).toEqual([
    { role: 'user', content: [content[0], { ...file, file: bytes }] },
  ])
  expect(asked.map(({ url }) => url)).toEqual(['https://cdn.example.com/a.pdf'])
})
