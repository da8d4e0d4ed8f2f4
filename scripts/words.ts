import { editDistance } from '../src/base/edit-distance.ts'

/** The names that a misspelt one may have meant, as a sentence to put behind another; empty where none is near. */
export function didYouMean(written: string, names: readonly string[], prefix = ''): string {
  const near = names.filter((name) => isNear(name.toLowerCase(), written.toLowerCase()))
  const shown = near.slice(0, 5).map((name) => prefix + shellWord(name))
  return shown.length === 0 ? '' : ` Did you mean ${shown.join(' or ')}?`
}

function isNear(name: string, written: string): boolean {
  return editDistance(name, written) <= Math.max(1, Math.floor(name.length / 3))
}

/** A word as shells take it, quoted where it must be. */
export function shellWord(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : `"${text}"`
}
