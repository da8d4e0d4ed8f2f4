import { answerOf } from '../base/sql.ts'
import { sha256Hex } from '../base/hash.ts'
import { dayMs } from '../base/time.ts'
import type { Env } from '../env.ts'
import { fetchList } from '../providers/list.ts'
import { seedModels } from './catalogue.ts'
import { modelsDevRows } from './models-dev.ts'
import { readOverrides } from './overrides.ts'
import { latestVersion, publishState, stateFrom } from './publish.ts'
import { refresh, type Counts, type PriceChange } from './refresh.ts'
import type { SeedModel } from './seed.ts'
import { shardOf } from './shards.ts'
import snapshot from './snapshot.json'

/** What one refresh tells the next. */
export interface RefreshMemory {
  /** Of the snapshot that the rest is about. */
  base: string
  etag?: string | undefined
  rows: number
  /** Days since 1970, and what was written to KV on this one. */
  day: number
  writes: number
}

export type RefreshResult =
  | { kind: 'unchanged' }
  | { kind: 'refreshed'; version: string; shards: number; counts: Counts }
  | { kind: 'refused'; reason: string }
  /** The day's writes are used up: the changes wait. */
  | { kind: 'postponed'; shards: number }

/** Of the thousand a day that the Free plan has, for this. */
const writesADayMax = 200
const versionsKept = 10

/** Fetches the list, and where it can be believed and says something new, makes that the catalogue of all isolates. */
export async function runRefresh(
  env: Env,
  url: string,
  memory: RefreshMemory | undefined,
  nowMs: number,
): Promise<{ result: RefreshResult; memory: RefreshMemory }> {
  const day = Math.floor(nowMs / dayMs)
  const first: RefreshMemory = { base: snapshot.version, rows: snapshot.rows, day, writes: 0 }
  const known = memory?.base === snapshot.version ? memory : first
  const writes = memory?.day === day ? memory.writes : 0
  const now = { ...known, day, writes }
  const fetched = await fetchList(url, known.etag)
  if (fetched.kind === 'unchanged') return { result: { kind: 'unchanged' }, memory: now }

  const before = await stateFrom(env)
  const models = await seedModels(env, before)
  const rows = modelsDevRows(fetched.json)
  const refreshed = refresh(models, rows, known.rows, new Date(nowMs).toISOString().slice(0, 10))
  if ('refusal' in refreshed) return { result: { kind: 'refused', reason: refreshed.refusal }, memory: now }

  const changed = changedShards(models, refreshed.models)
  const done = { ...now, etag: fetched.etag, rows: rows.length }
  if (changed.size === 0) return { result: { kind: 'unchanged' }, memory: done }
  if (writes + changed.size + 1 > writesADayMax) {
    return { result: { kind: 'postponed', shards: changed.size }, memory: now }
  }
  const shards = { ...before.shards, ...(await writeShards(env, changed)) }
  await recordVersion(env, { shards, counts: refreshed.counts, changes: refreshed.changes }, nowMs)
  const { version } = await publishState(env, await readOverrides(env), nowMs)
  return {
    result: { kind: 'refreshed', version, shards: changed.size, counts: refreshed.counts },
    memory: { ...done, writes: writes + changed.size + 1 },
  }
}

/** The texts of the shards in which something is another, by number. */
function changedShards(before: readonly SeedModel[], after: readonly SeedModel[]): Map<number, string> {
  const old = shardTexts(before)
  const now = shardTexts(after)
  const changed = new Map<number, string>()
  for (const [shard, text] of now) if (old.get(shard) !== text) changed.set(shard, text)
  for (const shard of old.keys()) if (!now.has(shard)) changed.set(shard, '[]')
  return changed
}

function shardTexts(models: readonly SeedModel[]): Map<number, string> {
  const byShard = Map.groupBy(models, ({ id }) => shardOf(id, snapshot.shards))
  return new Map([...byShard].map(([shard, own]) => [shard, JSON.stringify(own)]))
}

/** Under names that tell their content: what an isolate has read under one stays true. */
async function writeShards(env: Env, shards: ReadonlyMap<number, string>): Promise<Record<string, string>> {
  const written = [...shards].map(async ([shard, text]): Promise<[string, string]> => {
    const key = `catalogue/${shard}/${(await sha256Hex(text)).slice(0, 16)}`
    await env.CACHE.put(key, text)
    return [String(shard), key]
  })
  return Object.fromEntries(await Promise.all(written))
}

/** The version and what it changed, together: a price has a history, and a version can be gone back to. */
async function recordVersion(
  env: Env,
  made: { shards: Record<string, string>; counts: Counts; changes: readonly PriceChange[] },
  nowMs: number,
): Promise<void> {
  const version = env.DB.prepare(
    `insert into catalogue_versions (number, base, version, shards, counts, made_at)
     select coalesce(max(number), 0) + 1, ?1, ?1 || '.' || (coalesce(max(number), 0) + 1), ?2, ?3, ?4
     from catalogue_versions`,
  ).bind(snapshot.version, JSON.stringify(made.shards), JSON.stringify(made.counts), nowMs)
  const prices = chunks(made.changes, 500).map((changes) =>
    env.DB.prepare(
      `insert or ignore into catalogue_prices (provider, upstream, effective_from, model, price, source)
       select value ->> 'provider', value ->> 'upstream', ?2, value ->> 'model', value -> 'price', 'models.dev'
       from json_each(?1)`,
    ).bind(JSON.stringify(changes), nowMs),
  )
  await answerOf(env.DB.batch([version, ...prices]))
  await forgetOld(env)
}

/** Old versions go, and the shards that no kept one has. */
async function forgetOld(env: Env): Promise<void> {
  const query = env.DB.prepare('select number, shards from catalogue_versions order by number desc')
  const { results } = await answerOf(query.all<{ number: number; shards: string }>())
  const keysOf = (rows: typeof results) =>
    new Set(rows.flatMap(({ shards }) => Object.values<string>(JSON.parse(shards))))
  const old = results.slice(versionsKept)
  if (old.length === 0) return
  const kept = keysOf(results.slice(0, versionsKept))
  for (const key of keysOf(old)) if (!kept.has(key)) await env.CACHE.delete(key)
  const last = old[0]?.number ?? 0
  await answerOf(env.DB.prepare('delete from catalogue_versions where number <= ?').bind(last).run())
}

/** Goes back to a version that is kept; the next list that says something new goes on from there. */
export async function rollBack(env: Env, number: number, nowMs: number): Promise<string | undefined> {
  const insert = env.DB.prepare(
    `insert into catalogue_versions (number, base, version, shards, counts, made_at)
     select (select max(number) + 1 from catalogue_versions), base, version, shards, ?2, ?3
     from catalogue_versions where number = ?1 and base = ?4`,
  ).bind(number, JSON.stringify({ rolledBackTo: number }), nowMs, snapshot.version)
  const { meta } = await answerOf(insert.run())
  if (meta.changes === 0) return undefined
  const { version } = await publishState(env, await readOverrides(env), nowMs)
  return version
}

/** The version that serves, for those who ask. */
export async function servingVersion(env: Env): Promise<object | null> {
  const latest = await latestVersion(env)
  if (!latest) return null
  const counts: unknown = JSON.parse(latest.counts)
  return { number: latest.number, made_at: new Date(latest.made_at).toISOString(), counts }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size))
}
