import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import type { Env } from '../../src/env.ts'
import { account } from '../support/account.ts'
import { askWhole } from '../support/chat.ts'

/** What a parser of JSON must refuse, may refuse and must take, in the manner of JSONTestSuite, made by rule. */
const words = (text: string): string[] => text.split(' ')

const numbers = {
  refused: words('+1 .5 1. 01 - -01 1e 1e+ 0x1 1_000 NaN Infinity -Infinity １'),
  odd: words('1e400 -1e400 1e-400 123456789012345678901234567890 0.1e1 -0 1E+2 9007199254740993'),
}
const strings = {
  refused: ["'a'", '"\\x"', '"\\u12"', '"\\u{1}"', '"\t"', '"\n"', '"\u0000"', '"a', 'a"', '"\\"', '`a`'],
  odd: [
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\u0000"',
    '"\u2028"',
    '"\\/"',
    '"\uFEFF"',
    '"\\uFFFF"',
    '"é"',
    '""',
  ],
}
const broken = words(
  '{ } [ ] {] [} [1,] [,1] {"a"} {"a":} {:1} {"a":1,} {a:1} {1:1} {"a"::1} {}x nul tru True " [[[',
)
const deep = 5_000
const structures = {
  refused: [
    ...broken,
    '',
    ' ',
    '[1 2]',
    '{"a":1 "b":2}',
    '// x',
    '/* x */ {}',
    '{} {}',
    '\uFEFF{',
    '<html>',
    '\u0001',
  ],
  odd: [
    ...words(
      'null true 1 "a" [] [{}] {} {"":0} {"a":1,"a":2} {"__proto__":{"x":1}} {"toString":1,"valueOf":2}',
    ),
    '\r\n{}\t',
    '['.repeat(deep) + ']'.repeat(deep),
    `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`,
  ],
}

const values = [...numbers.refused, ...numbers.odd, ...strings.refused, ...strings.odd]
const corpus = [
  ...structures.refused,
  ...structures.odd,
  ...values,
  ...values.map((value) => `{"model":${value}}`),
  ...values.map(
    (value) => `{"model":"simulator/echo","messages":${value},"input":${value},"prompt":${value}}`,
  ),
  ...[...numbers.odd, ...strings.odd, 'null', '[]', '{}'].map(
    (value) =>
      `{"model":"nobody/knows","messages":[{"role":"user","content":"a"}],"input":"a","prompt":"a",` +
      `"max_tokens":${value},"temperature":${value},"tools":${value},"stop":${value},"reasoning":${value}}`,
  ),
]

const routes = [
  '/chat/completions',
  '/completions',
  '/embeddings',
  '/responses',
  '/messages',
  '/messages/count_tokens',
]

let gateway: Env
let key: string
beforeAll(async () => {
  gateway = { ...env, SIMULATOR: 'on' }
  ;({ key } = await account(env))
})

test.each(routes)('%s: no body is too odd to be refused in JSON, and none shows where', async (route) => {
  const wrong: string[] = []
  for (const body of corpus) {
    const { response, text } = await askWhole(gateway, body, { key, path: `/api/v1${route}` })
    const isRefusal = response.status >= 400 && response.status < 500
    const isTold = response.headers.get('content-type')?.startsWith('application/json') === true
    const hasPlace = /\n\s+at |\.ts:\d|SyntaxError|TypeError|ZodError/.test(text)
    if (!isRefusal || !isTold || hasPlace || !('error' in Object(JSON.parse(text))))
      wrong.push(`${body.slice(0, 200)} → ${response.status} ${text.slice(0, 300)}`)
  }
  expect(wrong).toEqual([])
})
