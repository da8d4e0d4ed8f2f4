import { newId } from './canonical.ts'

/**
 * The ids that a name without its author may mean, likeliest first. Agents ask for models of their maker's as its own
 * API spells them: `claude-sonnet-4-5-20250929`, `gpt-5.1`. A variant or a preset is no part of such a name.
 */
export function idsOfBareName(name: string): string[] {
  const id = /^[\w.-]{1,96}$/.test(name) ? newId(name) : undefined
  if (id === undefined) return []
  const author = id.slice(0, id.indexOf('/'))
  return [...new Set([`${author}/${name}`, id])]
}
