import { ChatAnthropic } from '@langchain/anthropic'
import { conversations } from './conversations.ts'
import { langchain } from './langchain.ts'

conversations(
  '@langchain/anthropic',
  { sign: /^thrown: .*Provider returned error/, thoughts: 'carried' },
  ({ apiKey, origin, model }) =>
    langchain(new ChatAnthropic({ model, apiKey, anthropicApiUrl: origin, maxRetries: 0 })),
)
