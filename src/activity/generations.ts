import { GatewayError } from '../base/errors.ts'
import { generationIdPattern } from '../base/ids.ts'
import { answerOf } from '../base/sql.ts'
import type { Env } from '../env.ts'
import { ledger } from '../ledger/client.ts'
import type { AttemptRecord, Generation } from '../ledger/contract.ts'

/** A row of the table `generations`. */
interface GenerationRow {
  account_id: string
  id: string
  key_hash: string
  cost_nanos: number
  upstream_cost_nanos: number
  created_at: number
  status: number
  model: string
  requested_model: string
  provider: string | null
  provider_name: string | null
  upstream_id: string | null
  upstream_model: string | null
  streamed: number
  cancelled: number
  finish_reason: string | null
  native_finish_reason: string | null
  error_type: string | null
  prompt_tokens: number
  completion_tokens: number
  cached_tokens: number
  cache_write_tokens: number
  reasoning_tokens: number
  usage_estimated: number
  first_token_ms: number | null
  total_ms: number
  attempts: string
  user: string | null
  session_id: string | null
  metadata: string | null
  app_url: string | null
  app_title: string | null
  user_agent: string | null
  router: string | null
  service_tier: string | null
  cache_source_id: string | null
  preset: string | null
  routing: string | null
}

/** Who looks: the operator sees every account's generations, anybody else those of the own account. */
export interface Viewer {
  accountId: string
  scope: 'own account' | 'all accounts'
}

/**
 * One generation. D1 has it within seconds of its end; before that, and while D1 is down, the account's object does.
 * An id that is unknown, malformed or another account's gives the same answer: which ids exist is nobody's business.
 */
export async function findGeneration(env: Env, viewer: Viewer, id: string): Promise<Generation> {
  if (!generationIdPattern.test(id)) throw noSuchGeneration()
  const inBook = await readBook(env, viewer, id).catch(keepError)
  if (inBook && !(inBook instanceof GatewayError)) return inBook
  const inObject = await ledger(env, viewer.accountId).generation(id)
  if (inObject) return inObject
  throw inBook ?? noSuchGeneration()
}

/** What a page of generations is narrowed to. */
export interface GenerationFilter {
  accountId: string
  api_key_hash?: string | undefined
  model?: string | undefined
  provider?: string | undefined
  status?: number | undefined
  /** The id that the page before ended with. */
  before?: string | undefined
  limit: number
}

/** Generations of an account, newest first. `next` is the `before` of the page that follows; null on the last. */
export async function listGenerations(
  env: Env,
  filter: GenerationFilter,
): Promise<{ generations: Generation[]; next: string | null }> {
  const query = env.DB.prepare(
    `select * from generations
     where account_id = ?1 and id < ?2 and (?3 is null or key_hash = ?3) and (?4 is null or model = ?4)
       and (?5 is null or provider = ?5) and (?6 is null or status = ?6)
     order by id desc limit ?7`,
  ).bind(
    filter.accountId,
    // Sorts behind every id.
    filter.before ?? 'gen.',
    filter.api_key_hash ?? null,
    filter.model ?? null,
    filter.provider ?? null,
    filter.status ?? null,
    filter.limit + 1,
  )
  const { results } = await answerOf(query.all<GenerationRow>())
  const generations = results.slice(0, filter.limit).map(toGeneration)
  return { generations, next: results.length > filter.limit ? (generations.at(-1)?.id ?? null) : null }
}

async function readBook(env: Env, viewer: Viewer, id: string): Promise<Generation | undefined> {
  // Accounts are few: listing them keeps this a look-up in the primary key, which begins with the account.
  const accounts = viewer.scope === 'own account' ? '(?2)' : '(select id from accounts where ?2 is not null)'
  const query = env.DB.prepare(`select * from generations where account_id in ${accounts} and id = ?1`)
  const row = await answerOf(query.bind(id, viewer.accountId).first<GenerationRow>())
  return row ? toGeneration(row) : undefined
}

function toGeneration(row: GenerationRow): Generation {
  const attempts: AttemptRecord[] = JSON.parse(row.attempts)
  const metadata: Record<string, string> | null = row.metadata === null ? null : JSON.parse(row.metadata)
  return {
    id: row.id,
    accountId: row.account_id,
    keyHash: row.key_hash,
    costNanos: row.cost_nanos,
    upstreamCostNanos: row.upstream_cost_nanos,
    createdAtMs: row.created_at,
    status: row.status,
    model: row.model,
    requestedModel: row.requested_model,
    provider: row.provider,
    providerName: row.provider_name,
    upstreamId: row.upstream_id,
    upstreamModel: row.upstream_model,
    streamed: row.streamed === 1,
    cancelled: row.cancelled === 1,
    finishReason: row.finish_reason,
    nativeFinishReason: row.native_finish_reason,
    errorType: row.error_type,
    promptTokens: row.prompt_tokens,
    completionTokens: row.completion_tokens,
    cachedTokens: row.cached_tokens,
    cacheWriteTokens: row.cache_write_tokens,
    reasoningTokens: row.reasoning_tokens,
    usageEstimated: row.usage_estimated === 1,
    firstTokenMs: row.first_token_ms,
    totalMs: row.total_ms,
    attempts,
    user: row.user,
    sessionId: row.session_id,
    metadata,
    appUrl: row.app_url,
    appTitle: row.app_title,
    userAgent: row.user_agent,
    ...(row.router !== null && { router: row.router }),
    ...(row.service_tier !== null && { serviceTier: row.service_tier }),
    ...(row.cache_source_id !== null && { cacheSourceId: row.cache_source_id }),
    ...(row.preset !== null && { preset: row.preset }),
    ...(row.routing !== null && { routing: row.routing }),
  }
}

function keepError(error: unknown): GatewayError {
  return GatewayError.from(error)
}

function noSuchGeneration(): GatewayError {
  return new GatewayError('not_found', 'Generation not found')
}
