import { ChatOpenRouter } from '@langchain/openrouter'
import { conversations } from './conversations.ts'
import { langchain } from './langchain.ts'

conversations(
  '@langchain/openrouter',
  { sign: /^finish: error/, thoughts: 'forgotten' },
  ({ apiKey, baseUrl, model }) =>
    langchain(new ChatOpenRouter({ model, apiKey, baseURL: baseUrl, maxRetries: 0 })),
)
