import type { GatewayError } from '../../base/errors.ts'
import { refused } from '../model-name.ts'
import { autoRouter } from './auto.ts'
import type { Choice, RouterInput } from './choice.ts'
import { freeRouter } from './free.ts'

export type Router = (input: RouterInput, router: string) => Promise<Choice | GatewayError>

const later: Router = async (_, router) =>
  refused(router, 'this router comes later. Name a model, or openrouter/auto')

/** The routers of the contract, which are ours as well. */
const routers: Readonly<Record<string, Router>> = {
  free: freeRouter,
  auto: autoRouter,
  'auto-beta': autoRouter,
  'pareto-code': later,
  fusion: later,
  'fusion-flash': later,
  bodybuilder: later,
}

export function routerOf(name: string): Router | undefined {
  const [, slug = ''] = /^(?:openrouter|switchyard)\/([a-z-]+)$/.exec(name) ?? []
  return Object.hasOwn(routers, slug) ? routers[slug] : undefined
}
