import type { Json, JsonObject } from '../../base/json.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { isMarked, remarked, takesBreakpoints } from '../cache-breakpoints.ts'
import { effortOfBudget, efforts, nearestEffort } from '../efforts.ts'
import { hintsIn, reasoningModes } from '../hints.ts'
import { readArray, readCount, readObject, readText } from '../json.ts'
import type { UpstreamBody, UpstreamTarget } from '../protocol.ts'
import { bodyOf } from './conversation-body.ts'
import { handlingOf } from './fields.ts'
import { readSealed } from './sealed.ts'

const encryptedThoughts = 'reasoning.encrypted_content'

/** Words of other formats that this one does not have. */
const foreignFields = [
  'stop',
  'seed',
  'min_p',
  'top_a',
  'repetition_penalty',
  'logit_bias',
  // Which it has, but in an answer that no other format is told.
  'logprobs',
  'top_logprobs',
] as const

/**
 * The body the client sent, or the one a client of this format would have sent, with only the edits named here, in
 * the order the client wrote it: what two requests have in common goes upstream as the same bytes, so a provider's
 * prompt cache finds it.
 */
export function encodeRequest(request: GenerationRequest, target: UpstreamTarget): UpstreamBody {
  const isNative = request.native.format === 'openai-responses'
  const body = isNative ? request.native.body : bodyOf(request)
  const marks = takesBreakpoints(target)
  const dropped = new Dropped([
    ...(target.quirks.drop ?? []),
    ...(isNative ? [] : foreignFields),
    // Both came with GPT-5.6.
    ...(marks ? [] : ['prompt_cache_options', 'reasoning.mode', 'reasoning.context']),
  ])
  const edits = editsOf(request, body, { target, dropped })
  const upstream: JsonObject = {}
  for (const [field, value] of Object.entries(body)) {
    if (value === null || dropped.takes(field)) continue
    const handling = handlingOf(field)
    if (handling === 'sent') upstream[field] = value
    else if (handling === 'edited') Object.assign(upstream, edits[field]?.(value))
  }
  if (!('tools' in upstream)) delete upstream['tool_choice']
  if (!('include' in upstream)) Object.assign(upstream, edits['include']?.([]))
  // Who leaves the choice to an account or to `models` names none.
  upstream['model'] = target.upstreamModel
  upstream['stream'] = target.streams
  if (target.tier) upstream['service_tier'] = target.tier
  // Nothing that passes through is kept at the provider.
  upstream['store'] = false
  const others = isNative ? marksIn(body) : unasked(request, upstream, marks)
  return { body: upstream, dropped: [...new Set([...dropped.asked, ...others])] }
}

/** Hosts find by themselves what is worth keeping. */
function marksIn(body: JsonObject): string[] {
  return isMarked(body, 'cache_control') ? ['cache_control'] : []
}

/** What clients of other formats asked for and the body has no word for. */
function unasked({ conversation }: GenerationRequest, upstream: JsonObject, marks: boolean): string[] {
  const asked = conversation()
  const sent = { ...upstream, ...reasoningModes(readObject(upstream['reasoning']) ?? {}) }
  const extras = Object.entries(asked.extras).filter(([field, value]) => sent[field] !== value)
  const unsent = marks ? { ...asked, turns: [] } : asked
  return [
    ...extras.map(([field]) => field),
    ...hintsIn(unsent, ['cache_control']),
    ...hintsIn(asked, ['messages.images', 'tool_result.is_error']),
  ]
}

/** What the host refuses, by path, and what of it was asked for. */
class Dropped {
  readonly asked: string[] = []
  readonly #paths: ReadonlySet<string>

  constructor(paths: readonly string[]) {
    this.#paths = new Set(paths)
  }

  takes(path: string): boolean {
    const isTaken = this.#paths.has(path)
    if (isTaken) this.add(path)
    return isTaken
  }

  add(path: string): void {
    if (!this.asked.includes(path)) this.asked.push(path)
  }

  /** An object without the fields that the host refuses in it; nothing where none is left. */
  fieldsIn(path: string, value: Json): JsonObject {
    const fields = Object.entries(readObject(value) ?? {}).filter(
      ([field, inner]) => inner !== null && !this.takes(`${path}.${field}`),
    )
    return fields.length === 0 ? {} : { [path]: Object.fromEntries(fields) }
  }
}

type Edit = (value: Json) => JsonObject

