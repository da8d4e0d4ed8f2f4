import { createOpenAI } from '@ai-sdk/openai'
import { aiSdk } from './ai-sdk.ts'
import { conversations, type Way } from './conversations.ts'

const provider = ({ apiKey, origin }: Way) => createOpenAI({ apiKey, baseURL: `${origin}/v1` })

/** Nothing is stored here: the library carries the encrypted thoughts itself. */
const stateless = { openai: { store: false, include: ['reasoning.encrypted_content'] } }

conversations(
  '@ai-sdk/openai, Responses',
  { sign: /^error .*response\.failed.*Provider returned error/, thoughts: 'carried' },
  (way) => aiSdk(provider(way)(way.model), stateless),
)
conversations('@ai-sdk/openai, chat', { sign: /^other \(error\)/, thoughts: 'forgotten' }, (way) =>
  aiSdk(provider(way).chat(way.model)),
)
