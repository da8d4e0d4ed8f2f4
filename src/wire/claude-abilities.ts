import type { Quirks, UpstreamTarget } from './protocol.ts'

/** What a model of Anthropic's takes, wherever it is; a model that only speaks its format takes what the older ones do. */
export interface ClaudeAbilities {
  /** How it thinks, see `Quirks.thinking`. */
  thinking: NonNullable<Quirks['thinking']>
  efforts: readonly string[]
  /** Whether `temperature`, `top_p` and `top_k` may be sent. */
  sampling: boolean
  /** Whether it keeps to a schema without the detour over a tool. */
  answerSchema: boolean
}

const allEfforts: readonly string[] = ['low', 'medium', 'high', 'xhigh', 'max']
const earlyEfforts: readonly string[] = ['low', 'medium', 'high', 'max']

const older = { thinking: 'budget', efforts: [], sampling: true, answerSchema: false } as const
const newest = { thinking: 'adaptive', efforts: allEfforts, sampling: false, answerSchema: true } as const

/**
 * Claude's generations, by what every host's name of a model has in it. The first that matches counts; the newest are
 * last, so that tomorrow's model is one of them.
 */
const generations: readonly (readonly [RegExp, ClaudeAbilities])[] = [
  [/claude-3-7/, older],
  [/claude-(v?[123]|instant)/, { ...older, thinking: 'none' }],
  [/-4-6/, { thinking: 'both', efforts: earlyEfforts, sampling: true, answerSchema: true }],
  [/-4-[789]/, newest],
  [/opus-4-5/, { ...older, efforts: ['low', 'medium', 'high'], answerSchema: true }],
  [/-(4-5|opus-4-1)(?!\d)/, { ...older, answerSchema: true }],
  [/claude-(opus|sonnet|haiku)-4/, older],
  [/claude/, newest],
]

export function claudeAbilities({ upstreamModel, quirks }: UpstreamTarget): ClaudeAbilities {
  const name = upstreamModel.toLowerCase().replaceAll('.', '-')
  const isClaude = name.includes('claude')
  const known = isClaude ? (generations.find(([pattern]) => pattern.test(name))?.[1] ?? newest) : older
  return {
    ...known,
    ...(quirks.thinking && { thinking: quirks.thinking }),
    ...(quirks.efforts && { efforts: quirks.efforts }),
    ...(quirks.answerSchema !== undefined && { answerSchema: quirks.answerSchema }),
  }
}
