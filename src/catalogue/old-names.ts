import { newId } from './canonical.ts'

/** Ids that clients still have from before a model was renamed, where no rule of spelling leads to the new one. */
const renamed: Readonly<Record<string, string>> = {
  'deepseek/deepseek-chat-v3': 'deepseek/deepseek-chat',
  'deepseek/deepseek-reasoner': 'deepseek/deepseek-r1',
  'google/gemini-flash-1.5': 'google/gemini-1.5-flash',
  'google/gemini-pro-1.5': 'google/gemini-1.5-pro',
  'google/gemini-2.0-flash-001': 'google/gemini-2.0-flash',
  'google/gemini-2.0-flash-lite-001': 'google/gemini-2.0-flash-lite',
  'openai/gpt-3.5-turbo-1106': 'openai/gpt-3.5-turbo',
  'openai/gpt-4-1106-preview': 'openai/gpt-4-turbo-preview',
  'qwen/qwen3-235b-a22b-07-25': 'qwen/qwen3-235b-a22b-2507',
  'x-ai/grok-3-beta': 'x-ai/grok-3',
  'x-ai/grok-3-mini-beta': 'x-ai/grok-3-mini',
}

/**
 * The ids that an old one may mean, likeliest first: `anthropic/claude-4-5-sonnet` is `anthropic/claude-sonnet-4.5`,
 * and a dated snapshot is its model. The author stays: another's model is another model.
 */
export function oldIds(id: string): string[] {
  if (!/^[\w.-]{1,40}\/[\w.-]{1,96}$/.test(id)) return []
  const known = Object.hasOwn(renamed, id) ? renamed[id] : undefined
  if (known !== undefined) return [known]
  const respelt = newId(id)
  const author = id.slice(0, id.indexOf('/') + 1)
  return respelt !== undefined && respelt !== id && respelt.startsWith(author) ? [respelt] : []
}
