import { LLMock } from '@copilotkit/aimock'

/** Cut off after some words, in any format; without a pause between chunks nothing of it would be sent before. */
const cut = { truncateAfterChunks: 8, chunkSize: 4, latency: 5 }

/**
 * A provider of every format that nobody here wrote, told to answer as our own does. The first fixture that fits is
 * taken.
 */
export async function startAimock(): Promise<{
  baseUrl: string
  journal: string
  close: () => Promise<void>
}> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', strict: true })
  mock.onMessage('break', { content: 'Half an answer, '.repeat(20) }, cut)
  mock.on({ hasToolResult: true }, ({ messages }) => ({
    content: `The tool said ${JSON.stringify(messages.findLast(({ role }) => role === 'tool')?.content)}`,
  }))
  mock.onMessage('Weather?', { toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] })
  mock.onMessage('Hello', { content: 'You said something' })
  const url = await mock.start()
  return { baseUrl: `${url}/v1`, journal: `${url}/__aimock/journal`, close: () => mock.stop() }
}
