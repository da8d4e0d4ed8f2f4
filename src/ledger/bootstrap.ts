import { sha256Hex } from '../base/hash.ts'
import { defaultAccountId } from '../base/ids.ts'
import { keyLabel, rootKeys } from '../base/key-text.ts'
import { masterKeysOf } from '../base/master-key.ts'
import type { Env } from '../env.ts'

/**
 * Writes the account every deployment starts with, and its two keys, and deletes those of a master key that was
 * replaced. An operator cannot delete the management key, so where it is found deleted MASTER_KEY was set back to
 * what it had been; the other key stays deleted.
 */
export async function bootstrap(env: Env): Promise<void> {
  const now = Date.now()
  const [, previous] = masterKeysOf(env)
  const [own, ownPlain, ...former] = await Promise.all([
    rootKeys(env.MASTER_KEY, env.KEY_PREFIX),
    rootKeys(env.MASTER_KEY),
    ...(previous === undefined ? [] : [rootKeys(previous, env.KEY_PREFIX), rootKeys(previous)]),
  ])
  const kept = await hashes([own.inference, own.management, ownPlain.inference, ownPlain.management])
  const retired = await hashes(former.map(({ inference }) => inference))
  const insertKey = env.DB.prepare(
    `insert into keys (hash, account_id, name, label, class, created_at) values (?, ?, ?, ?, ?, ?)
     on conflict (hash) do update set deleted_at = null, updated_at = excluded.created_at, version = version + 1
     where class = 'management' and deleted_at is not null`,
  )
  const key = async (text: string, name: string, keyClass: string) =>
    insertKey.bind(await sha256Hex(text), defaultAccountId, name, keyLabel(text), keyClass, now)
  await env.DB.batch([
    env.DB.prepare('insert or ignore into accounts (id, name, created_at) values (?, ?, ?)').bind(
      defaultAccountId,
      'default',
      now,
    ),
    await key(own.inference, 'default', 'inference'),
    await key(own.management, 'management', 'management'),
    env.DB.prepare(
      `update keys set deleted_at = ?1, updated_at = ?1, version = version + 1
       where account_id = ?2 and deleted_at is null and (class = 'management' or hash in (select value from json_each(?3)))
         and hash not in (select value from json_each(?4))`,
    ).bind(now, defaultAccountId, JSON.stringify(retired), JSON.stringify(kept)),
  ])
}

async function hashes(texts: string[]): Promise<string[]> {
  return await Promise.all(texts.map(sha256Hex))
}
