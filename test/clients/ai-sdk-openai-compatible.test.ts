import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { aiSdk } from './ai-sdk.ts'
import { conversations } from './conversations.ts'

conversations('@ai-sdk/openai-compatible', /^error .*Provider returned error/, ({ apiKey, baseUrl, model }) =>
  aiSdk(createOpenAICompatible({ name: 'gateway', apiKey, baseURL: baseUrl })(model)),
)
