import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openaiChatProtocol } from '../../src/wire/openai-chat/protocol.ts'

const faultOf = (status: number, body: unknown) =>
  openaiChatProtocol.decodeFault(status, typeof body === 'string' ? body : JSON.stringify(body))

const bodies: [string, number, unknown, string][] = [
  ['an unknown model', 404, { error: { code: 'model_not_found', message: 'x' } }, 'model_missing'],
  ['an unknown model as 400', 400, { error: { code: 'model_not_found' } }, 'model_missing'],
  ['an overflow by code', 400, { error: { code: 'context_length_exceeded' } }, 'context_length_exceeded'],
  [
    'an overflow by sentence',
    400,
    {
      error: { message: "This model's maximum context length is 8192 tokens", type: 'invalid_request_error' },
    },
    'context_length_exceeded',
  ],
  [
    'an overflow of llama.cpp',
    400,
    { error: { message: 'the request exceeds the available context size' } },
    'context_length_exceeded',
  ],
  ['an overflow by flat body', 422, { message: 'prompt is too long: 3 > 2' }, 'context_length_exceeded'],
  ['a rate limit', 429, { error: { message: 'Rate limit reached for gpt' } }, 'rate_limit'],
  [
    'a throttle worded like an overflow',
    400,
    { message: 'Too many tokens, please wait before trying again' },
    'rate_limit',
  ],
  ['an unpaid account as 429', 429, { error: { code: 'insufficient_quota' } }, 'credential'],
  ['an unpaid account', 402, { error: { message: 'Insufficient Balance' } }, 'credential'],
  [
    'a bad key',
    401,
    { error: { code: 'invalid_api_key', message: 'Incorrect API key: sk-1' } },
    'credential',
  ],
  [
    'a bad key as 400',
    400,
    { code: 'invalid-argument', error: 'Incorrect API key provided: xa' },
    'credential',
  ],
  ['a bad key by detail', 401, { detail: 'Invalid API Key' }, 'credential'],
  ['a region that is not served', 403, 'error code: 1010', 'credential'],
  [
    'a filter',
    400,
    { error: { code: 'content_filter', message: 'The response was filtered' } },
    'content_policy_violation',
  ],
  [
    'a moderated prompt',
    403,
    { error: { code: 403, message: 'requires moderation' } },
    'content_policy_violation',
  ],
  [
    'a prompt that is not allowed',
    403,
    {
      code: 'The caller does not have permission to execute the specified operation',
      error: 'Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO',
    },
    'content_policy_violation',
  ],
  [
    'a parameter',
    400,
    { error: { code: 'unsupported_value', param: 'temperature', message: 'secret' } },
    'invalid_request',
  ],
  [
    'a validation list',
    422,
    { detail: [{ loc: ['body'], msg: 'field required', type: 'missing' }] },
    'invalid_request',
  ],
  [
    'a tool named like a rate-limited payment',
    400,
    { error: { message: "Invalid schema for function 'billing_payment'", type: 'invalid_request_error' } },
    'invalid_request',
  ],
  ['a botched tool call', 400, { error: { code: 'tool_use_failed', failed_generation: 'x' } }, 'other'],
  ['a large body', 413, '', 'payload_too_large'],
  ['an overloaded host', 529, { error: { type: 'overloaded_error' } }, 'overloaded'],
  ['a busy host', 503, '<html>busy</html>', 'overloaded'],
  ['a slow host', 504, '', 'timeout'],
  ['a broken host', 500, { errors: [{ message: 'x' }] }, 'other'],
  ['a redirect', 302, '', 'other'],
  ['no JSON', 400, '\u0000\u0001', 'invalid_request'],
]

test.each(bodies)('%s (%i) is known for what it is', (_, status, body, type) => {
  expect(faultOf(status, body).type).toBe(type)
})

test('[F10] a client learns the code and the field, in our words', () => {
  expect(faultOf(400, { error: { code: 'unsupported_value', param: 'temperature', message: 'x' } })).toEqual({
    type: 'invalid_request',
    message: 'Provider refused the request: unsupported_value, parameter temperature',
    code: 'unsupported_value',
  })
  expect(faultOf(400, '').message).toBe('Provider refused the request')
})

test('[Z4] nothing a provider says reaches the message, whatever it says and wherever', () => {
  const secrets = ['sk-proj-AbC123', 'https://10.0.0.7/internal', '/srv/app/key.pem', 'org-9XyZ', 'My prompt']
  const secret = fc.constantFrom(...secrets)
  const body = fc.record(
    {
      message: secret,
      detail: fc.oneof(
        secret,
        secret.map((msg) => [{ msg, loc: [msg] }]),
      ),
      error: fc.oneof(secret, fc.record({ message: secret, code: secret, type: secret, param: secret })),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 599 }), body, (status, json) => {
      const fault = JSON.stringify(faultOf(status, json))
      for (const text of secrets) expect(fault).not.toContain(text)
    }),
  )
})

test('[P14] every status with every body is one known fault', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 999 }), fc.oneof(fc.string(), fc.json()), (status, body) => {
      expect(faultOf(status, body)).toMatchObject({ type: expect.any(String), message: expect.any(String) })
    }),
  )
})
