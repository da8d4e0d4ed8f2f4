import type { Context } from 'hono'
import * as z from 'zod/mini'
import { inEnglish } from '../base/english.ts'
import { GatewayError } from '../base/errors.ts'
import type { Env } from '../env.ts'
import { readBody } from '../gateway/body.ts'
import { limitsOf } from '../gateway/limits.ts'

/** No management request is larger. */
const bodyBytesMax = 64 * 1024

/** The query of a route that takes none. */
export const noParameters = z.strictObject({})

/** The JSON body of a management route; a 400 names each field that is wrong. */
export async function bodyOf<S extends z.ZodMiniType>(
  c: Context<{ Bindings: Env }>,
  schema: S,
): Promise<z.output<S>> {
  const body = await readBody(c.req.raw, { ...limitsOf(c.env), bodyBytesMax })
  return parse(schema, body, 'field')
}

/** The query of a management route. Unknown parameters are refused: a filter that is ignored shows too much. */
export function queryOf<S extends z.ZodMiniType>(c: Context<{ Bindings: Env }>, schema: S): z.output<S> {
  const query = new Map<string, string>()
  for (const [name, value] of new URL(c.req.url).searchParams) {
    if (query.has(name)) throw new GatewayError('invalid_request', `${name}: given more than once`)
    query.set(name, value)
  }
  return parse(schema, Object.fromEntries(query), 'parameter')
}

function parse<S extends z.ZodMiniType>(schema: S, input: unknown, noun: 'field' | 'parameter'): z.output<S> {
  const parsed = schema.safeParse(input, inEnglish)
  if (parsed.success) return parsed.data
  // Of several complaints about one field the first is the clearest.
  const reasons = new Map(parsed.error.issues.flatMap((issue) => reasonsOf(issue, noun)).toReversed())
  throw new GatewayError('invalid_request', [...reasons.values()].toReversed().slice(0, 10).join('; '))
}

/** What is wrong, by path: `limit_reset: Invalid option: …`, `Unknown field: markup.foo`. */
function reasonsOf(issue: z.core.$ZodIssue, noun: 'field' | 'parameter'): [path: string, reason: string][] {
  const path = issue.path.map(String).join('.').slice(0, 200)
  if (issue.code === 'unrecognized_keys') {
    const prefix = path === '' ? '' : `${path}.`
    return issue.keys.map((key) => [prefix + key, `Unknown ${noun}: ${prefix}${key.slice(0, 200)}`])
  }
  if (issue.code === 'invalid_union') {
    // The alternative that came furthest is the one that was meant.
    const meant = issue.errors.toSorted((left, right) => depthOf(right) - depthOf(left))[0] ?? []
    if (depthOf(meant) > 0) {
      return meant.flatMap((inner) => reasonsOf({ ...inner, path: [...issue.path, ...inner.path] }, noun))
    }
  }
  const message = issue.input === undefined && issue.code !== 'custom' ? 'is required' : issue.message
  return [[path, `${path}: ${message}`]]
}

function depthOf(issues: z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length + Number(issue.code === 'unrecognized_keys')))
}
