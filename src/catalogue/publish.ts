import * as z from 'zod/mini'
import { answerOf } from '../base/sql.ts'
import type { Env } from '../env.ts'
import snapshot from './snapshot.json'
import { deployed, rememberState, stateKey, type CatalogueState, type Overrides } from './state.ts'

/** A refresh, as it is stored. */
export const versionRow = z.object({
  number: z.int(),
  base: z.string(),
  version: z.string(),
  shards: z.string(),
  counts: z.string(),
  made_at: z.int(),
})

const shards = z.record(z.string(), z.string())

/**
 * Tells every isolate what lies over the snapshot, within the minute that KV may take. D1 is the record, this is a copy
 * of it, written in one piece: nobody sees half of a refresh.
 */
export async function publishState(env: Env, overrides: Overrides, nowMs: number): Promise<CatalogueState> {
  const refreshed = await stateFrom(env)
  const state = { ...refreshed, version: `${refreshed.version}-${nowMs.toString(36)}`, overrides }
  await env.CACHE.put(stateKey, JSON.stringify(state))
  rememberState(env, state, nowMs)
  return state
}

/** What the record says lies over the snapshot, without what the operator decided. */
export async function stateFrom(env: Env): Promise<CatalogueState> {
  const latest = await latestVersion(env)
  if (!latest) return deployed
  return { ...deployed, version: latest.version, shards: shards.parse(JSON.parse(latest.shards)) }
}

/** The refresh that serves; none where the last one was of another snapshot. */
export async function latestVersion(env: Env): Promise<z.infer<typeof versionRow> | undefined> {
  const query = env.DB.prepare('select * from catalogue_versions order by number desc limit 1')
  const row = await answerOf(query.first())
  const latest = row === null ? undefined : versionRow.parse(row)
  return latest?.base === snapshot.version ? latest : undefined
}
