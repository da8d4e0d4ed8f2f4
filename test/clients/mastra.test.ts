import { Agent } from '@mastra/core/agent'
import { createTool } from '@mastra/core/tools'
import { conversations, joined, weather } from './conversations.ts'

const { name, description, input: inputSchema, run } = weather
const weatherTool = createTool({
  id: name,
  description,
  inputSchema,
  execute: async (input) => ({ report: run(input) }),
})

conversations(
  '@mastra/core',
  { sign: /^finish: error, .*Provider returned error/, thoughts: 'forgotten' },
  ({ apiKey, baseUrl, model }) => {
    const agent = new Agent({
      id: 'asker',
      name: 'asker',
      instructions: 'Answer.',
      model: { id: `gateway/${model}`, url: baseUrl, apiKey },
      maxRetries: 0,
    })
    const helped = new Agent({
      id: 'helped',
      name: 'helped',
      instructions: 'Answer.',
      model: { id: `gateway/${model}`, url: baseUrl, apiKey },
      tools: { weather: weatherTool },
      maxRetries: 0,
    })
    return {
      whole: async (prompt) => (await agent.generate(prompt)).text,
      streamed: async (prompt) => await joined((await agent.stream(prompt)).textStream),
      tools: async (prompt) => await (await helped.stream(prompt)).text,
      end: async (prompt) => {
        const result = await agent.stream(prompt)
        const text = await joined(result.textStream)
        return `finish: ${await result.finishReason}, error: ${String(result.error)}, text: ${text}`
      },
    }
  },
)
