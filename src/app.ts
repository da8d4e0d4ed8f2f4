import { Hono } from 'hono/tiny'
import { crossOrigin } from './api/cors.ts'
import { flood } from './api/flood.ts'
import { health } from './api/health.ts'
import { inference } from './api/inference.ts'
import { management } from './api/management.ts'
import { models } from './api/models.ts'
import { providers } from './api/providers.ts'
import { readiness } from './api/readiness.ts'
import { unknownRoute } from './api/unknown.ts'
import { GatewayError } from './base/errors.ts'
import { errorResponse } from './base/http.ts'
import { frontPage } from './console/front-page.ts'
import type { Env } from './env.ts'

/** Clients of the management guides write `/keys/`: a slash at the end changes nothing. */
export const app = new Hono<{ Bindings: Env }>({ strict: false })

app.use(crossOrigin)
app.use(readiness)
app.use(flood)
for (const base of ['/api/v1', '/v1']) {
  app.route(base, inference)
  app.route(base, models)
  app.route(base, providers)
  app.route(base, management)
}
app.route('/', health)

// The page is for people: a client that lost its way is told of these routes alone.
const routes = [...app.routes]
app.get('/', (c) => frontPage(c, routes))

app.notFound((c) => unknownRoute(c, routes))
app.onError((error) => errorResponse(GatewayError.from(error)))
