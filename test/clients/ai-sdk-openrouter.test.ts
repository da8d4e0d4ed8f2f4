import { createOpenRouter } from '@openrouter/ai-sdk-provider'
import { aiSdk } from './ai-sdk.ts'
import { conversations } from './conversations.ts'

conversations(
  '@openrouter/ai-sdk-provider',
  /^error .*Provider returned error/,
  ({ apiKey, baseUrl, model }) => aiSdk(createOpenRouter({ apiKey, baseURL: baseUrl })(model)),
)
