import { ChatAnthropic } from '@langchain/anthropic'
import { conversations } from './conversations.ts'
import { langchain } from './langchain.ts'

conversations('@langchain/anthropic', /^thrown: .*Provider returned error/, ({ apiKey, origin, model }) =>
  langchain(new ChatAnthropic({ model, apiKey, anthropicApiUrl: origin, maxRetries: 0 })),
)
