const words =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat'.split(
    ' ',
  )

/** The longest text, tokens. */
const tokensMax = 16_384

/** A text at least as long as a number of tokens; the same for the same seed. */
export function lorem(seed: number, tokens: number): string {
  const random = randomFrom(seed)
  const lengthMin = Math.min(tokens, tokensMax) * 4 + 1
  let text = 'Lorem ipsum, says the simulator:'
  while (text.length < lengthMin) text += ` ${words[Math.floor(random() * words.length)] ?? ''}`
  return text
}

/** Numbers from 0 to 1 that look random and follow from the seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
