/**
 * The shard that holds a model, by its id (FNV-1a). A cold isolate that is asked for one model reads one shard, which
 * has some twenty models however many there are.
 */
export function shardOf(id: string, shards: number): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0) % shards
}

/** Where a shard of the deployed snapshot is among the static assets. */
export function shardPath(shard: number): string {
  return `/catalogue/${shard}.json`
}

/** A power of two, so that a few models more leave the others where they are: 16 to 32 models a shard. */
export function shardCount(models: number): number {
  return 2 ** Math.max(0, Math.floor(Math.log2(models / 16)))
}
