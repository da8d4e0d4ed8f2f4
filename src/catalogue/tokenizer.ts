/** The contract's families of tokenizers, by how an id begins. */
const families: readonly (readonly [beginning: string, tokenizer: string])[] = [
  ['openai/', 'GPT'],
  ['anthropic/', 'Claude'],
  ['google/gemma', 'Gemma'],
  ['google/', 'Gemini'],
  ['x-ai/', 'Grok'],
  ['cohere/', 'Cohere'],
  ['amazon/', 'Nova'],
  ['qwen/qwen3', 'Qwen3'],
  ['qwen/', 'Qwen'],
  ['deepseek/', 'DeepSeek'],
  ['mistralai/', 'Mistral'],
  ['meta-llama/llama-4', 'Llama4'],
  ['meta-llama/llama-3', 'Llama3'],
  ['meta-llama/', 'Llama2'],
]

export function tokenizerOf(id: string): string {
  return families.find(([beginning]) => id.startsWith(beginning))?.[1] ?? 'Other'
}
