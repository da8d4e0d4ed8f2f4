import { refusedKey } from '../accounts/caller.ts'
import { GatewayError } from '../base/errors.ts'
import { formatUsd } from '../base/money.ts'
import type { GenerationRequest } from '../generation/request.ts'
import { ledger } from '../ledger/client.ts'
import type { Admission, Profile, RateLimit } from '../ledger/contract.ts'
import { circuitsOf, withCircuits } from '../routing/circuit/circuits.ts'
import { healthOf, refresh } from '../routing/health/memory.ts'
import type { Departure } from './departure.ts'
import type { Exchange } from './exchange.ts'
import { Hold } from './hold.ts'
import { makePlan, sticking, tokensAffordable, withoutFree, type Plan, type PlanningContext } from './plan.ts'
import { profileOf, rememberProfile } from './profile.ts'

interface Applicant extends Pick<
  Exchange,
  'env' | 'caller' | 'generationId' | 'request' | 'place' | 'limits' | 'arrivedAtMs'
> {
  profile: Profile
  client: Pick<Departure, 'keep'>
}

export interface Admitted {
  plan: Plan
  hold: Hold
}

/**
 * Plans, then takes the hold, in one call of the account's object; where that knows a newer profile than the plan
 * was made with, plans again. A request that cannot be routed touches no money.
 */
export async function admit(applicant: Applicant): Promise<Admitted> {
  const { caller, request, env, client } = applicant
  const context = contextOf(applicant)
  let plan = await firstPlan(applicant, context)
  let admission = await ask(applicant, plan)
  if (!admission.ok && admission.reason === 'stale_profile') {
    context.profile = rememberProfile(caller, admission.profile, Date.now())
    plan = await makePlan(context, request)
    admission = await ask(applicant, plan)
  }
  // What costs something has no such limit, and stands in for what is free as it does for what fails.
  const paid = isFreeLimit(admission) ? withoutFree(plan, context, request) : undefined
  if (paid) {
    plan = paid
    admission = await ask(applicant, plan)
  }
  if (!admission.ok) throw refusal(admission, plan, request)
  const { admittedAtMs, headroomNanos, stickTo } = admission
  const claim = {
    generationId: applicant.generationId,
    keyHash: caller.keyHash,
    admittedAtMs,
    model: plan.model.id,
    ...(plan.free && { free: true }),
  }
  client.keep(refresh(env, plan.endpoints, context.nowMs))
  const hold = new Hold(env, caller, claim, { amountNanos: plan.holdNanos, headroomNanos })
  const stuck = sticking(plan, stickTo, context, request)
  return { plan: (await covers(hold, stuck)) ? stuck : plan, hold }
}

/** Where a conversation stays may cost more than was set aside. Without the money for that it goes elsewhere. */
async function covers(hold: Hold, { holdNanos }: Plan): Promise<boolean> {
  if (holdNanos <= hold.amountNanos) return true
  try {
    return (await hold.beat(0, holdNanos)).ok
  } catch {
    // The ledger does not answer: what it has set aside already is enough for the others.
    return false
  }
}

/** What a profile lays down may have been taken back since it was read: before that refuses anything, it is read anew. */
async function firstPlan(
  { env, caller, request, limits }: Applicant,
  context: PlanningContext,
): Promise<Plan> {
  const { profile } = context
  try {
    return await makePlan(context, request)
  } catch (error) {
    // What it may have laid down since is a model for who names none.
    if (!profile.routing && request.routing.models.length > 0) throw error
    context.profile = await profileOf(env, caller, { ...limits, profileFreshMs: 0 }, Date.now())
    if (context.profile.version === profile.version) throw error
    return await makePlan(context, request)
  }
}

function contextOf({ env, profile, place, limits, arrivedAtMs: nowMs }: Applicant): PlanningContext {
  const health = withCircuits(healthOf(env, nowMs), circuitsOf(env, limits), nowMs)
  return { env, profile, place, limits, health, nowMs }
}

async function ask({ env, caller, generationId }: Applicant, plan: Plan): Promise<Admission> {
  const { conversation } = plan
  return await ledger(env, caller.accountId).admit({
    generationId,
    keyHash: caller.keyHash,
    profileVersion: plan.profileVersion,
    model: plan.model.id,
    holdNanos: plan.holdNanos,
    ...(plan.free && { free: true }),
    ...(conversation !== undefined && { conversation }),
  })
}

function isFreeLimit(admission: Admission): boolean {
  return !admission.ok && admission.reason === 'rate' && admission.limit.name.startsWith('free_')
}

function refusal(
  admission: Extract<Admission, { ok: false }>,
  plan: Plan,
  request: GenerationRequest,
): GatewayError {
  switch (admission.reason) {
    case 'unknown_key':
    case 'disabled_key':
    case 'expired_key':
      return refusedKey(admission.reason)
    case 'balance':
    case 'key_limit':
      return unaffordable(admission, plan, request)
    case 'rate':
      return rateLimited(admission.limit)
    case 'stale_profile':
      return new GatewayError('service_unavailable', 'The settings of this key are changing. Try again.', {
        headers: { 'retry-after': '1' },
      })
  }
}

/** Says what was to be set aside and why, what is there, and how many tokens that would buy. */
function unaffordable(
  {
    reason,
    neededNanos,
    availableNanos,
  }: { reason: 'balance' | 'key_limit'; neededNanos: number; availableNanos: number },
  plan: Plan,
  request: GenerationRequest,
): GatewayError {
  const purse = reason === 'balance' ? 'the balance of this account' : 'the spending limit of this key'
  const fits = tokensAffordable(plan, availableNanos)
  const advice =
    reason === 'balance'
      ? 'Add credits with POST /api/v1/credits'
      : 'Raise its limit with PATCH /api/v1/keys/{hash}'
  return new GatewayError(
    'payment_required',
    (neededNanos === 0
      ? `Insufficient credits: ${purse} is at ${formatUsd(availableNanos)}, and below zero not even a free model answers. `
      : `Insufficient credits: ${formatUsd(neededNanos)} must be set aside for up to ${request.promptTokensMax} prompt and ` +
        `${plan.completionCap} completion tokens of ${plan.model.id}, and ${purse} has ${formatUsd(Math.max(0, availableNanos))} left. `) +
      (fits > 0 ? `${advice}, or ask for max_tokens of at most ${fits}.` : `${advice}.`),
    {
      metadata: {
        needed_usd: neededNanos / 1e9,
        available_usd: availableNanos / 1e9,
        affordable_tokens: fits,
      },
    },
  )
}

function rateLimited({ name, limit, resetAtMs, retryAfterSeconds }: RateLimit): GatewayError {
  const whose = name.startsWith('free_')
    ? `this account is ${limit}. Models that cost something have no such limit.`
    : `this key is ${limit}.`
  return new GatewayError('rate_limit_exceeded', `Rate limit exceeded: ${name} of ${whose}`, {
    headers: {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(resetAtMs),
      'retry-after': String(retryAfterSeconds),
    },
  })
}
