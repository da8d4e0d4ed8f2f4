import { blankRecord } from './blank-record.ts'
import type { GenerationRecord } from './contract.ts'
import type { EntryRow, GenerationRow } from './rows.ts'
import type { Flush } from './state.ts'
import { whole } from './whole.ts'

export interface Statement {
  sql: string
  parameters: (string | number | null)[]
}

/**
 * A flush as one transaction of D1. Every statement asks whether D1 is exactly where the lines begin, so the same
 * lines sent twice change nothing. The last one tells where D1 is afterwards.
 */
export function flushStatements(accountId: string, flush: Flush): Statement[] {
  const generations = flush.generations.map((row) => Object.values(generationColumns(accountId, row)))
  const entries = flush.entries.map((row) => Object.values(entryColumns(accountId, row)))
  const guard = [accountId, flush.afterSeq]
  return [
    { sql: insertGenerations, parameters: [JSON.stringify(generations), ...guard] },
    { sql: insertEntries, parameters: [JSON.stringify(entries), ...guard] },
    { sql: moveAccount, parameters: [flush.amountNanos, ...guard, flush.toSeq] },
    { sql: 'select seq from accounts where id = ?1', parameters: [accountId] },
  ].filter(({ parameters }) => parameters[0] !== '[]')
}

const moveAccount = `update accounts set balance_nanos = balance_nanos + ?1, seq = ?4 where id = ?2 and seq = ?3`

/** What nobody told: the Worker that served it died. Its charge is what its last beat had metered. */
function lostRecord(row: GenerationRow): GenerationRecord {
  const model = row.model ?? 'unknown'
  return {
    ...blankRecord,
    createdAtMs: row.admittedAtMs,
    status: 500,
    model,
    requestedModel: model,
    streamed: true,
    errorType: 'server',
    usageEstimated: true,
    upstreamCostNanos: row.costNanos,
  }
}

function generationColumns(accountId: string, row: GenerationRow) {
  const record = row.record ?? lostRecord(row)
  return {
    account_id: accountId,
    id: row.id,
    key_hash: row.keyHash,
    seq: row.seq,
    posted_nanos: row.postedNanos,
    cost_nanos: row.costNanos,
    upstream_cost_nanos: whole(record.upstreamCostNanos),
    created_at: whole(record.createdAtMs),
    status: whole(record.status),
    model: record.model,
    requested_model: record.requestedModel,
    provider: record.provider,
    provider_name: record.providerName,
    upstream_id: record.upstreamId,
    upstream_model: record.upstreamModel,
    streamed: Number(record.streamed),
    cancelled: Number(record.cancelled),
    finish_reason: record.finishReason,
    native_finish_reason: record.nativeFinishReason,
    error_type: record.errorType,
    prompt_tokens: whole(record.promptTokens),
    completion_tokens: whole(record.completionTokens),
    cached_tokens: whole(record.cachedTokens),
    cache_write_tokens: whole(record.cacheWriteTokens),
    reasoning_tokens: whole(record.reasoningTokens),
    usage_estimated: Number(record.usageEstimated),
    first_token_ms: record.firstTokenMs === null ? null : whole(record.firstTokenMs),
    total_ms: whole(record.totalMs),
    attempts: JSON.stringify(record.attempts),
    user: record.user,
    session_id: record.sessionId,
    metadata: record.metadata && JSON.stringify(record.metadata),
    app_url: record.appUrl,
    app_title: record.appTitle,
    user_agent: record.userAgent,
    router: record.router ?? null,
    service_tier: record.serviceTier ?? null,
    cache_source_id: record.cacheSourceId ?? null,
    preset: record.preset ?? null,
    routing: record.routing ?? null,
  }
}

function entryColumns(accountId: string, row: EntryRow) {
  return {
    account_id: accountId,
    seq: row.seq,
    kind: row.kind,
    reference: row.reference,
    amount_nanos: row.amountNanos,
    note: row.note,
    created_at: row.createdAtMs,
  }
}

const emptyGeneration: GenerationRow = {
  id: '',
  keyHash: '',
  state: 'posted',
  holdNanos: 0,
  meteredNanos: 0,
  admittedAtMs: 0,
  expiresAtMs: 0,
  seq: 0,
  postedNanos: 0,
  costNanos: 0,
  model: null,
  freeTokens: null,
  record: null,
}

const emptyEntry: EntryRow = {
  seq: 0,
  kind: 'adjust',
  reference: '',
  amountNanos: 0,
  balanceNanos: 0,
  note: null,
  createdAtMs: 0,
}

/** A generation comes again with an adjustment: its row then tells what it cost in the end. */
const insertGenerations = insertEach(
  'generations',
  Object.keys(generationColumns('', emptyGeneration)),
  'account_id, id',
)
const insertEntries = insertEach(
  'ledger_entries',
  Object.keys(entryColumns('', emptyEntry)),
  'account_id, seq',
)

function insertEach(table: string, columns: string[], id: string): string {
  return `insert into ${table} (${columns.join(', ')})
    select ${columns.map((_, index) => `json_extract(value, '$[${index}]')`).join(', ')} from json_each(?1)
    where (select seq from accounts where id = ?2) = ?3
    on conflict (${id}) do update set ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}`
}
