import { createOpenRouter } from '@openrouter/ai-sdk-provider'
import { aiSdk } from './ai-sdk.ts'
import { conversations } from './conversations.ts'

conversations(
  '@openrouter/ai-sdk-provider',
  { sign: /^error .*Provider returned error/, thoughts: 'carried' },
  ({ apiKey, baseUrl, model }) => aiSdk(createOpenRouter({ apiKey, baseURL: baseUrl })(model)),
)
