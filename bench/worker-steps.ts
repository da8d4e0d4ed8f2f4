import { Hono, type Context } from 'hono'
import { authenticate } from '../src/accounts/caller.ts'
import { generationId } from '../src/base/ids.ts'
import type { Env } from '../src/env.ts'
import gateway from '../src/index.ts'
import { admit, type Admitted } from '../src/gateway/admit.ts'
import { readBody } from '../src/gateway/body.ts'
import { limitsOf } from '../src/gateway/limits.ts'
import type { Plan } from '../src/gateway/plan.ts'
import { placeOf } from '../src/gateway/place.ts'
import { profileOf } from '../src/gateway/profile.ts'
import type { GenerationRequest } from '../src/generation/request.ts'
import { blankRecord } from '../src/ledger/blank-record.ts'
import type { GenerationRecord } from '../src/ledger/contract.ts'
import { call } from '../src/providers/call.ts'
import { openaiChatDialect } from '../src/wire/openai-chat/dialect.ts'

// Every Worker of wrangler.toml exports the classes its bindings name.
export { CatalogueKeeper, Health, Ledger } from '../src/index.ts'

/** The pass-through with the gateway's first steps before it, one more on each path: what each of them costs. */
type BenchContext = Context<{ Bindings: Env }>

const app = new Hono<{ Bindings: Env }>()
  .post('/authenticate', async (c) => {
    await authenticate(c.env, c.req.raw.headers)
    return await fetch(upstreamUrl(c), c.req.raw)
  })
  .post('/decode', async (c) => {
    await authenticate(c.env, c.req.raw.headers)
    return await forward(c, await decode(c))
  })
  .post('/admit', async (c) => {
    const { request, hold } = await admitted(c)
    const response = await forward(c, request)
    c.executionCtx.waitUntil(hold.void(nothingServed))
    return response
  })
  .post('/call', async (c) => {
    const { request, plan, hold } = await admitted(c)
    const events = await eventsOf(c, request, plan)
    c.executionCtx.waitUntil(hold.void(nothingServed))
    return c.json({ completion_tokens: events })
  })

  .post('/pump', async (c) => {
    const { body } = await fetch(upstreamUrl(c), c.req.raw)
    const { readable, writable } = new IdentityTransformStream()
    c.executionCtx.waitUntil(pump(body ?? new ReadableStream(), writable))
    return new Response(readable, { headers: { 'content-type': 'text/event-stream' } })
  })

/** Chunk by chunk through JavaScript, unchanged: what no gateway that looks at its chunks can do without. */
async function pump(body: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array>): Promise<void> {
  const writer = writable.getWriter()
  for await (const chunk of body) await writer.write(chunk)
  await writer.close()
}

// Accounts and credit are the gateway's own.
app.notFound(async (c) => await gateway.fetch(c.req.raw, c.env, c.executionCtx))

export default app

async function decode(c: BenchContext): Promise<GenerationRequest> {
  const { headers } = c.req.raw
  return openaiChatDialect.decodeRequest(await readBody(c.req.raw, limitsOf(c.env)), headers)
}

async function admitted(c: BenchContext): Promise<Admitted & { request: GenerationRequest }> {
  const { env } = c
  const caller = await authenticate(env, c.req.raw.headers)
  const limits = limitsOf(env)
  const profile = await profileOf(env, caller, limits, Date.now())
  const request = await decode(c)
  return {
    request,
    ...(await admit({
      env,
      caller,
      profile,
      limits,
      request,
      place: placeOf(c.req.raw),
      client: { keep: (work) => c.executionCtx.waitUntil(work) },
      generationId: generationId(Date.now()),
      arrivedAtMs: Date.now(),
    })),
  }
}

/** Reads the first endpoint's answer to its end. */
async function eventsOf(c: BenchContext, request: GenerationRequest, { endpoints }: Plan): Promise<number> {
  const limits = limitsOf(c.env)
  const signal = AbortSignal.timeout(limits.totalTimeoutMs)
  const [endpoint] = endpoints
  if (!endpoint) throw new Error('unreachable: a plan is never empty')
  const target = { ...endpoint, reasoning: endpoint.model.reasoning, streams: request.stream }
  let events = 0
  for await (const batch of call(target, request, { env: c.env, signal, limits })) events += batch.length
  return events
}

async function forward(c: BenchContext, request: GenerationRequest): Promise<Response> {
  return await fetch(upstreamUrl(c), { method: 'POST', body: JSON.stringify(request.native.body) })
}

function upstreamUrl(c: BenchContext): string {
  return `${c.env.OPENAI_BASE_URL}/chat/completions`
}

const nothingServed: GenerationRecord = { ...blankRecord, status: 499, cancelled: true }
