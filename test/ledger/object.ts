import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { accountId, generationId, randomHex } from '../../src/base/ids.ts'
import type { Admission, AdmitRequest, HoldClaim, KeyRow } from '../../src/ledger/contract.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { sampleRecord } from './simulation/record.ts'

export interface TestAccount {
  id: string
  keyHash: string
  /** A fresh stub each time: one that has failed stays broken. */
  stub(): DurableObjectStub<Ledger>
}

/** An account of its own in D1, with one key, and credit where it is asked for. */
export async function makeAccount(
  options: Partial<KeyRow> & { creditNanos?: number } = {},
): Promise<TestAccount> {
  const id = accountId()
  const keyHash = randomHex(32)
  await env.DB.batch([
    env.DB.prepare('insert into accounts (id, name, created_at) values (?, ?, ?)').bind(
      id,
      `account ${id}`,
      0,
    ),
    env.DB.prepare(
      `insert into keys (hash, account_id, name, label, class, limit_nanos, limit_reset, requests_per_minute,
         requests_per_day, concurrent_requests, created_at) values (?, ?, 'test', 'sk-...', 'inference', ?, ?, ?, ?, ?, 0)`,
    ).bind(
      keyHash,
      id,
      options.limitNanos ?? null,
      options.limitReset ?? null,
      options.requestsPerMinute ?? null,
      options.requestsPerDay ?? null,
      options.concurrentRequests ?? null,
    ),
  ])
  const account = { id, keyHash, stub: () => env.LEDGER.getByName(id) }
  if (options.creditNanos) await credit(account, 'start', options.creditNanos)
  return account
}

export async function credit(account: TestAccount, reference: string, amountNanos: number) {
  return await account.stub().credit({ reference, amountNanos, kind: 'purchase', note: null })
}

export async function admit(
  account: TestAccount,
  holdNanos: number,
  { generationId: id = generationId(Date.now()), ...fields }: Partial<AdmitRequest> = {},
): Promise<Admission> {
  const { keyHash } = account
  const request = { generationId: id, keyHash, profileVersion: 1, holdNanos, ...fields }
  return await account.stub().admit(request)
}

/** Admits, or fails the test. */
export async function hold(
  account: TestAccount,
  holdNanos: number,
  fields: Partial<AdmitRequest> = {},
): Promise<HoldClaim> {
  const id = generationId(Date.now())
  const admission = await admit(account, holdNanos, { ...fields, generationId: id })
  if (!admission.ok) throw new Error(`Not admitted: ${JSON.stringify(admission)}`)
  return { generationId: id, keyHash: account.keyHash, admittedAtMs: admission.admittedAtMs }
}

export async function settle(account: TestAccount, claim: HoldClaim, costNanos: number): Promise<void> {
  await account
    .stub()
    .settle({ ...claim, costNanos, record: { ...sampleRecord, createdAtMs: claim.admittedAtMs } })
}

/** What D1 has of an account: its row, and every line in the order of their numbers. */
export async function readBook(account: TestAccount) {
  const row = await env.DB.prepare('select balance_nanos, seq from accounts where id = ?')
    .bind(account.id)
    .first<{ balance_nanos: number; seq: number }>()
  const { results: lines } = await env.DB.prepare(
    `select seq, -posted_nanos as amount, id as name from generations where account_id = ?1
     union all select seq, amount_nanos, reference from ledger_entries where account_id = ?1 order by seq`,
  )
    .bind(account.id)
    .all<{ seq: number; amount: number | null; name: string }>()
  return { balanceNanos: row?.balance_nanos, seq: row?.seq, lines }
}

/** Waits until D1 has all lines up to a number. */
export async function bookReaches(account: TestAccount, seq: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const book = await readBook(account)
      if (book.seq !== seq) throw new Error(`D1 is at ${book.seq}, not yet at ${seq}`)
    },
    { timeout: 8000, interval: 100 },
  )
}
