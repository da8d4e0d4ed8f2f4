import type { Json, JsonObject } from '../../base/json.ts'
import { noUsage, type Usage } from '../../generation/usage.ts'
import { readCount, readObject } from '../json.ts'

/** What is billed, which is less than what the model reads: a preamble of the host's own is in `tokens` alone. */
export function readUsage(json: Json | undefined): Usage | undefined {
  const usage = readObject(json)
  return (
    countsIn(usage, readObject(usage?.['billed_units'])) ?? countsIn(usage, readObject(usage?.['tokens']))
  )
}

function countsIn(usage: JsonObject | undefined, counts: JsonObject | undefined): Usage | undefined {
  const promptTokens = readCount(counts?.['input_tokens'])
  const completionTokens = readCount(counts?.['output_tokens'])
  if (promptTokens === undefined || completionTokens === undefined || promptTokens + completionTokens === 0) {
    return undefined
  }
  const cachedTokens = Math.min(readCount(usage?.['cached_tokens']) ?? 0, promptTokens)
  return { ...noUsage, promptTokens, completionTokens, cachedTokens }
}
