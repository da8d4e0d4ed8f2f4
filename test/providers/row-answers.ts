/** The shortest whole answer of each format: `Hello`, as a provider streams it. */

export function openaiChatAnswer(): Response {
  return sse([
    { id: 'u', choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello' } }] },
    { id: 'u', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { id: 'u', choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } },
  ])
}

function sse(chunks: object[]): Response {
  const events = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')
  return new Response(`${events}data: [DONE]\n\n`, { headers: { 'content-type': 'text/event-stream' } })
}
