const shortIdLength = 9

/** The same id for the same id: its own where it fits, else 46 bits of its hash (FNV-1a, twice) in base 36. */
export function shortId(id: string): string {
  if (/^[a-zA-Z0-9]{9}$/.test(id)) return id
  const digits = [0x811c9dc5, 0x01000193].map((seed) => {
    let hash = seed
    for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
    return (hash >>> 0).toString(36).padStart(7, '0').slice(-5)
  })
  return digits.join('').slice(0, shortIdLength)
}

/** The id of a call that its host gave none. Hosts take ids of 40 letters; an answer's own is the most unlike at its end. */
export function callIdFor(answerId: string, index: number): string {
  return `call_${answerId.slice(-30)}_${index}`
}
