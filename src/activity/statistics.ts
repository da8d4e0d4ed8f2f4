import { generationIdFloor } from '../base/ids.ts'
import { toUsd } from '../base/money.ts'
import { answerOf } from '../base/sql.ts'
import { dayMs, periodStarts } from '../base/time.ts'
import type { Env } from '../env.ts'

/** How many completed UTC days `GET /activity` looks back. */
export const activityDays = 30

interface ActivityRow {
  date: string
  model: string
  provider: string
  provider_name: string
  upstream_model: string
  requests: number
  prompt_tokens: number
  completion_tokens: number
  reasoning_tokens: number
  cost_nanos: number
  upstream_nanos: number
  wasted_nanos: number
}

/** First instants of the oldest day that activity shows and of today, which it does not show yet. */
export function activityWindow(nowMs: number): { fromMs: number; untilMs: number } {
  const untilMs = periodStarts(nowMs).day
  return { fromMs: untilMs - activityDays * dayMs, untilMs }
}

/**
 * What an account's keys used, one row for each day, model and endpoint; beside the contract's fields, what the provider
 * charges for it, and for attempts that failed before another endpoint was asked.
 */
export async function activityOf(
  env: Env,
  accountId: string,
  window: { fromMs: number; untilMs: number },
  keyHash: string | undefined,
): Promise<object[]> {
  // Ids begin with the second they were made in, so the days are ranges of the primary key.
  const query = env.DB.prepare(
    `with told as materialized (
       select *, date(cast(substr(id, 5, 10) as integer), 'unixepoch') as date from generations
       where account_id = ?1 and id >= ?2 and id < ?3 and (?4 is null or key_hash = ?4)
     ), used as (
       select date, model, provider, provider_name, upstream_model, 1 as requests, prompt_tokens, completion_tokens,
         reasoning_tokens, cost_nanos, upstream_cost_nanos as upstream_nanos, 0 as wasted_nanos
       from told where provider is not null and upstream_model is not null
       union all
       select date, coalesce(value ->> 'model', model), value ->> 'provider', value ->> 'providerName',
         value ->> 'upstreamModel', 0, 0, 0, 0, 0, 0, value ->> 'wastedNanos'
       from told, json_each(attempts) where value ->> 'wastedNanos' > 0
     )
     select date, model, provider, max(provider_name) as provider_name, upstream_model, sum(requests) as requests,
       sum(prompt_tokens) as prompt_tokens, sum(completion_tokens) as completion_tokens,
       sum(reasoning_tokens) as reasoning_tokens, sum(cost_nanos) as cost_nanos,
       sum(upstream_nanos) as upstream_nanos, sum(wasted_nanos) as wasted_nanos
     from used
     group by date, model, provider, upstream_model
     order by date desc, cost_nanos desc, model, provider, upstream_model`,
  ).bind(accountId, generationIdFloor(window.fromMs), generationIdFloor(window.untilMs), keyHash ?? null)
  const { results } = await answerOf(query.all<ActivityRow>())
  return results.map(activityItem)
}

function activityItem(row: ActivityRow): object {
  return {
    date: row.date,
    model: row.model,
    model_permaslug: row.model,
    endpoint_id: `${row.provider}/${row.upstream_model}`,
    provider_name: row.provider_name,
    requests: row.requests,
    prompt_tokens: row.prompt_tokens,
    completion_tokens: row.completion_tokens,
    reasoning_tokens: row.reasoning_tokens,
    usage: toUsd(row.cost_nanos),
    byok_usage_inference: 0,
    upstream_inference_cost: toUsd(row.upstream_nanos),
    wasted_cost: toUsd(row.wasted_nanos),
  }
}
