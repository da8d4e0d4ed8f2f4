import type { GatewayError } from '../../base/errors.ts'
import type { Endpoint } from '../../catalogue/model.ts'
import type { Candidate } from '../candidate.ts'
import { isFree } from '../filters.ts'
import { candidatesMax, nobody, type Choice, type RouterInput } from './choice.ts'
import { capable, meantPool, type Able } from './pool.ts'

/** `openrouter/free`: any model that costs nothing and can do what is asked for, by lot (OpenRouter: free router). */
export async function freeRouter(input: RouterInput, router: string): Promise<Choice | GatewayError> {
  const meant = await meantPool(input, ({ endpoints }) => endpoints.some(isFree))
  const pool = freeOf(capable(meant, input.request), ({ able }) => able)
  if (pool.length > 0) return { candidates: drawn(pool, candidatesMax, input.random), router }
  const barred = freeOf(meant, ({ endpoints }) => endpoints)
  const mayServe = freeOf(meant, ({ able }) => able)
  // Where it is the preferences that leave nobody, the plan says of each why.
  if (barred.length > 0 && mayServe.length === 0) return { candidates: barred, router, barred: true }
  return nobody(
    router,
    `${router}: no free model here can serve this request. Ask for less (inputs, tools, length), or name a model`,
  )
}

function freeOf(pool: readonly Able[], endpointsOf: (each: Able) => readonly Endpoint[]): Candidate[] {
  return pool.flatMap((each) => {
    const endpoints = endpointsOf(each).filter(isFree)
    return endpoints.length > 0 ? [{ model: each.model, endpoints, via: 'free' as const }] : []
  })
}

/** So many at random, each as likely as any other. */
function drawn<T>(items: readonly T[], count: number, random: () => number): T[] {
  const rest = [...items]
  return Array.from({ length: Math.min(count, items.length) }, () => {
    return rest.splice(Math.floor(random() * rest.length), 1)
  }).flat()
}
