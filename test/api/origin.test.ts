import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import packageJson from '../../package.json'
import { refusal, requestOf, root, send, sendWith } from './front-door.ts'

describe('health', () => {
  test('it tells the version and that D1 answers, without a key', async () => {
    const reply = await send('GET', '/healthz', { key: null })
    expect([reply.status, reply.body]).toEqual([
      200,
      { status: 'ok', version: packageJson.version, d1: 'ok' },
    ])
  })

  test.for<[string, () => Promise<never>]>([
    ['fails', () => Promise.reject(new Error('D1_ERROR'))],
    ['hangs', () => new Promise(() => undefined)],
  ])('it is 503 where D1 %s', async ([, first]) => {
    const broken = { ...env, DB: { prepare: () => ({ first }) } }
    const reply = await sendWith(broken, requestOf('GET', '/healthz', {}))
    expect([reply.status, reply.body]).toEqual([
      503,
      { status: 'degraded', version: packageJson.version, d1: 'unavailable' },
    ])
  })
})

describe('what nothing serves', () => {
  const baseUrl = 'The base URL to give a client is https://gateway.test/api/v1'

  test.for<[string, string, string]>([
    ['GET', '/api/v1/credit', 'GET /api/v1/credits'],
    ['GET', '/v1/v1/credits', 'GET /api/v1/credits'],
    ['GET', '/api/v1/v1/credits', 'GET /api/v1/credits'],
    ['GET', '/api/v1/api/v1/credits', 'GET /api/v1/credits'],
    ['GET', '/credits', 'GET /api/v1/credits'],
    ['POST', '/api/credits', 'POST /api/v1/credits'],
    ['GET', '/api/v2/credits', 'GET /api/v1/credits'],
    ['DELETE', '/kyes/abc', 'DELETE /api/v1/keys/abc'],
    ['GET', '/api/v1/healthz', 'GET /healthz'],
    ['POST', '/chat/completions', 'POST /api/v1/chat/completions'],
    ['POST', '/api/chat/completions', 'POST /api/v1/chat/completions'],
    ['POST', '/v1/v1/chat/completions', 'POST /api/v1/chat/completions'],
    ['POST', '/api/v1/v1/chat/completions', 'POST /api/v1/chat/completions'],
    ['POST', '/api/v1/chat/completions/chat/completions', 'POST /api/v1/chat/completions'],
    ['GET', '/api/v1/chat/completions/models', 'GET /api/v1/models'],
    ['POST', '/openai/deployments/x/chat/completions', 'POST /api/v1/chat/completions'],
    ['POST', '/api/v1//chat/completions', 'POST /api/v1/chat/completions'],
    ['POST', '//api/v1/chat/completions', 'POST /api/v1/chat/completions'],
    ['POST', '/api//v1/chat/completions', 'POST /api/v1/chat/completions'],
    ['POST', '/completions', 'POST /api/v1/completions'],
    ['GET', '/chat/completions', 'POST /api/v1/chat/completions'],
    ['GET', '/api/v1/v1/model/openai/gpt-4o-mini', 'GET /api/v1/model/openai/gpt-4o-mini'],
  ])('%s %s names %s, and the base URL', async ([method, path, meant]) => {
    const reply = await sendWith(env, new Request(`https://gateway.test${path}`, { method }))
    expect(refusal(reply)).toBe(`404 There is no ${method} ${path} here. Did you mean ${meant}? ${baseUrl}`)
    expect(reply.headers.get('content-type')).toContain('application/json')
  })

  test.for<[string, string]>([
    ['POST', '/'],
    ['GET', '/api/v1'],
    ['GET', '/wp-login.php'],
  ])('%s %s is near to nothing, and names the base URL', async ([method, path]) => {
    const reply = await sendWith(env, new Request(`https://gateway.test${path}`, { method }))
    expect(refusal(reply)).toBe(`404 There is no ${method} ${path} here. ${baseUrl}`)
  })

  test.for<[string, string, string, string]>([
    ['PUT', '/api/v1/keys', 'GET, POST', '/api/v1/keys does not answer PUT; it answers GET and POST'],
    [
      'POST',
      '/v1/keys/abc',
      'DELETE, GET, PATCH',
      '/v1/keys/abc does not answer POST; it answers DELETE and GET and PATCH',
    ],
    ['POST', '/api/v1/generation/', 'GET', '/api/v1/generation does not answer POST; it answers GET'],
    ['POST', '/healthz', 'GET', '/healthz does not answer POST; it answers GET'],
    [
      'GET',
      '/api/v1/chat/completions',
      'POST',
      '/api/v1/chat/completions does not answer GET; it answers POST',
    ],
  ])('%s %s is 405 and names what is allowed', async ([method, path, allow, message]) => {
    const reply = await sendWith(env, new Request(`https://gateway.test${path}`, { method }))
    expect(refusal(reply)).toBe(`405 ${message}. ${baseUrl}`)
    expect(reply.headers.get('allow')).toBe(allow)
  })

  test('a path of any length and any letters is answered', async () => {
    for (const path of [
      `/${'a/'.repeat(3_000)}`,
      `/${'x'.repeat(8_000)}`,
      '/%00',
      '/%E0%A4%A',
      '/<script>',
      '/\u202e',
      '/api/v1/keys/%E0%A4%A',
    ]) {
      const reply = await send('GET', `/api/v1${path}`)
      expect(reply.status).toBe(404)
      expect(reply.body.error.message.length).toBeLessThan(500)
    }
  })
})

describe('browsers', () => {
  const origin = 'https://chat.example'

  test('a preflight allows every header that a client asks for, from any page, without cookies', async () => {
    const asked = 'authorization,content-type,http-referer,x-title,x-stainless-os'
    const reply = await send('OPTIONS', '/api/v1/keys', {
      key: null,
      headers: { origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': asked },
    })
    expect(reply.status).toBe(204)
    expect(reply.headers.get('access-control-allow-origin')).toBe('*')
    expect(reply.headers.get('access-control-allow-headers')).toBe(asked)
    expect(reply.headers.get('access-control-allow-methods')).toBe('GET,POST,PATCH,DELETE')
    expect(reply.headers.get('access-control-allow-credentials')).toBeNull()
  })

  test('answers and refusals alike may be read, with the headers that matter', async () => {
    for (const [path, key] of [
      ['/key', root.inference],
      ['/key', 'x'],
      ['/nothing', 'x'],
    ] as const) {
      const reply = await send('GET', path, { key, headers: { origin } })
      expect(reply.headers.get('access-control-allow-origin')).toBe('*')
      expect(reply.headers.get('access-control-expose-headers')).toBe(
        'X-Generation-Id,X-OpenRouter-Cache-Status,X-OpenRouter-Cache-TTL,X-OpenRouter-Cache-Age,' +
          'X-OpenRouter-Cache-Source-Id,Retry-After,Server-Timing,X-RateLimit-Limit,X-RateLimit-Remaining,' +
          'X-RateLimit-Reset,X-Should-Retry',
      )
    }
  })
})

test('both base paths serve the same routes', async () => {
  const [left, right] = [await send('GET', '/api/v1/key'), await send('GET', '/v1/key')]
  expect(left.status).toBe(200)
  expect(right.body).toEqual(left.body)
})
