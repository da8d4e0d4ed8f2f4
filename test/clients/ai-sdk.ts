import { generateText, stepCountIs, streamText, tool, type LanguageModel } from 'ai'
import { weather, type Client } from './conversations.ts'

type ProviderOptions = NonNullable<Parameters<typeof streamText>[0]['providerOptions']>

const tools = {
  weather: tool({ description: weather.description, inputSchema: weather.input, execute: weather.run }),
}

/** The AI SDK, over one of its providers. */
export function aiSdk(model: LanguageModel, providerOptions: ProviderOptions = {}): Client {
  return {
    whole: async (prompt) => (await generateText({ model, prompt, maxRetries: 0 })).text,
    streamed: async (prompt) => await streamText({ model, prompt, maxRetries: 0 }).text,
    tools: async (prompt) =>
      await streamText({ model, prompt, tools, providerOptions, maxRetries: 0, stopWhen: stepCountIs(3) })
        .text,
    end: async (prompt) => {
      const errors: unknown[] = []
      const onError = ({ error }: { error: unknown }) => void errors.push(error)
      const result = streamText({ model, prompt, maxRetries: 0, onError })
      await result.consumeStream()
      const [finish, raw] = [await result.finishReason, await result.rawFinishReason]
      return `${finish} (${raw}); errors: ${JSON.stringify(errors)}`
    },
  }
}
