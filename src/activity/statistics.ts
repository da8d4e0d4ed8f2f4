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
}

/** First instants of the oldest day that activity shows and of today, which it does not show yet. */
export function activityWindow(nowMs: number): { fromMs: number; untilMs: number } {
  const untilMs = periodStarts(nowMs).day
  return { fromMs: untilMs - activityDays * dayMs, untilMs }
}

/** What an account's keys used, one row for each day, model and endpoint. */
export async function activityOf(
  env: Env,
  accountId: string,
  window: { fromMs: number; untilMs: number },
  keyHash: string | undefined,
): Promise<object[]> {
  // Ids begin with the second they were made in, so the days are ranges of the primary key.
  const query = env.DB.prepare(
    `select date(cast(substr(id, 5, 10) as integer), 'unixepoch') as date, model, provider,
       max(provider_name) as provider_name, upstream_model, count(*) as requests,
       sum(prompt_tokens) as prompt_tokens, sum(completion_tokens) as completion_tokens,
       sum(reasoning_tokens) as reasoning_tokens, sum(cost_nanos) as cost_nanos
     from generations
     where account_id = ?1 and id >= ?2 and id < ?3 and (?4 is null or key_hash = ?4)
       and provider is not null and upstream_model is not null
     group by 1, model, provider, upstream_model
     order by 1 desc, cost_nanos desc, model, provider, upstream_model`,
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
  }
}
