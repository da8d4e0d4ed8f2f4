import { ChatOpenAI } from '@langchain/openai'
import { conversations, type Way } from './conversations.ts'
import { langchain } from './langchain.ts'

const model = ({ apiKey, baseUrl, model: name }: Way, useResponsesApi: boolean) =>
  new ChatOpenAI({ model: name, apiKey, configuration: { baseURL: baseUrl }, useResponsesApi, maxRetries: 0 })

conversations(
  '@langchain/openai, chat',
  { sign: /^thrown: .*Provider returned error/, thoughts: 'forgotten' },
  (way) => langchain(model(way, false)),
)
conversations('@langchain/openai, Responses', { sign: /^finish: undefined/, thoughts: 'carried' }, (way) =>
  langchain(model(way, true)),
)
