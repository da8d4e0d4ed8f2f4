import type { Seal } from '../generation/conversation.ts'

/**
 * A seal in a format that has no place for its maker: the format's own maker's as it is, so that it reaches the client
 * byte for byte; anybody else's behind the maker's name. Base64 has no dot, and names of makers have none either.
 */
export function writeSeal({ maker, data }: Pick<Seal, 'maker' | 'data'>, ownMaker: string): string {
  return maker === ownMaker ? data : `${maker}.${data}`
}

/** The inverse: who made what a client sends back. */
export function readSeal(text: string, ownMaker: string): Pick<Seal, 'maker' | 'data'> {
  const match = /^([a-z][a-z0-9-]*-v\d+)\./.exec(text)
  return match?.[1] === undefined
    ? { maker: ownMaker, data: text }
    : { maker: match[1], data: text.slice(match[0].length) }
}
