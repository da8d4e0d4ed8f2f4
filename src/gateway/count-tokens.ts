import type { Context } from 'hono'
import { authenticate } from '../accounts/caller.ts'
import { applyPreset } from '../accounts/presets.ts'
import { GatewayError } from '../base/errors.ts'
import { errorResponse } from '../base/http.ts'
import { generationId } from '../base/ids.ts'
import type { Env } from '../env.ts'
import type { GenerationRequest } from '../generation/request.ts'
import type { RoutingSettings } from '../generation/routing.ts'
import { countTokens } from '../providers/count-tokens.ts'
import { unknownHealth } from '../routing/endpoint-health.ts'
import { plan } from '../routing/plan.ts'
import { selectCandidates } from '../routing/select.ts'
import type { Dialect } from '../wire/dialect.ts'
import { readBody } from './body.ts'
import { limitsOf, type Limits } from './limits.ts'
import { profileOf } from './profile.ts'

/** Says how many tokens a prompt has: by a provider's count where one counts, else by ours. It costs nothing. */
export async function answerCount(
  c: Context<{ Bindings: Env }>,
  dialect: Dialect,
  estimate: (request: GenerationRequest) => number,
): Promise<Response> {
  const nowMs = Date.now()
  const id = generationId(nowMs)
  try {
    const { env } = c
    const { headers } = c.req.raw
    const limits = limitsOf(env)
    const caller = await authenticate(env, headers)
    // No admission follows that would tell of a newer profile, and the prompt goes to whom this one lets have it.
    const { routing } = await profileOf(env, caller, { ...limits, profileFreshMs: 0 }, nowMs)
    const asked = await readBody(c.req.raw, limits)
    const { body } = await applyPreset(env, caller.accountId, asked, dialect.format)
    const request = dialect.decodeRequest(body, headers)
    const counted = await providersCount(c, request, { limits, settings: routing ?? [] })
    return Response.json({ input_tokens: counted ?? Math.max(1, estimate(request)) })
  } catch (thrown) {
    const error = GatewayError.from(thrown)
    return errorResponse(error, dialect.encodeError(error, id), { 'x-generation-id': id })
  }
}

async function providersCount(
  { env, req }: Context<{ Bindings: Env }>,
  request: GenerationRequest,
  { limits, settings }: { limits: Limits; settings: readonly RoutingSettings[] },
): Promise<number | undefined> {
  const { candidates } = await selectCandidates(env, request, settings, Math.random)
  const first = candidates.slice(0, 1)
  // A prompt goes to nobody for its count who could not have it for an answer.
  const { ranked } = plan({
    request,
    selection: { candidates: first },
    settings,
    health: () => unknownHealth,
    nowMs: Date.now(),
    random: Math.random,
  })
  const endpoints = first
    .flatMap((candidate) => candidate.endpoints)
    .filter((endpoint) => ranked.some((each) => each.endpoint === endpoint))
  const signal = AbortSignal.any([req.raw.signal, AbortSignal.timeout(limits.headersTimeoutMs)])
  for (const endpoint of endpoints.slice(0, limits.attemptsMax)) {
    const target = { ...endpoint, reasoning: endpoint.model.reasoning }
    const counted = await countTokens(target, request, { env, signal })
    if (counted !== undefined) return counted
  }
  return undefined
}
