import { env } from 'cloudflare:workers'
import type { Env } from '../../src/env.ts'

export type LedgerStub = ReturnType<Env['LEDGER']['getByName']>

/** The accounts' objects with some of their calls replaced, as the Worker reaches them; given the true stub. */
export function ledgerWith(replace: (stub: LedgerStub) => object): Env['LEDGER'] {
  const getByName = (name: string): LedgerStub => {
    const stub = env.LEDGER.getByName(name)
    const replaced = new Map<PropertyKey, unknown>(Object.entries(replace(stub)))
    return new Proxy(stub, { get: (target, key) => replaced.get(key) ?? Reflect.get(target, key) })
  }
  return new Proxy(env.LEDGER, {
    get: (target, key) => (key === 'getByName' ? getByName : Reflect.get(target, key)),
  })
}
