import { generationIdFloor } from '../base/ids.ts'
import { answerOf } from '../base/sql.ts'
import { dayMs } from '../base/time.ts'
import type { Use } from '../catalogue/sort.ts'
import type { Env } from '../env.ts'

const windowMs = 7 * dayMs
/** The query reads the whole week. */
const freshMs = 60 * 60_000

type Uses = ReadonlyMap<string, Use>

/** By the database: who comes while it is asked waits for the same answer. */
const usesCache = new WeakMap<object, { uses: Promise<Uses>; untilMs: number }>()

/**
 * How much each model was used by all accounts in seven days, and how fast it was at the median: up to an hour ago.
 * Nothing where the database does not tell: a list in its usual order is better than none.
 */
export async function modelUses(env: Env, nowMs: number): Promise<Uses | undefined> {
  const known = usesCache.get(env.DB)
  const uses = known && nowMs < known.untilMs ? known.uses : readUses(env, nowMs)
  if (uses !== known?.uses) usesCache.set(env.DB, { uses, untilMs: nowMs + freshMs })
  try {
    return await uses
  } catch {
    usesCache.delete(env.DB)
    return undefined
  }
}

async function readUses(env: Env, nowMs: number): Promise<Uses> {
  // Ids follow the account in the primary key, and begin with the second they were made in: `cross` has it read so.
  const query = env.DB.prepare(
    `with answers as (
       select model, prompt_tokens + completion_tokens as tokens, first_token_ms as latency,
         case when total_ms > first_token_ms then completion_tokens * 1e3 / (total_ms - first_token_ms) end as rate
       from accounts cross join generations on account_id = accounts.id and generations.id >= ?1
       where provider is not null and cache_source_id is null
     ), ranked as (
       select *, count(latency) over per_model as latencies, count(rate) over per_model as rates,
         row_number() over (partition by model order by latency nulls last) as latency_rank,
         row_number() over (partition by model order by rate nulls last) as rate_rank
       from answers window per_model as (partition by model)
     )
     select model, sum(tokens) as tokens,
       max(case when 2 * latency_rank <= latencies + 1 then latency end) as latency,
       max(case when 2 * rate_rank <= rates + 1 then rate end) as rate
     from ranked group by model`,
  ).bind(generationIdFloor(nowMs - windowMs))
  const { results } = await answerOf(query.all<Use & { model: string }>())
  return new Map(results.map((row) => [row.model, row]))
}
