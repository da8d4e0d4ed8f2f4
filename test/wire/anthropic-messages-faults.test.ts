import { expect, test } from 'vitest'
import { anthropicMessagesProtocol } from '../../src/wire/anthropic-messages/protocol.ts'

const body = (type: string, message: string) =>
  JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_upstream' })

const faults: [string, number, string, string][] = [
  ['a bad request', 400, body('invalid_request_error', 'max_tokens: too large'), 'invalid_request'],
  [
    'an overflow',
    400,
    body('invalid_request_error', 'prompt is too long: 9 tokens > 8 maximum'),
    'context_length_exceeded',
  ],
  [
    'an overflow by the cap',
    400,
    body('invalid_request_error', 'input length and `max_tokens` exceed context limit: 9 + 9 > 8'),
    'context_length_exceeded',
  ],
  [
    'no credit',
    400,
    body('invalid_request_error', 'Your credit balance is too low to access the API'),
    'credential',
  ],
  ['a refused key', 401, body('authentication_error', 'invalid x-api-key'), 'credential'],
  ['an unpaid bill', 402, body('billing_error', 'x'), 'credential'],
  ['a forbidden model', 403, body('permission_error', 'x'), 'credential'],
  ['an unknown model', 404, body('not_found_error', 'model: claude-9'), 'model_missing'],
  ['too large a body', 413, body('request_too_large', 'x'), 'payload_too_large'],
  ['a rate limit', 429, body('rate_limit_error', 'x'), 'rate_limit'],
  ['a failure', 500, body('api_error', 'x'), 'other'],
  ['a bill that is a failure', 500, body('api_error', 'insufficient balance (1008)'), 'credential'],
  ['a timeout', 504, body('timeout_error', 'x'), 'timeout'],
  ['an overload', 529, body('overloaded_error', 'Overloaded'), 'overloaded'],
  ['no JSON at all', 502, '<html>', 'other'],
]

test.each(faults)('%s is judged, and no word of the provider is repeated', (_, status, text, type) => {
  const fault = anthropicMessagesProtocol.decodeFault(status, text)
  expect(fault.type).toBe(type)
  expect(JSON.stringify(fault)).not.toMatch(/req_upstream|claude-9|too low|1008/)
})
