import { cors } from 'hono/cors'

/**
 * Any web page may call the gateway: a key is what counts, and there are no cookies to abuse. Whatever headers a
 * browser client asks to send are allowed, because official clients keep adding some (`HTTP-Referer`, `X-Title`, …).
 */
export const crossOrigin = cors({
  origin: '*',
  allowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
  exposeHeaders: [
    'X-Generation-Id',
    'X-OpenRouter-Cache-Status',
    'X-OpenRouter-Cache-TTL',
    'X-OpenRouter-Cache-Age',
    'X-OpenRouter-Cache-Source-Id',
    'Retry-After',
    'Server-Timing',
    'X-RateLimit-Limit',
    'X-RateLimit-Remaining',
    'X-RateLimit-Reset',
    'X-Should-Retry',
  ],
  maxAge: 86_400,
})
