import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool } from '@openai/agents'
import { conversations, joined, weather, type Client, type Way } from './conversations.ts'

// Traces would go to OpenAI.
setTracingDisabled(true)

const { name, description, input: parameters, run: execute } = weather
const weatherTool = tool({ name, description, parameters, execute })

function client({ apiKey, baseUrl, model }: Way, useResponses: boolean): Client {
  const runner = new Runner({
    modelProvider: new OpenAIProvider({ apiKey, baseURL: baseUrl, useResponses }),
    tracingDisabled: true,
  })
  const agent = new Agent({ name: 'asker', model })
  const streamed = async (prompt: string) => {
    const result = await runner.run(agent, prompt, { stream: true })
    const text = await joined(result.toTextStream())
    await result.completed
    return text
  }
  return {
    whole: async (prompt) => (await runner.run(agent, prompt)).finalOutput ?? '',
    streamed,
    tools: async (prompt) => {
      const result = await runner.run(agent.clone({ tools: [weatherTool] }), prompt, { stream: true })
      await result.completed
      return result.finalOutput ?? ''
    },
    end: streamed,
  }
}

conversations(
  '@openai/agents, chat',
  { sign: /^thrown: .*Provider returned error/, thoughts: 'forgotten' },
  (way) => client(way, false),
)
conversations(
  '@openai/agents, Responses',
  { sign: /^thrown: ModelBehaviorError: .*response\.failed/, thoughts: 'carried' },
  (way) => client(way, true),
)
