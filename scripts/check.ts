import { join } from 'node:path'
import { inspect } from 'node:util'
import { installClients } from './clients.ts'
import { root, run, type Finished } from './run.ts'
import { forgetTheRest } from './surroundings.ts'

/**
 * `npm test`: types, lint, format and every test; `npm test -- test/ledger` runs the tests of that folder alone.
 * The last line is `N passed, N failed`. Tests are what is counted; a step before them counts only when it fails.
 */
const tally = { passed: 0, failed: 0 }
let complete = false

// Printed at the very end, also when a library ends the process itself: such a run has failed.
process.on('exit', (code) => {
  if (!complete || (code !== 0 && tally.failed === 0)) tally.failed += 1
  process.exitCode = tally.failed === 0 ? 0 : 1
  console.log(`${tally.passed} passed, ${tally.failed} failed`)
})

forgetTheRest()
// Tests start wrangler some hundred times.
process.env['NODE_COMPILE_CACHE'] = join(root, 'node_modules', '.cache', 'compiled')
const modules = (...path: string[]) => join(root, 'node_modules', ...path)
const tsc = modules('typescript', 'bin', 'tsc')
const oxlint = modules('oxlint', 'bin', 'oxlint')
const oxfmt = modules('oxfmt', 'bin', 'oxfmt')

await Promise.all([
  step('types', () => run(tsc, [])),
  step('format', () => run(oxfmt, ['--check'])),
  step('clients installed', installClients),
])
// Both read the types of the clients.
await Promise.all([
  step('lint', () => run(oxlint, ['--type-aware', '--deny-warnings', 'src', 'test', 'scripts', 'bench'])),
  step('types of the client tests', () => run(tsc, ['-p', join('test', 'clients')])),
])
await tests(process.argv.slice(2)).catch((error: unknown) => fail(inspect(error)))
complete = true
process.exit()

/** One line for a step that passes, all it said for one that fails. */
async function step(name: string, work: () => Promise<Finished>): Promise<void> {
  const startedMs = performance.now()
  const { ok, output } = await work().catch((error: unknown) => ({ ok: false, output: inspect(error) }))
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  console.log(`${ok ? '✓' : '✗'} ${name} (${seconds} s)`)
  if (!ok) fail(output)
}

function fail(reason: string): void {
  tally.failed += 1
  console.log(reason)
}

/** All projects of vitest.config.ts in one run. */
async function tests(filters: string[]): Promise<void> {
  const { startVitest } = await import('vitest/node')
  const vitest = await startVitest('test', filters, { root, watch: false, allowOnly: false })
  for (const module of vitest.state.getTestModules()) {
    const results = [...module.children.allTests()].map((test) => test.result().state)
    const failed = results.filter((state) => state === 'failed').length
    tally.passed += results.filter((state) => state === 'passed').length
    // A file that does not load, or a hook that throws, has no test that failed.
    tally.failed += module.state() === 'failed' ? Math.max(1, failed) : failed
  }
  tally.failed += vitest.state.getUnhandledErrors().length
  if (tally.passed + tally.failed === 0) fail('No test ran.')
  await vitest.close()
}
