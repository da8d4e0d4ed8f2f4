import { createAnthropic } from '@ai-sdk/anthropic'
import { aiSdk } from './ai-sdk.ts'
import { conversations } from './conversations.ts'

conversations(
  '@ai-sdk/anthropic',
  { sign: /^error .*Provider returned error/, thoughts: 'carried' },
  ({ apiKey, origin, model }) => aiSdk(createAnthropic({ apiKey, baseURL: `${origin}/v1` })(model)),
)