function editsOf(
  request: GenerationRequest,
  body: JsonObject,
  { target, dropped }: { target: UpstreamTarget; dropped: Dropped },
): Record<string, Edit> {
  const { maxTokens } = request
  // What other formats mark is told by their name for it.
  const lost = request.native.format === 'openai-responses' ? dropped : undefined
  const cap = Math.min(maxTokens ?? 0, target.maxCompletionTokens ?? maxTokens ?? 0)
  return {
    model: () => ({ model: target.upstreamModel }),
    stream: () => ({ stream: target.streams }),
    input: (value) => ({
      input: readArray(value)?.flatMap((item) => encodeItem(item, target, lost)) ?? value,
    }),
    max_output_tokens: () => ({ max_output_tokens: cap }),
    text: (value) => dropped.fieldsIn('text', value),
    tools: (value) => encodeTools(value, target, dropped),
    reasoning: (value) => dropped.fieldsIn('reasoning', encodeReasoning(value, body, target)),
    include: (value) => encodeInclude(value, body, target),
  }
}

/** Thoughts go back to who made them and can read them, byte for byte, and to nobody else. */
function encodeItem(item: Json, target: UpstreamTarget, lost: Dropped | undefined): Json[] {
  const { maker } = target
  const object = readObject(item)
  if (object?.['type'] !== 'reasoning') return [takesBreakpoints(target) ? item : unmarked(item, lost)]
  const encrypted = readText(object['encrypted_content'])
  const sealed = encrypted === undefined ? undefined : readSealed(encrypted)
  if (sealed?.of !== 'thought' || sealed.seal.maker !== maker) return []
  const own = Object.entries(object).filter(([field]) => field !== 'format' && field !== 'signature')
  return [{ ...Object.fromEntries(own), encrypted_content: sealed.seal.data }]
}

/** An item whose parts have no marks for a cache: models that know none refuse them. */
function unmarked(item: Json, lost: Dropped | undefined): Json {
  const fields = Object.entries(readObject(item) ?? {}).map(([field, value]): [string, Json] => {
    const parts = readArray(value)
    if (!parts?.some((part) => isMarked(part, 'prompt_cache_breakpoint'))) return [field, value]
    lost?.add('prompt_cache_breakpoint')
    return [field, parts.map((part) => remarked(readObject(part) ?? {}, false))]
  })
  return readObject(item) ? Object.fromEntries(fields) : item
}

/** Tools of OpenAI's own are not known to all hosts that speak its format. */
function encodeTools(value: Json, { quirks: { toolTypes } }: UpstreamTarget, dropped: Dropped): JsonObject {
  if (!toolTypes) return { tools: value }
  const tools = (readArray(value) ?? []).filter((tool) => {
    const type = readText(readObject(tool)?.['type']) ?? ''
    if (!toolTypes.includes(type)) dropped.add(`tools.${type}`)
    return toolTypes.includes(type)
  })
  return tools.length === 0 ? {} : { tools }
}

/** Effort is all the format knows: a budget or a mere "on" becomes one. */
function encodeReasoning(value: Json, body: JsonObject, { quirks }: UpstreamTarget): JsonObject {
  const { enabled, max_tokens: budget, exclude: _, ...rest } = readObject(value) ?? {}
  const tokens = readCount(budget)
  const named = readText(rest['effort'])
  const wanted =
    named ??
    (enabled === false
      ? 'none'
      : tokens !== undefined
        ? effortOfBudget(tokens, readCount(body['max_output_tokens']))
        : enabled === true
          ? 'medium'
          : undefined)
  const effort = wanted === undefined ? undefined : nearestEffort(wanted, quirks.efforts ?? efforts)
  return { ...rest, effort: effort ?? null }
}

/**
 * What is not stored must be carried by the client: it gets the encrypted thoughts whether it asks for them or not.
 * Models that do not think refuse to be asked.
 */
function encodeInclude(value: Json, body: JsonObject, target: UpstreamTarget): JsonObject {
  const others = (readArray(value) ?? []).filter((each) => each !== encryptedThoughts)
  const asked = others.length < (readArray(value)?.length ?? 0) || (body['reasoning'] ?? null) !== null
  const thinks = target.reasoning ?? asked
  const include = [...others, ...(thinks && target.maker !== undefined ? [encryptedThoughts] : [])]
  return include.length === 0 ? {} : { include }
}
