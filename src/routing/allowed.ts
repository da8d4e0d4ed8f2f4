import type { RoutingSettings } from '../generation/routing.ts'

/** Whether a model's id, or the id before its variant, is one of those that the patterns mean; `*` is any characters. */
export function matchesAny(id: string, patterns: readonly string[]): boolean {
  const name = id.toLowerCase()
  const [base = ''] = name.split(':')
  return patterns.some((pattern) => matches(name, pattern) || matches(base, pattern))
}

/** By pieces and not by a regular expression: a pattern of many stars must not take forever. */
function matches(id: string, pattern: string): boolean {
  const [first = '', ...pieces] = pattern.toLowerCase().split('*')
  const last = pieces.pop()
  if (last === undefined) return id === first
  if (!id.startsWith(first)) return false
  let at = first.length
  for (const piece of pieces) {
    const found = id.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return id.length - last.length >= at && id.endsWith(last)
}

/** Whether an account and a key let a model serve. */
export function isAllowed(id: string, settings: readonly RoutingSettings[]): boolean {
  return forbiddenBy(id, settings) === undefined
}

/** The setting that keeps a model from serving. */
export function forbiddenBy(
  id: string,
  settings: readonly RoutingSettings[],
): 'allowed_models' | 'ignored_models' | undefined {
  for (const { allowedModels, ignoredModels } of settings) {
    if (allowedModels && !matchesAny(id, allowedModels)) return 'allowed_models'
    if (ignoredModels && matchesAny(id, ignoredModels)) return 'ignored_models'
  }
  return undefined
}
