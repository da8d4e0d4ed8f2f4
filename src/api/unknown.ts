import type { Context } from 'hono'
import { GatewayError } from '../base/errors.ts'
import { errorResponse } from '../base/http.ts'
import { editDistance } from '../base/edit-distance.ts'

/** What Hono tells of a route. */
interface Route {
  method: string
  path: string
}

const base = '/api/v1'
const segmentsMax = 12
const pathMax = 120

/**
 * The reply to a path or method that nothing serves: it names the one that was probably meant. Returned, not thrown:
 * an error thrown here would lose the headers that middleware has set.
 */
export function unknownRoute(c: Context, routes: readonly Route[]): Response {
  return errorResponse(refusalOf(c, routes))
}

function refusalOf(c: Context, routes: readonly Route[]): GatewayError {
  const { method, path } = c.req
  const known = routes.filter((route) => route.method !== 'ALL')
  const allowed = methodsOf(known, (route) => matches(route.path, path))
  if (allowed.length > 0) {
    const message = `${path} does not answer ${method}; it answers ${allowed.join(' and ')}`
    return new GatewayError('method_not_allowed', message, { headers: { allow: allowed.join(', ') } })
  }
  const meant = nearest(known, path)
  const methods = methodsOf(known, (route) => route.path === meant?.route)
  const verb = methods.includes(method) ? method : methods.join(' or ')
  const hint = meant ? `Did you mean ${verb} ${meant.text}?` : `The API is at ${base}`
  return new GatewayError('not_found', `There is no ${method} ${shortened(path)} here. ${hint}`)
}

function methodsOf(routes: readonly Route[], meant: (route: Route) => boolean): string[] {
  return [...new Set(routes.filter(meant).map((route) => route.method))].toSorted()
}

/** The known route whose path is nearest, and its path as it should have been asked for. */
function nearest(routes: readonly Route[], path: string): { route: string; text: string } | undefined {
  const asked = withoutBase(path).slice(0, segmentsMax)
  const text = asked.join('/').slice(0, pathMax)
  // A base path that is missing or doubled is one mistake, whatever follows it.
  const candidates = routes
    .filter((route) => route.path.startsWith(`${base}/`) || !isVersioned(route.path))
    .map((route) => {
      const filled = fill(withoutBase(route.path), asked)
      return { route: route.path, filled, distance: editDistance(filled.join('/'), text) }
    })
    .toSorted((left, right) => left.distance - right.distance)
  const [best] = candidates
  if (!best || best.distance > Math.max(2, best.filled.join('/').length / 2)) return undefined
  const prefix = isVersioned(best.route) ? base : ''
  return { route: best.route, text: `${prefix}/${best.filled.join('/')}` }
}

function isVersioned(path: string): boolean {
  return /^\/(?:api\/)?v1\//.test(path)
}

function withoutBase(path: string): string[] {
  const segments = path.split('/').filter((segment) => segment !== '')
  const start = segments.findIndex((segment) => segment !== 'api' && !/^v\d+$/.test(segment))
  return start === -1 ? [] : segments.slice(start)
}

/** The route's segments, with what was asked for in the place of its parameters. */
function fill(route: readonly string[], asked: readonly string[]): string[] {
  return route.map((segment, index) => (segment.startsWith(':') ? (asked[index] ?? segment) : segment))
}

function matches(route: string, path: string): boolean {
  const asked = path.split('/')
  const segments = route.split('/')
  return (
    asked.length === segments.length &&
    segments.every((segment, index) => segment === asked[index] || segment.startsWith(':'))
  )
}

function shortened(path: string): string {
  return path.length > pathMax ? `${path.slice(0, pathMax)}…` : path
}
