import type { JsonObject } from '../base/json.ts'

/** A turn of a conversation between two. */
export interface Message<Block> {
  role: 'user' | 'assistant'
  content: Block[]
}

/**
 * The turns as the formats of Anthropic and Bedrock have them: roles alternate, the user begins, results of tools come
 * first, and a message must say something. `read` gives of a block the object that says what it is.
 */
export function alternating<Block>(
  messages: readonly Message<Block>[],
  options: { opening: Block; isResult: (block: JsonObject) => boolean; read: (block: Block) => JsonObject },
): Message<Block>[] {
  const { opening, read } = options
  const isResult = (block: Block) => options.isResult(read(block))
  const result: Message<Block>[] = []
  for (const { role, content } of messages) {
    if (content.length === 0) continue
    const last = result.at(-1)
    if (last?.role === role) last.content.push(...content)
    else result.push({ role, content: [...content] })
  }
  for (const message of result) {
    const { content } = message
    message.content = [...content.filter(isResult), ...content.filter((block) => !isResult(block))]
  }
  const last = result.at(-1)
  const end = last?.role === 'assistant' ? last.content.at(-1) : undefined
  if (end !== undefined) trimEnd(read(end))
  return result[0]?.role === 'assistant' ? [{ role: 'user', content: [opening] }, ...result] : result
}

/** What the model is to go on with may not end in white space. */
function trimEnd(block: JsonObject): void {
  if (typeof block['text'] === 'string') block['text'] = block['text'].trimEnd()
}
