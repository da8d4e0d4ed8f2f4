import { GatewayError } from '../base/errors.ts'
import type { Env } from '../env.ts'
import type * as contract from './contract.ts'

interface Patience {
  /** Before the second and each further try. */
  pausesMs: readonly number[]
  worthAnotherTry: (error: unknown) => boolean
}

const patience = {
  /** Somebody waits for the answer. */
  brief: { pausesMs: [50, 150], worthAnotherTry: mayRetry },
  /** Nobody does, and a charge hangs on it: about 20 s, what is left of a Worker whose client has gone. */
  long: { pausesMs: [50, 150, 500, 1500, 3000, 5000, 8000], worthAnotherTry: () => true },
} as const satisfies Record<string, Patience>

/** The ledger of one account, as its callers see it: what can be tried again is, what still fails is a 503. */
export interface LedgerClient {
  standing(keyHash: string): Promise<contract.Standing>
  admit(request: contract.AdmitRequest): Promise<contract.Admission>
  beat(request: contract.BeatRequest): Promise<contract.Beat>
  /** Patient: give it to `waitUntil`. */
  settle(request: contract.SettleRequest): Promise<void>
  /** Patient: give it to `waitUntil`. */
  void(request: contract.VoidRequest): Promise<void>
  credit(request: contract.CreditRequest): Promise<contract.Credit>
  balance(beside?: 'free_requests'): Promise<contract.Balance>
  keyUsages(hashes: string[]): Promise<Record<string, contract.KeyUsage>>
  putKey(row: contract.KeyRow): Promise<void>
  putAccount(settings: contract.AccountSettings): Promise<void>
  generation(id: string): Promise<contract.Generation | null>
  reconcile(keyHash?: string): Promise<contract.Reconciliation>
}

export function ledger(env: Env, accountId: string): LedgerClient {
  // A stub that has failed stays broken: each try gets a fresh one.
  const stub = () => objects(env).getByName(accountId, place(env))
  return {
    standing: (keyHash) => tryFor(patience.brief, async () => await stub().standing(keyHash)),
    admit: (request) => tryFor(patience.brief, async () => await stub().admit(request)),
    beat: (request) => tryFor(patience.brief, async () => await stub().beat(request)),
    settle: (request) => tryFor(patience.long, async () => await stub().settle(request)),
    void: (request) => tryFor(patience.long, async () => await stub().void(request)),
    credit: (request) => tryFor(patience.brief, async () => await stub().credit(request)),
    balance: (beside) => tryFor(patience.brief, async () => await stub().balance(beside)),
    keyUsages: (hashes) => tryFor(patience.brief, async () => await stub().keyUsages(hashes)),
    putKey: (row) => tryFor(patience.brief, async () => await stub().putKey(row)),
    putAccount: (settings) => tryFor(patience.brief, async () => await stub().putAccount(settings)),
    generation: (id) => tryFor(patience.brief, async () => await stub().generation(id)),
    reconcile: (keyHash) => tryFor(patience.brief, async () => await stub().reconcile(keyHash)),
  }
}

/** Within a jurisdiction a name means another object than without one: the choice is made once, before the first. */
function objects({ LEDGER, JURISDICTION }: Env): Env['LEDGER'] {
  return JURISDICTION ? LEDGER.jurisdiction(JURISDICTION) : LEDGER
}

/** Where an object is made, when it is asked for the first time; after that it stays where it is. */
function place({ LOCATION_HINT }: Env): DurableObjectNamespaceGetDurableObjectOptions {
  return LOCATION_HINT ? { locationHint: LOCATION_HINT } : {}
}

async function tryFor<T>({ pausesMs, worthAnotherTry }: Patience, call: () => Promise<T>): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await call()
    } catch (error) {
      if (!worthAnotherTry(error)) throw unavailable(error)
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  try {
    return await call()
  } catch (error) {
    throw unavailable(error)
  }
}

/** Every call is safe to repeat. An overloaded object is not helped by more calls that come soon. */
function mayRetry(error: unknown): boolean {
  if (!(error instanceof Error) || is(error, 'overloaded')) return false
  return is(error, 'retryable') || is(error, 'durableObjectReset')
}

/** The flags that the platform puts on the errors of a stub. */
function is(error: Error, flag: 'overloaded' | 'retryable' | 'durableObjectReset'): boolean {
  return Reflect.get(error, flag) === true
}

function unavailable(cause: unknown): GatewayError {
  return new GatewayError('service_unavailable', 'The ledger of this account does not answer. Try again.', {
    headers: { 'retry-after': '1' },
    cause,
  })
}
