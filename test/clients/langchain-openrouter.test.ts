import { ChatOpenRouter } from '@langchain/openrouter'
import { conversations } from './conversations.ts'
import { langchain } from './langchain.ts'

conversations('@langchain/openrouter', /^finish: error/, ({ apiKey, baseUrl, model }) =>
  langchain(new ChatOpenRouter({ model, apiKey, baseURL: baseUrl, maxRetries: 0 })),
)
