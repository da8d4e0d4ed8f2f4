import worker from '../src/index.ts'
import type { Env } from '../src/env.ts'
import { Ledger as PlainLedger } from '../src/ledger/ledger.ts'
import { noCounts, type Counts } from './counts.ts'

// Every Worker of wrangler.toml exports the classes its bindings name.
export { CatalogueKeeper, Health } from '../src/index.ts'

/**
 * The gateway with its bindings counted, and where `DISTANCE_MS` is set, with that much time on the way to the objects
 * and back. Worker and objects share one isolate here, so these counters see both. Requests come one by one.
 */
interface BenchEnv extends Env {
  DISTANCE_MS?: string
}

let counted: Counts = structuredClone(noCounts)
let dispatched = false
/** The same for all requests, as the runtime has it: by its bindings the gateway remembers what it knows. */
let countedEnv: Env | undefined
const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []

const plainFetch = globalThis.fetch
/** The only fetches of the Worker are those to providers. */
globalThis.fetch = async (input, init) => {
  dispatched = true
  return await plainFetch(input, init)
}

export default {
  async fetch(request: Request, env: BenchEnv, ctx: ExecutionContext): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/counts') return Response.json(readCounts())
    if (pathname === '/reset') {
      counted = structuredClone(noCounts)
      cursors.length = 0
      return Response.json({})
    }
    dispatched = false
    counted.requests++
    countedEnv ??= {
      ...env,
      LEDGER: countedNamespace(env.LEDGER, env),
      ...(env.HEALTH && { HEALTH: countedNamespace(env.HEALTH, env) }),
      DB: countedByWorker(env.DB),
    }
    return await worker.fetch(request, countedEnv, ctx)
  },
}

export class Ledger extends PlainLedger {
  constructor(ctx: DurableObjectState, env: Env) {
    super(countRows(ctx), { ...env, DB: countedByObject(env.DB) })
  }

  override async alarm(): Promise<void> {
    counted.alarmsRun++
    await super.alarm?.()
  }
}

function readCounts(): Counts {
  const rows = cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, 0)
  return { ...counted, objectRowsWritten: rows + counted.alarmsSet }
}

type Member = (...given: unknown[]) => unknown

/** The target, with what `replace` gives for a method in its place. */
function around<T extends object>(target: T, replace: (name: string, method: Member) => Member): T {
  return new Proxy(target, {
    get(_, name): unknown {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      const method: Member = (...given) => Reflect.apply(member, target, given)
      return typeof name === 'string' ? replace(name, method) : method
    },
  })
}

function countedNamespace<T extends object>(namespace: T, env: BenchEnv): T {
  const distanceMs = Number(env.DISTANCE_MS ?? 0)
  return around(namespace, (name, method) => {
    if (name !== 'get' && name !== 'getByName') return method
    return (...given) => {
      const stub = method(...given)
      return typeof stub === 'object' && stub !== null ? countedStub(stub, distanceMs) : stub
    }
  })
}

function countedStub(stub: object, distanceMs: number): object {
  return around(stub, (name, method) => async (...given) => {
    const calls = dispatched ? counted.callsAfterDispatch : counted.callsBeforeDispatch
    calls[name] = (calls[name] ?? 0) + 1
    if (distanceMs === 0) return await method(...given)
    await scheduler.wait(distanceMs / 2)
    const result = await method(...given)
    await scheduler.wait(distanceMs / 2)
    return result
  })
}

function countedByWorker(database: D1Database): D1Database {
  return around(database, (name, method) => (...given) => {
    // A batch is made of prepared statements: counting those counts it.
    if (name === 'prepare' && dispatched) counted.databaseCallsAfterDispatch++
    else if (name === 'prepare') counted.databaseCallsBeforeDispatch++
    return method(...given)
  })
}

/** What objects write to D1 goes in batches. */
function countedByObject(database: D1Database): D1Database {
  return around(database, (name, method) => {
    if (name !== 'batch') return method
    return async (...given) => {
      const results = await method(...given)
      counted.databaseBatches++
      for (const result of Array.isArray(results) ? results : []) {
        counted.databaseRowsWritten += Number(result?.meta?.rows_written ?? 0)
      }
      return results
    }
  })
}

function countRows(ctx: DurableObjectState): DurableObjectState {
  const { storage } = ctx
  const { sql } = storage
  const exec = sql.exec.bind(sql)
  sql.exec = <T extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]) => {
    const cursor = exec<T>(query, ...bindings)
    // Rows are counted as they are written, so a cursor knows its number only when it has been read.
    cursors.push(cursor)
    return cursor
  }
  const setAlarm = storage.setAlarm.bind(storage)
  storage.setAlarm = async (time, options) => {
    counted.alarmsSet++
    await setAlarm(time, options)
  }
  return ctx
}
