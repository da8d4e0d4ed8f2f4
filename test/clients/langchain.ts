import type { ChatAnthropic } from '@langchain/anthropic'
import type { ChatOpenAI } from '@langchain/openai'
import type { ChatOpenRouter } from '@langchain/openrouter'
import { weather, type Client } from './conversations.ts'

const { name, description, parameters } = weather
const tools = [{ type: 'function' as const, function: { name, description, parameters } }]

/** LangChain, over one of its models. It has loops in packages of their own; here the program writes it. */
export function langchain(model: ChatAnthropic | ChatOpenAI | ChatOpenRouter): Client {
  const gathered = async (prompt: string) =>
    (await Array.fromAsync(await model.stream(prompt))).reduce((sum, chunk) => sum.concat(chunk))
  return {
    whole: async (prompt) => (await model.invoke(prompt)).text,
    streamed: async (prompt) => (await gathered(prompt)).text,
    tools: async (prompt) => {
      const bound = model.bindTools(tools)
      const question = { role: 'user', content: prompt }
      const answer = await bound.invoke([question])
      const [call] = answer.tool_calls ?? []
      const content = weather.run(weather.input.parse(call?.args))
      const result = { role: 'tool', tool_call_id: call?.id ?? '', content }
      return (await bound.invoke([question, answer, result])).text
    },
    end: async (prompt) => {
      const { finish_reason: reason, stop_reason: stop, status } = (await gathered(prompt)).response_metadata
      return `finish: ${String(reason ?? stop ?? status)}`
    },
  }
}
