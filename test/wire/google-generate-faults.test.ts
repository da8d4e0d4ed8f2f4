import { expect, test } from 'vitest'
import { googleGenerateProtocol } from '../../src/wire/google-generate/protocol.ts'

const type = 'type.googleapis.com/google.rpc'
const error = (code: number, status: string, message: string, details: object[] = []) => ({
  error: { code, message, status, details },
})
const info = (reason: string) => ({ '@type': `${type}.ErrorInfo`, reason, domain: 'googleapis.com' })
const quota = [
  {
    '@type': `${type}.QuotaFailure`,
    violations: [{ quotaId: 'GenerateRequestsPerMinute', quotaValue: '10' }],
  },
  { '@type': `${type}.RetryInfo`, retryDelay: '34.4s' },
]
const exceeded =
  'You exceeded your current quota, please check your plan and billing details. Please retry in 34.4s.'

test.each<[string, number, unknown, object]>([
  [
    'a bad key, which is a 400',
    400,
    error(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
      info('API_KEY_INVALID'),
    ]),
    { type: 'credential', code: 'invalid_api_key' },
  ],
  [
    'an expired key, by its reason alone',
    400,
    error(400, 'INVALID_ARGUMENT', 'Renew it.', [info('API_KEY_INVALID')]),
    { type: 'credential', code: 'invalid_api_key' },
  ],
  [
    'a quota that is full for half a minute, which speaks of billing',
    429,
    error(429, 'RESOURCE_EXHAUSTED', exceeded, quota),
    { type: 'rate_limit', code: 'resource_exhausted', retryAfterSeconds: 35 },
  ],
  [
    'the same in a list of one',
    429,
    [error(429, 'RESOURCE_EXHAUSTED', exceeded, quota)],
    { type: 'rate_limit', code: 'resource_exhausted', retryAfterSeconds: 35 },
  ],
  [
    'a wait longer than anybody is believed',
    429,
    error(429, 'RESOURCE_EXHAUSTED', exceeded, [{ '@type': `${type}.RetryInfo`, retryDelay: '86400s' }]),
    { type: 'rate_limit', retryAfterSeconds: 120 },
  ],
  [
    'a wait that is none',
    429,
    error(429, 'RESOURCE_EXHAUSTED', 'x', [{ retryDelay: 'soon' }]),
    { type: 'rate_limit' },
  ],
  [
    'Vertex without more words',
    429,
    error(429, 'RESOURCE_EXHAUSTED', 'Resource exhausted. Please try again later.'),
    { type: 'rate_limit' },
  ],
  [
    'credits that are used up',
    429,
    error(429, 'RESOURCE_EXHAUSTED', 'Insufficient credits'),
    { type: 'credential' },
  ],
  [
    'billing that is off',
    403,
    error(403, 'PERMISSION_DENIED', 'x', [info('BILLING_DISABLED')]),
    { type: 'credential' },
  ],
  [
    'a service that is off',
    403,
    error(403, 'PERMISSION_DENIED', 'x', [info('SERVICE_DISABLED')]),
    { type: 'credential' },
  ],
  [
    'a token that ran out',
    401,
    error(401, 'UNAUTHENTICATED', 'x', [info('ACCESS_TOKEN_EXPIRED')]),
    { type: 'credential' },
  ],
  [
    'an overflow',
    400,
    error(
      400,
      'INVALID_ARGUMENT',
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    ),
    { type: 'context_length_exceeded' },
  ],
  [
    'a country that is not served',
    400,
    error(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
    { type: 'region', code: 'region_refused' },
  ],
  [
    'an unknown model',
    404,
    error(404, 'NOT_FOUND', 'models/gemini-9 is not found'),
    { type: 'model_missing' },
  ],
  ['an overload', 503, error(503, 'UNAVAILABLE', 'The model is overloaded.'), { type: 'overloaded' }],
  ['a deadline', 504, error(504, 'DEADLINE_EXCEEDED', 'x'), { type: 'timeout' }],
  ['a bug of theirs', 500, error(500, 'INTERNAL', 'An internal error has occurred.'), { type: 'other' }],
  [
    'a request it does not understand',
    400,
    error(400, 'INVALID_ARGUMENT', 'Please ensure that secret-prompt is a part'),
    { type: 'invalid_request', message: 'Provider refused the request: invalid_argument' },
  ],
  ['a page of a proxy', 502, '<html>Bad Gateway</html>', { type: 'other' }],
])('%s', (_, status, body, fault) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const told = googleGenerateProtocol.decodeFault(status, text)
  expect(told).toMatchObject(fault)
  expect('retryAfterSeconds' in told).toBe('retryAfterSeconds' in fault)
  expect(told.message).not.toMatch(/secret-prompt|quota/)
})
