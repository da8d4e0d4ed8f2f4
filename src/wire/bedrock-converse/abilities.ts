import type { UpstreamTarget } from '../protocol.ts'

/** What a model takes in this format, which hides less of the models behind it than it seems to. */
export interface Abilities {
  /** In whose words it is asked to think: in none, it thinks as it likes. */
  thinking: 'claude' | 'nova' | 'effort' | 'none'
  /** What it can be made to do with tools: call any, or a certain one. */
  demands: readonly ('any' | 'tool')[]
  /** Where marks of what is worth caching may stand, and whether they may say for how long. */
  cache: readonly ('messages' | 'tools' | 'ttl')[]
  /** Pictures and documents may be part of a tool's result. */
  mediaInResults: boolean
  /** Ids of tool calls have nine letters and digits. */
  shortToolIds: boolean
  /** An answer is held to a schema by `outputConfig`; else by a tool that must be called. */
  answerSchema: boolean
}

const plain: Abilities = {
  thinking: 'none',
  demands: [],
  cache: [],
  mediaInResults: false,
  shortToolIds: false,
  answerSchema: true,
}

const capable: Abilities = { ...plain, demands: ['any', 'tool'], mediaInResults: true, answerSchema: false }

const nova: Abilities = { ...capable, cache: ['messages'] }

/** Families of models by what their ids, and those of their inference profiles, have in them. The first counts. */
const families: readonly (readonly [RegExp, Abilities])[] = [
  [/claude/, { ...capable, thinking: 'claude', cache: ['messages', 'tools', 'ttl'] }],
  [/nova-2/, { ...nova, thinking: 'nova' }],
  [/nova/, nova],
  [/mistral|mixtral|ministral|magistral|pixtral/, { ...plain, demands: ['any'], shortToolIds: true }],
  [/openai|gpt-oss/, { ...plain, thinking: 'effort' }],
]

export function abilitiesOf({ upstreamModel, quirks }: UpstreamTarget): Abilities {
  const name = upstreamModel.toLowerCase()
  const known = families.find(([pattern]) => pattern.test(name))?.[1] ?? plain
  return { ...known, ...(quirks.answerSchema !== undefined && { answerSchema: quirks.answerSchema }) }
}
