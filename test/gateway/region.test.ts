import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import type { Env } from '../../src/env.ts'
import { account } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole, at } from '../support/chat.ts'
import { both, indiscretion, next, play, refused, words } from '../support/chaos.ts'
import { provider, reply, replyJson } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

/** A provider refuses the country that our data centre is in: not its fault, not the client's, and not for ever. */
const unsupported = {
  code: 'unsupported_country_region_territory',
  message: 'Country, region, or territory not supported',
  param: null,
  type: 'request_forbidden',
}
const openai = replyJson(403, { error: unsupported })
const gemini = {
  error: {
    code: 400,
    message: 'User location is not supported for the API use.',
    status: 'FAILED_PRECONDITION',
  },
}
const anthropic = { type: 'error', error: { type: 'forbidden', message: 'Request not allowed' } }

const bedrock = {
  message:
    'Access to Anthropic models is not allowed from unsupported countries, regions, or territories. ' +
    'Please refer to https://www.anthropic.com/supported-countries for more information.',
}

const fine = chatAnswer(words)

describe.concurrent.for<[string, number, Step[]]>([
  ['OpenAI', 403, openai],
  ['OpenAI, unwrapped', 403, replyJson(403, unsupported)],
  ['Gemini', 400, replyJson(400, gemini)],
  ['Gemini, in a list', 400, replyJson(400, [gemini])],
  ['Anthropic', 403, replyJson(403, anthropic)],
  ['Bedrock', 400, replyJson(400, bedrock)],
  ['Cloudflare', 403, reply(403, 'error code: 1009', { 'content-type': 'text/plain' })],
])('a country refused as %s does it', ([, status, deepinfra]) => {
  test('moves on to the next endpoint, unseen, and the attempt says why', async () => {
    expect(await play({ deepinfra, groq: fine })).toMatchObject(
      both({
        ...next,
        record: { ...next.record, attempts: [{ status, error: 'region_refused' }, { error: null }] },
        log: { failed: `deepinfra ${status} region_refused` },
      }),
    )
  })

  test('is told where nobody else answers, and a client need not try again', async () => {
    const played = await play({ deepinfra })
    expect(played).toMatchObject(both({ ...refused(403, 'permission_denied'), calls: [1, 0] }))
    expect(played.whole.headers['x-should-retry']).toBe('false')
    expect(played.whole.error).toMatchObject({
      message:
        'No provider serves this model here. DeepInfra refuses requests from the country of this data centre. ' +
        'Run the gateway near another: set PLACEMENT, such as aws:us-east-1, then npm run deploy.',
      availability: { code: 'region_restricted', retryable: false },
    })
  })
})

test('what other endpoints say counts, and the country is told beside it', async () => {
  const groq = replyJson(429, { error: { message: indiscretion } }, { 'retry-after': '7' })
  const played = await play({ deepinfra: openai, groq })
  expect(played).toMatchObject(both({ ...refused(429, 'rate_limit_exceeded'), calls: [1, 1] }))
  expect(played.whole.headers['retry-after']).toBe('7')
  expect(at(played.whole.error, 'message')).toMatch(
    /^Every provider .* limiting\. DeepInfra refuses .* deploy\.$/,
  )
})

test.for([
  ['a prompt that is quoted', 400, { error: { message: `prompt: User location is not supported` } }, 400],
  ['a key that may not do this', 403, { error: { message: 'Request not allowed for this key' } }, 503],
] as const)('%s is not taken for it', async ([, status, body, answered]) => {
  const { whole } = await play({ deepinfra: replyJson(status, body) })
  expect(whole.status).toBe(answered)
  expect(whole.record?.attempts).not.toMatchObject([{ error: 'region_refused' }])
})

test.for([
  ['https://gateway.example', 'HKG', 'the country of this data centre (HKG). Run the gateway near another'],
  ['https://gateway.example', '<b>', 'the country of this data centre. Run the gateway near another'],
  ['http://localhost:8787', 'DFW', 'the country of this machine.'],
])('the place is named as far as it is known: %s, %s', async ([origin = '', colo = '', sentence = '']) => {
  const upstream = await provider(openai)
  const gateway: Env = { ...env, OPENAI_API_KEY: 'sk', OPENAI_BASE_URL: upstream.baseUrl }
  const { key } = await account(env)
  const body = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] }
  const { text } = await askWhole(gateway, body, { key, origin, colo })
  expect(at(at(JSON.parse(text), 'error'), 'message')).toContain(sentence)
})
