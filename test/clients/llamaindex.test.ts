import { OpenAI } from '@llamaindex/openai'
import { extractText, LLMAgent, tool } from 'llamaindex'
import { conversations, joined, weather } from './conversations.ts'

const { name, description, input: parameters, run: execute } = weather

conversations(
  'llamaindex',
  { sign: /^thrown: .*Provider returned error/, thoughts: 'forgotten' },
  ({ apiKey, baseUrl, model }) => {
    const llm = new OpenAI({ model, apiKey, baseURL: baseUrl, maxRetries: 0 })
    const streamed = async (prompt: string) => {
      const chunks = await llm.chat({ messages: [{ role: 'user', content: prompt }], stream: true })
      return await joined(deltas(chunks))
    }
    return {
      whole: async (prompt) => {
        const { message } = await llm.chat({ messages: [{ role: 'user', content: prompt }] })
        return extractText(message.content)
      },
      streamed,
      tools: async (prompt) => {
        const agent = new LLMAgent({ llm, tools: [tool({ name, description, parameters, execute })] })
        const { message } = await agent.chat({ message: prompt })
        return extractText(message.content)
      },
      end: streamed,
    }
  },
)

async function* deltas(chunks: AsyncIterable<{ delta: string }>): AsyncGenerator<string> {
  for await (const { delta } of chunks) yield delta
}
