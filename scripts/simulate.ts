import { LedgerCore } from '../src/ledger/core.ts'
import { freeLimits } from '../test/ledger/simulation/free-requests.ts'
import { simulate } from '../test/ledger/simulation/simulate.ts'

/**
 * `npm run simulate -- 50000 [first seed]`: the ledger's real core under seeded faults. Prints what it found, and
 * the seed of the first failure.
 */
const settings = { unlimited: false, markups: { default: '1', models: {} }, version: 1 }
const seeds = wholeNumber(process.argv[2], 5000)
const firstSeed = wholeNumber(process.argv[3], 1)

const total = { failed: 0, steps: 0, deliveredNanos: 0, unbilledNanos: 0 }
let worst = { worstNanos: 0, boundNanos: 0, seed: 0 }
let lastFailure: { seed: number; failures: string[] } | undefined

const startedMs = performance.now()
for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
  const outcome = simulate(seed, (storage) => new LedgerCore(storage, settings, freeLimits))
  total.steps += outcome.steps
  total.deliveredNanos += outcome.deliveredNanos
  total.unbilledNanos += outcome.unbilledNanos
  if (outcome.worstNanos < worst.worstNanos) worst = { ...outcome, seed }
  if (outcome.failures.length === 0) continue
  total.failed++
  lastFailure ??= { seed, failures: outcome.failures }
}
const seconds = (performance.now() - startedMs) / 1000

console.log(`seeds      ${seeds} (from ${firstSeed}), ${total.steps} steps, ${seconds.toFixed(1)} s`)
console.log(`failures   ${total.failed}`)
console.log(
  `worst      balance ${worst.worstNanos} at seed ${worst.seed}, where the bound is ${worst.boundNanos}`,
)
console.log(
  `unbilled   ${((100 * total.unbilledNanos) / total.deliveredNanos).toFixed(3)} % of what was delivered`,
)
if (lastFailure) {
  console.log(`first      seed ${lastFailure.seed}: ${lastFailure.failures.slice(0, 5).join('; ')}`)
  process.exitCode = 1
}

function wholeNumber(text: string | undefined, otherwise: number): number {
  const number = Number(text ?? otherwise)
  if (Number.isSafeInteger(number) && number > 0) return number
  console.error('Usage: npm run simulate -- [seeds] [first seed]')
  process.exit(2)
}
