import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { aiSdk } from './ai-sdk.ts'
import { conversations } from './conversations.ts'

conversations(
  '@ai-sdk/openai-compatible',
  { sign: /^error .*Provider returned error/, thoughts: 'forgotten' },
  ({ apiKey, baseUrl, model }) =>
    aiSdk(createOpenAICompatible({ name: 'gateway', apiKey, baseURL: baseUrl })(model)),
)
