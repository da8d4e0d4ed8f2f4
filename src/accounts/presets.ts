import * as z from 'zod/mini'
import { GatewayError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { answerOf } from '../base/sql.ts'
import { RecentTexts } from '../cache/recent-texts.ts'
import type { Env } from '../env.ts'
import type { Format } from '../generation/request.ts'
import { parseBody } from '../wire/client-body.ts'
import type { Dialect } from '../wire/dialect.ts'
import { readArray, readText } from '../wire/json.ts'
import { invalid } from '../wire/refusals.ts'
import { offset, pageSize } from './fields.ts'
import { presetOf, withPreset } from './preset-fields.ts'

/** A row of the table `presets`: one version of a preset. */
interface PresetRow {
  account_id: string
  slug: string
  id: string
  name: string
  version: number
  version_id: string
  config: string
  system_prompt: string | null
  /** When the first version was made, and when this one. */
  created_at: number
  updated_at: number
}

/** What a request that names a preset is to be told of besides its body. */
export interface AppliedPreset {
  id: string
  /** How it would have the response cache used. */
  cache: { enabled?: boolean; ttlSeconds?: number }
}

const presetsMax = 500
/** Of one preset; older ones are forgotten. */
const versionsMax = 100
const charactersMax = 256 * 1024
/** Of all presets of an account with all their versions: the database is everybody's. */
const bytesMax = 64 * 1024 * 1024
/** Of a page of versions; the last of them may go beyond it. */
const pageBytesMax = 4 * 1024 * 1024

const slugPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/

export const presetPage = z.strictObject({ offset: z._default(offset, 0), limit: z._default(pageSize, 50) })

/**
 * The body as its preset completes it, where it names one. The preset is read anew each time, so that a new version
 * holds at once everywhere; a request without one asks no storage.
 */
export async function applyPreset(
  env: Env,
  accountId: string,
  asked: JsonObject,
  format: Format,
): Promise<{ body: JsonObject; preset?: AppliedPreset }> {
  const { slug, body } = referenceOf(asked)
  if (slug === undefined) return { body }
  const row = await inForce(env, accountId, slug)
  if (!row) {
    throw invalid(`This account has no preset ${quoted(slug)}: GET /api/v1/presets lists those it has`)
  }
  const { config, system_prompt: systemPrompt } = versionObject(row)
  const { cache_enabled: enabled, cache_ttl_seconds: ttlSeconds } = parseBody(cacheUse, config)
  return {
    body: withPreset({ config, systemPrompt }, body, format),
    preset: {
      id: row.id,
      cache: {
        ...(typeof enabled === 'boolean' && { enabled }),
        ...(typeof ttlSeconds === 'number' && { ttlSeconds }),
      },
    },
  }
}

/** `@preset/slug` as a model or after one, or the field `preset`; and the body without it. */
function referenceOf(asked: JsonObject): { slug?: string; body: JsonObject } {
  const model = readText(asked['model']) ?? ''
  const at = model.indexOf('@preset/')
  if (at === -1 && asked['preset'] === undefined) return { body: asked }
  const { preset = null, ...body } = asked
  if (preset !== null && (typeof preset !== 'string' || preset === '')) {
    throw invalid('preset: must be the slug of a preset')
  }
  if (at === -1) return preset === null ? { body } : { slug: preset, body }
  const slug = model.slice(at + '@preset/'.length)
  if (preset !== null && preset !== slug) {
    throw invalid(`preset: is ${quoted(preset)}, but model names ${quoted(slug)}; send one of them`)
  }
  if (at > 0) body['model'] = model.slice(0, at)
  else delete body['model']
  return { slug, body }
}

const cacheUse = z.object({
  cache_enabled: z.nullish(z.boolean()),
  cache_ttl_seconds: z.nullish(z.int().check(z.gte(1), z.lte(86_400))),
})

/** What formats insist on and a preset does not keep. */
const filler: JsonObject = { messages: [{ role: 'user', content: 'Hello' }], input: 'Hello' }

/** Keeps what a request says, but for what it is about, as the version of a preset that counts from now on. */
export async function capturePreset(
  env: Env,
  accountId: string,
  asked: { slug: string; body: JsonObject; dialect: Dialect },
  nowMs: number,
): Promise<object> {
  const { slug, body, dialect } = asked
  if (!slugPattern.test(slug)) {
    throw invalid('slug: must have 1 to 100 letters, digits, hyphens or underscores')
  }
  const { config, systemPrompt } = presetOf(body, dialect.format)
  for (const [field, names] of [
    ['model', [config['model']]],
    ['models', readArray(config['models']) ?? []],
  ] as const) {
    if (names.some((name) => readText(name)?.includes('@preset/')))
      throw invalid(`${field}: a preset cannot name another one`)
  }
  parseBody(cacheUse, config)
  // What would be refused of every request that uses it is refused here.
  dialect.decodeRequest({ ...filler, ...config }, new Headers())
  const text = JSON.stringify(config)
  if (text.length + (systemPrompt?.length ?? 0) > charactersMax) {
    throw invalid(`The preset has more than ${charactersMax} characters: keep less of it`)
  }
  const [inserted] = await answerOf(
    env.DB.batch<PresetRow>([
      env.DB.prepare(insertVersion).bind(
        accountId,
        slug,
        crypto.randomUUID(),
        crypto.randomUUID(),
        text,
        systemPrompt,
        nowMs,
      ),
      env.DB.prepare(deleteOldVersions).bind(accountId, slug),
    ]),
  )
  const row = inserted?.results[0]
  if (!row) {
    const most = `${presetsMax} presets, or ${bytesMax / 1024 / 1024} MiB of them`
    throw new GatewayError('conflict', `This account has ${most}, the most: delete one`)
  }
  return presetObject(row, versionObject(row))
}

/** Of a version. */
const bytes = '(octet_length(config) + coalesce(octet_length(system_prompt), 0))'

const insertVersion = `insert into presets
  (account_id, slug, name, id, version_id, config, system_prompt, version, created_at, updated_at)
  select ?1, ?2, ?2, coalesce(max(id), ?3), ?4, ?5, ?6, coalesce(max(version), 0) + 1, coalesce(min(created_at), ?7), ?7
  from presets where account_id = ?1 and slug = ?2
  having (max(version) is not null
      or (select count(distinct slug) from presets where account_id = ?1) < ${presetsMax})
    and (select total(${bytes})
      from presets where account_id = ?1) < ${bytesMax}
  returning *`
const deleteOldVersions = `delete from presets where account_id = ?1 and slug = ?2
  and version <= (select max(version) from presets where account_id = ?1 and slug = ?2) - ${versionsMax}`

/** A page of an account's presets, the one that was changed last, first. */
export async function listPresets(
  env: Env,
  accountId: string,
  { limit, offset: start }: z.infer<typeof presetPage>,
): Promise<object> {
  const [rows, total] = await answerOf(
    env.DB.batch<PresetRow & { total: number }>([
      // Of a group, SQLite gives the other columns of the row that has the maximum.
      env.DB.prepare(
        `select account_id, slug, id, name, version_id, created_at, updated_at, max(version) from presets
         where account_id = ? group by slug
         order by updated_at desc, slug limit ? offset ?`,
      ).bind(accountId, limit, start),
      env.DB.prepare('select count(distinct slug) as total from presets where account_id = ?').bind(
        accountId,
      ),
    ]),
  )
  return {
    data: rows?.results.map((row) => presetObject(row)) ?? [],
    total_count: total?.results[0]?.total ?? 0,
  }
}

export async function getPreset(env: Env, accountId: string, slug: string): Promise<object> {
  const row = await latest(env, accountId, slug)
  if (!row) throw noSuchPreset(slug)
  return presetObject(row, versionObject(row))
}

/** A page of the versions of a preset, the oldest first. It has fewer than were asked for where those are large. */
export async function listVersions(
  env: Env,
  accountId: string,
  slug: string,
  { limit, offset: start }: z.infer<typeof presetPage>,
): Promise<object> {
  const [rows, total] = await answerOf(
    env.DB.batch<PresetRow & { total: number }>([
      env.DB.prepare(
        `select * from (select *, sum(${bytes}) over (order by version) - ${bytes} as bytes_before from
           (select * from presets where account_id = ? and slug = ? order by version limit ? offset ?))
         where bytes_before < ${pageBytesMax} order by version`,
      ).bind(accountId, slug, limit, start),
      env.DB.prepare('select count(*) as total from presets where account_id = ? and slug = ?').bind(
        accountId,
        slug,
      ),
    ]),
  )
  const count = total?.results[0]?.total ?? 0
  if (count === 0) throw noSuchPreset(slug)
  return { data: rows?.results.map(versionObject) ?? [], total_count: count }
}

export async function getVersion(
  env: Env,
  accountId: string,
  slug: string,
  version: string,
): Promise<object> {
  const query = env.DB.prepare('select * from presets where account_id = ? and slug = ? and version = ?')
  const row = await answerOf(query.bind(accountId, slug, Number(version)).first<PresetRow>())
  if (!row)
    throw new GatewayError('not_found', `${noSuchPreset(slug).message} with a version ${quoted(version)}`)
  return versionObject(row)
}

/** Deletes a preset with all its versions. */
export async function deletePreset(env: Env, accountId: string, slug: string): Promise<void> {
  const query = env.DB.prepare('delete from presets where account_id = ? and slug = ?').bind(accountId, slug)
  const { meta } = await answerOf(query.run())
  if (meta.changes === 0) throw noSuchPreset(slug)
}

/** Presets by account and slug, as this isolate read them last: for as long as D1 does not answer, they are in force. */
const rowsCache = new RecentTexts()

async function inForce(env: Env, accountId: string, slug: string): Promise<PresetRow | null> {
  const key = `${accountId} ${slug}`
  try {
    const row = await latest(env, accountId, slug)
    if (row) rowsCache.set(key, JSON.stringify(row))
    else rowsCache.delete(key)
    return row
  } catch (error) {
    const known = rowsCache.get(key)
    if (known === undefined) throw error
    const row: PresetRow = JSON.parse(known)
    return row
  }
}

async function latest(env: Env, accountId: string, slug: string): Promise<PresetRow | null> {
  const query = env.DB.prepare(
    'select * from presets where account_id = ? and slug = ? order by version desc limit 1',
  ).bind(accountId, slug)
  return await answerOf(query.first<PresetRow>())
}

function presetObject(
  row: Omit<PresetRow, 'version' | 'config' | 'system_prompt'>,
  designated?: object,
): object {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    description: null,
    status: 'active',
    status_updated_at: null,
    workspace_id: row.account_id,
    creator_user_id: null,
    designated_version_id: row.version_id,
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
    ...(designated && { designated_version: designated }),
  }
}

function versionObject(row: PresetRow) {
  const config: JsonObject = JSON.parse(row.config)
  const madeAt = new Date(row.updated_at).toISOString()
  return {
    id: row.version_id,
    preset_id: row.id,
    version: row.version,
    config,
    system_prompt: row.system_prompt,
    creator_id: row.account_id,
    created_at: madeAt,
    updated_at: madeAt,
  }
}

function noSuchPreset(slug: string): GatewayError {
  return new GatewayError('not_found', `This account has no preset ${quoted(slug)}`)
}

function quoted(slug: string): string {
  return JSON.stringify(slug.slice(0, 100))
}
