/**
 * A value of JSON as RFC 8785 writes it: no white space, names of an object in the order of their UTF-16 units, numbers
 * and strings as ECMAScript writes them. Two values have the same text if, and only if, they are the same value.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries<unknown>({ ...value })
    // What is undefined is absent, as it is in all JSON.
    .filter(([, field]) => field !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`
}
