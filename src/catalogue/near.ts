import { editDistance } from '../base/edit-distance.ts'

/** An id longer than this is not a typing error of one of ours; comparing it would only cost time. */
const idLengthMax = 96
const nearMax = 3

/** The ids most like a mistyped one, best first; none where nothing is close. */
export function nearIds(ids: Iterable<string>, mistyped: string): string[] {
  if (mistyped.length > idLengthMax) return []
  const wanted = mistyped.toLowerCase()
  const tolerance = Math.max(2, Math.floor(wanted.length / 4))
  const scored: { id: string; distance: number }[] = []
  for (const id of ids) {
    const distance = distanceTo(id, wanted, tolerance)
    if (distance <= tolerance) scored.push({ id, distance })
  }
  return scored
    .toSorted((left, right) => left.distance - right.distance || (left.id < right.id ? -1 : 1))
    .slice(0, nearMax)
    .map(({ id }) => id)
}

/** A slug without its author is no mistake, the beginning of an id one slip; texts of very different lengths are far. */
function distanceTo(id: string, wanted: string, tolerance: number): number {
  const slug = id.slice(id.indexOf('/') + 1)
  const wantedSlug = wanted.slice(wanted.indexOf('/') + 1)
  if (slug === wantedSlug) return 0
  if (wantedSlug.length >= 3 && (id.startsWith(wanted) || slug.startsWith(wantedSlug))) return 1
  return Math.min(
    ...[id, slug]
      .filter((text) => Math.abs(text.length - wanted.length) <= tolerance)
      .map((text) => editDistance(text, wanted)),
  )
}
