import { subscribe } from 'node:diagnostics_channel'
import { afterAll } from 'vitest'
import * as z from 'zod'

// Libraries that call home without being asked to.
process.env['DO_NOT_TRACK'] = '1'
process.env['MASTRA_TELEMETRY_DISABLED'] = '1'

const asked = new Set<string>()

/** What `fetch` asks. */
const fetched = z.object({ request: z.object({ origin: z.coerce.string() }) })
/** What `node:http` and `node:https` ask. */
const requested = z.object({ request: z.object({ host: z.string() }) })

subscribe('undici:request:create', (message) => {
  asked.add(new URL(fetched.parse(message).request.origin).hostname)
})
subscribe('http.client.request.start', (message) => {
  asked.add(requested.parse(message).request.host)
})

afterAll(() => {
  const elsewhere = [...asked].filter((host) => !['localhost', '127.0.0.1'].includes(host))
  if (elsewhere.length > 0) throw new Error(`not the gateway, but ${elsewhere.join(', ')} was asked`)
})
