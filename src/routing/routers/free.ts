import { GatewayError } from '../../base/errors.ts'
import { isFree } from '../filters.ts'
import { candidatesMax, type Choice, type RouterInput } from './choice.ts'
import { capablePool } from './pool.ts'

/** `openrouter/free`: any model that costs nothing and can do what is asked for, by lot (OpenRouter: free router). */
export async function freeRouter(input: RouterInput, router: string): Promise<Choice | GatewayError> {
  const able = await capablePool(input, ({ endpoints }) => endpoints.some(isFree))
  const pool = able.flatMap((each) => {
    const free = each.able.filter(isFree)
    return free.length > 0 ? [{ model: each.model, endpoints: free, via: 'free' as const }] : []
  })
  if (pool.length === 0) {
    return new GatewayError(
      'not_found',
      `${router}: no free model here can serve this request. Ask for less (inputs, tools, length), or name a model`,
    )
  }
  return { candidates: drawn(pool, candidatesMax, input.random), router }
}

/** So many at random, each as likely as any other. */
function drawn<T>(items: readonly T[], count: number, random: () => number): T[] {
  const rest = [...items]
  return Array.from({ length: Math.min(count, items.length) }, () => {
    return rest.splice(Math.floor(random() * rest.length), 1)
  }).flat()
}
