import { expect, test } from 'vitest'
import { LedgerCore } from '../../src/ledger/core.ts'
import { flushStatements } from '../../src/ledger/flush.ts'
import type { Storage } from '../../src/ledger/rows.ts'
import type { SimulatedBook } from './simulation/book.ts'
import { freeLimits } from './simulation/free-requests.ts'
import { flushMutant, mutants, silentMutant } from './simulation/mutants.ts'
import { mutate } from './simulation/mutate.ts'
import { simulate } from './simulation/simulate.ts'
import { SqliteBook } from './simulation/sqlite-book.ts'

const settings = { unlimited: false, markups: { default: '1', models: {} }, version: 1 }
const sqliteBook = () => new SqliteBook(flushStatements)
const realCore = (storage: Storage) => new LedgerCore(storage, settings, freeLimits)
/** Fault rates are far above life's; what dead Workers delivered after their last beat is about a per cent. */
const unbilledMax = 0.025

test('5,000 simulated lives of an account break no invariant', () => {
  const { failures, unbilled } = run({ seeds: 5000, makeCore: realCore })
  expect(failures).toEqual([])
  expect(unbilled).toBeLessThan(unbilledMax)
}, 120_000)

test('the statements that D1 runs keep the same promises as the simulated book', () => {
  expect(run({ seeds: 20, makeCore: realCore, makeBook: sqliteBook }).failures).toEqual([])
}, 60_000)

test.each(mutants)(
  'the simulation notices: $name',
  async (mutant) => {
    const { failures } = run({ seeds: mutant.seeds, makeCore: await mutantCore(mutate(mutant, 'core.ts')) })
    expect(failures).not.toEqual([])
  },
  120_000,
)

test(`the simulation notices: ${flushMutant.name}`, async () => {
  const module: { flushStatements: typeof flushStatements } = await import(
    /* @vite-ignore */ mutate(flushMutant, 'flush.ts')
  )
  const makeBook = () => new SqliteBook(module.flushStatements)
  expect(run({ seeds: flushMutant.seeds, makeCore: realCore, makeBook }).failures).not.toEqual([])
})

test(`the simulation notices: ${silentMutant.name}`, async () => {
  const makeCore = await mutantCore(mutate(silentMutant, 'core.ts'))
  const { unbilled } = run({ seeds: silentMutant.seeds, makeCore, goOn: true })
  expect(unbilled).toBeGreaterThan(unbilledMax)
}, 60_000)

interface Run {
  seeds: number
  makeCore: (storage: Storage) => LedgerCore
  makeBook?: () => SimulatedBook
  /** Past a failure, which by itself is not what is looked for. */
  goOn?: boolean
}

/** Runs seeds until the first that fails. */
function run({ seeds, makeCore, makeBook, goOn = false }: Run): { failures: string[]; unbilled: number } {
  let delivered = 0
  let unbilled = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const outcome = simulate(seed, makeCore, makeBook)
    const [failure] = outcome.failures
    if (failure !== undefined && !goOn) return { failures: [`seed ${seed}: ${failure}`], unbilled: 1 }
    delivered += outcome.deliveredNanos
    unbilled += outcome.unbilledNanos
  }
  return { failures: [], unbilled: unbilled / delivered }
}

async function mutantCore(url: string): Promise<(storage: Storage) => LedgerCore> {
  const module: { LedgerCore: typeof LedgerCore } = await import(/* @vite-ignore */ url)
  return (storage) => new module.LedgerCore(storage, settings, freeLimits)
}
