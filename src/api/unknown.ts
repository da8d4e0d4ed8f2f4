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
  const { method, path, url } = c.req
  // Most who come here have given a client another one.
  const baseUrl = `The base URL to give a client is ${new URL(url).origin}${base}`
  const known = routes.filter((route) => route.method !== 'ALL')
  const allowed = methodsOf(known, (route) => matches(route.path.split('/'), path.split('/')))
  if (allowed.length > 0) {
    const message = `${path} does not answer ${method}; it answers ${allowed.join(' and ')}. ${baseUrl}`
    return new GatewayError('method_not_allowed', message, { headers: { allow: allowed.join(', ') } })
  }
  const near = nearest(known, path)
  const methods = methodsOf(known, (route) => route.path === near?.route)
  const verb = methods.includes(method) ? method : methods.join(' or ')
  const hint = near ? `Did you mean ${verb} ${near.text}? ${baseUrl}` : baseUrl
  return new GatewayError('not_found', `There is no ${method} ${shortened(path)} here. ${hint}`)
}

function methodsOf(routes: readonly Route[], isOne: (route: Route) => boolean): string[] {
  return [...new Set(routes.filter(isOne).map((route) => route.method))].toSorted()
}

interface Meant {
  route: string
  /** The path as it should have been asked for. */
  text: string
}

/** The known route that was probably meant: the one the path ends with, else the one whose path is nearest. */
function nearest(routes: readonly Route[], path: string): Meant | undefined {
  const candidates = routes
    .filter((route) => route.path.startsWith(`${base}/`) || !isVersioned(route.path))
    .map((route) => ({ route: route.path, segments: withoutBase(route.path) }))
    .filter(({ segments }) => segments.length > 0)
  return endOf(candidates, path) ?? similar(candidates, path)
}

interface Candidate {
  route: string
  segments: readonly string[]
}

/** A base path that is missing, doubled, or goes on to a route of its own is one mistake, whatever it is. */
function endOf(candidates: readonly Candidate[], path: string): Meant | undefined {
  const asked = segmentsOf(path)
  const [longest] = candidates
    .filter(({ segments }) => matches(segments, asked.slice(-segments.length)))
    .toSorted((left, right) => right.segments.length - left.segments.length)
  return longest && meant(longest, asked.slice(-longest.segments.length))
}

function similar(candidates: readonly Candidate[], path: string): Meant | undefined {
  const asked = withoutBase(path).slice(0, segmentsMax)
  const text = asked.join('/').slice(0, pathMax)
  const [best] = candidates
    .map((candidate) => {
      const filled = fill(candidate.segments, asked).join('/')
      return { candidate, filled, distance: editDistance(filled, text) }
    })
    .toSorted((left, right) => left.distance - right.distance)
  if (!best || best.distance > Math.max(2, best.filled.length / 2)) return undefined
  return meant(best.candidate, asked)
}

function meant({ route, segments }: Candidate, asked: readonly string[]): Meant {
  return { route, text: `${isVersioned(route) ? base : ''}/${fill(segments, asked).join('/')}` }
}

function isVersioned(path: string): boolean {
  return /^\/(?:api\/)?v1\//.test(path)
}

function withoutBase(path: string): string[] {
  const segments = segmentsOf(path)
  const start = segments.findIndex((segment) => segment !== 'api' && !/^v\d+$/.test(segment))
  return start === -1 ? [] : segments.slice(start)
}

/** The route's segments, with what was asked for in the place of its parameters. */
function fill(route: readonly string[], asked: readonly string[]): string[] {
  return route.map((segment, index) => (segment.startsWith(':') ? (asked[index] ?? segment) : segment))
}

function matches(route: readonly string[], asked: readonly string[]): boolean {
  return (
    asked.length === route.length &&
    route.every((segment, index) => segment === asked[index] || segment.startsWith(':'))
  )
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

function shortened(path: string): string {
  return path.length > pathMax ? `${path.slice(0, pathMax)}…` : path
}
