import type { core } from 'zod/mini'

/** For `parse` and `safeParse`: `zod/mini` knows no language, and says "Invalid input" of everything. */
export const inEnglish = { reportInput: true, error: sentenceOf }

function sentenceOf(issue: core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'number' && JSON.isRawJSON(issue.input))
        return unsafe(JSON.stringify(issue.input))
      return `Invalid input: expected ${issue.expected}, received ${typeOf(issue.input)}`
    case 'invalid_value': {
      const values = issue.values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value)))
      return `Invalid ${values.length === 1 ? 'input: expected' : 'option: expected one of'} ${values.join('|')}`
    }
    case 'too_big':
      return `Too big: expected ${issue.origin} ${sizeOf(issue, issue.inclusive ? '<=' : '<', issue.maximum)}`
    case 'too_small':
      return `Too small: expected ${issue.origin} ${sizeOf(issue, issue.inclusive ? '>=' : '>', issue.minimum)}`
    case 'invalid_format':
      return issue.format === 'regex'
        ? `Invalid string: must match pattern ${issue.pattern}`
        : `Invalid ${issue.format === 'url' ? 'URL' : issue.format}`
    case 'unrecognized_keys':
      return `Unrecognized key${issue.keys.length > 1 ? 's' : ''}: ${issue.keys.map((key) => `"${key}"`).join(', ')}`
    case 'invalid_key':
      return `Invalid key in ${issue.origin}`
    case 'invalid_union': {
      const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : []
      if (options.length === 0) return 'Invalid input'
      return `Invalid discriminator value. Expected ${options.map((option) => `'${option}'`).join(' | ')}`
    }
    case 'invalid_element':
    case 'not_multiple_of':
    case 'custom':
      return 'Invalid input'
  }
}

/** Of an integer that is kept as it was written, for no number holds it. */
function unsafe(integer: string): string {
  const [size, bound] = integer.startsWith('-') ? ['small', '>=-'] : ['big', '<=']
  return `Too ${size}: expected int to be ${bound}${Number.MAX_SAFE_INTEGER}`
}

function sizeOf({ origin }: { origin: string }, bound: string, size: number | bigint): string {
  const units: Record<string, string | undefined> = { string: 'characters', array: 'items' }
  const unit = units[origin]
  return unit === undefined ? `to be ${bound}${size}` : `to have ${bound}${size} ${unit}`
}

function typeOf(input: unknown): string {
  if (input === null) return 'null'
  if (Array.isArray(input)) return 'array'
  if (JSON.isRawJSON(input)) return 'number'
  return typeof input === 'number' && !Number.isFinite(input) ? String(input) : typeof input
}
