import { Hono } from 'hono'
import { GatewayError } from './base/errors.ts'
import { errorResponse } from './base/http.ts'
import type { Env } from './env.ts'

export const app = new Hono<{ Bindings: Env }>()

app.onError((error) => errorResponse(GatewayError.from(error)))
