import type { Quirks, UpstreamTarget } from '../protocol.ts'

/** What a model takes in this format. */
export interface Abilities {
  /** How it thinks, see `Quirks.thinking`. */
  thinking: NonNullable<Quirks['thinking']>
  /** The levels it knows; with `none` it can be asked not to think. */
  efforts: readonly string[]
  /** The least and the most tokens it may be told to think. */
  budget: readonly [least: number, most: number]
  /** Refuses the first call of a tool loop without the signature of its thought. */
  checksSignatures: boolean
  /** Keeps to a form of the answer where tools are offered as well. */
  formBesideTools: boolean
  /** Has no system instruction: it is the user's. */
  systemInUser: boolean
}

const plain: Abilities = {
  thinking: 'none',
  efforts: [],
  budget: [0, 0],
  checksSignatures: false,
  formBesideTools: true,
  systemInUser: false,
}

const flash25: Abilities = {
  ...plain,
  formBesideTools: false,
  thinking: 'budget',
  efforts: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
  budget: [1, 24_576],
}

const newest: Abilities = {
  ...plain,
  thinking: 'both',
  efforts: ['low', 'medium', 'high'],
  budget: [128, 32_768],
  checksSignatures: true,
}

/** Generations of Google's models by name. The first that matches counts; what is not known yet is like the newest. */
const generations: readonly (readonly [RegExp, Abilities])[] = [
  [/gemma-?[123]/, { ...plain, systemInUser: true }],
  [/gemma|gemini-(1|2\.0)|gemini-2.*-image|learnlm|-tts/, plain],
  [/gemini-2\.5-pro/, { ...flash25, efforts: flash25.efforts.slice(1), budget: [128, 32_768] }],
  [/gemini-2\.5-flash-lite/, { ...flash25, budget: [512, 24_576] }],
  [/gemini-2\.5|robotics-er-1\.5/, flash25],
  [/-pro-image/, { ...newest, thinking: 'adaptive', efforts: [] }],
  [/-flash-image/, { ...newest, thinking: 'adaptive', efforts: ['minimal', 'high'] }],
  [/gemini-3-pro/, { ...newest, efforts: ['low', 'high'] }],
  [/gemini-3(\.[0-6])?-flash/, { ...newest, efforts: ['minimal', 'low', 'medium', 'high'] }],
]

export function abilitiesOf({ upstreamModel, quirks, reasoning }: UpstreamTarget): Abilities {
  const name = upstreamModel.toLowerCase()
  const known = generations.find(([pattern]) => pattern.test(name))?.[1] ?? newest
  const thinking = quirks.thinking ?? (reasoning === false ? 'none' : known.thinking)
  return {
    ...known,
    thinking,
    ...(quirks.efforts && { efforts: quirks.efforts }),
    checksSignatures: known.checksSignatures && thinking !== 'none',
  }
}
