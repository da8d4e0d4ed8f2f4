import type { Seal } from '../../generation/conversation.ts'
import { readSeal, writeSeal } from '../seals.ts'

/** Who made what `encrypted_content` holds where it does not say so. */
const ownMaker = 'openai-responses-v1'

/** What a seal belongs to: the thought it is sent with, or, in the format of its maker, words or a tool call. */
export type SealedThing = 'thought' | 'text' | { call: number }

export interface Sealed {
  seal: Seal
  of: SealedThing
}

/**
 * A seal as the `encrypted_content` of a reasoning item, the one place clients of this format keep. Encrypted thoughts,
 * which is all its own makers have, are written as every format does; before the data of any other stands what it is:
 * `signature.`, `text.` or, for the turn's second call, `call1.`. Base64 has no dot.
 */
export function writeSealed({ seal, of }: Sealed): string {
  const mark = of === 'thought' ? (seal.kind === 'signature' ? 'signature.' : '') : `${nameOf(of)}.`
  return writeSeal({ maker: seal.maker, data: mark + seal.data }, ownMaker)
}

function nameOf(of: Exclude<SealedThing, 'thought'>): string {
  return of === 'text' ? of : `call${of.call}`
}

/** The inverse, of what a client sends back. */
export function readSealed(text: string, id?: string): Sealed {
  const { maker, data } = readSeal(text, ownMaker)
  const mark = /^(signature|text|call(\d{1,4}))\./.exec(data)
  const seal: Seal = {
    maker,
    kind: mark ? 'signature' : 'encrypted',
    data: mark ? data.slice(mark[0].length) : data,
    ...(id !== undefined && { id }),
  }
  if (mark?.[1] === 'text') return { seal, of: 'text' }
  return { seal, of: mark?.[2] === undefined ? 'thought' : { call: Number(mark[2]) } }
}
