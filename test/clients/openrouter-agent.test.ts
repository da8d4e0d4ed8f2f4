import { OpenRouter, tool } from '@openrouter/agent'
import { conversations, joined, weather } from './conversations.ts'

const { name, description, input: inputSchema, run } = weather
const weatherTool = tool({
  name,
  description,
  inputSchema,
  execute: (input) => ({ report: run(input) }),
})

conversations(
  '@openrouter/agent',
  { sign: /^thrown: Error: Response failed: .*Provider returned error/, thoughts: 'carried' },
  ({ apiKey, baseUrl, model }) => {
    const client = new OpenRouter({ apiKey, serverURL: baseUrl, retryConfig: { strategy: 'none' } })
    const streamed = async (input: string) => await joined(client.callModel({ model, input }).getTextStream())
    return {
      whole: async (input) => await client.callModel({ model, input }).getText(),
      streamed,
      tools: async (input) => await client.callModel({ model, input, tools: [weatherTool] }).getText(),
      end: async (input) => await client.callModel({ model, input }).getText(),
    }
  },
)
