import type { Json, JsonObject } from '../base/json.ts'
import { readObject } from './json.ts'
import type { UpstreamTarget } from './protocol.ts'

/** OpenAI's mark that everything up to here is worth keeping. How long is its own business. */
export const breakpoint = { prompt_cache_breakpoint: { mode: 'explicit' } } as const

/** Whether a model can be told what to keep: OpenAI's can since GPT-5.6, at hosts that know its options of caching. */
export function takesBreakpoints({ upstreamModel, quirks }: UpstreamTarget): boolean {
  if (quirks.drop?.includes('prompt_cache_options')) return false
  const [, major = 0, minor = 0] = /gpt-(\d+)(?:\.(\d+))?/i.exec(upstreamModel) ?? []
  return Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 6)
}

/** Whether a part or a tool has a mark under that name. */
export function isMarked(item: Json, name: 'cache_control' | 'prompt_cache_breakpoint'): boolean {
  return (readObject(item)?.[name] ?? null) !== null
}

/** A part without its marks; with OpenAI's in place of any where it `takes` them. */
export function remarked(part: JsonObject, takes: boolean): JsonObject {
  if (!('cache_control' in part) && !('prompt_cache_breakpoint' in part)) return part
  const { cache_control: mark, prompt_cache_breakpoint: point, ...rest } = part
  return takes && (mark ?? point ?? null) !== null ? { ...rest, ...breakpoint } : rest
}
