import { writeFile } from 'node:fs/promises'
import { measureAmplification } from './amplification.ts'
import { countEverything, measureDistance } from './counting.ts'
import { measure, scenarioNames, scenarios, type Measurement } from './measure.ts'
import { environment } from './environment.ts'
import { measureFailingOver } from './failing-over.ts'
import { measureTranslating } from './formats.ts'
import { measureRefreshing } from './refreshing.ts'
import { measureResolving } from './resolving.ts'
import { report, type Results, type Rounds } from './report.ts'
import { measureRouting } from './routing.ts'
import {
  fundDefaultAccount,
  makeAccounts,
  startSubject,
  startUpstream,
  type Subject,
  type Upstream,
} from './subjects.ts'

/**
 * `npm run bench [-- rounds]`: the gateway with key, hold, settlement and log, against a bare pass-through, each on
 * its own socket, in interleaved rounds of one run. Prints and writes bench/RESULTS.md.
 */
const rounds = Number(process.argv[2] ?? 3)
const distanceMs = 20
const accounts = 32
const catalogueSizes = [700, 7_000, 70_000]

/** The first answer is kept for a day, and all that are measured are that one. */
const keptAnswers = {
  headers: { 'x-openrouter-cache': 'true', 'x-openrouter-cache-ttl': '86400' },
  expects: { 'x-openrouter-cache-status': 'HIT' },
}

const upstream = await startUpstream()
try {
  const results: Results = {
    environment: environment(rounds),
    ...(await compare(upstream)),
    counting: await told('counting calls and rows', () => countEverything(upstream)),
    distanceMs,
    distance: await told('distance to the object', () => measureDistance(upstream, distanceMs)),
    translating: await told('translating streams', measureTranslating),
    resolving: await told('resolving models', () => measureResolving(catalogueSizes)),
    failingOver: await told('failing over', () => measureFailingOver(upstream)),
    amplification: await told('total failure', () => measureAmplification(upstream)),
    routing: await told('routing', () => measureRouting(upstream)),
    refreshing: await told('refreshing the catalogue', () => measureRefreshing(upstream)),
  }
  const text = report(results)
  await writeFile('bench/RESULTS.md', text)
  process.stdout.write(text)
} finally {
  upstream.stop()
}

interface Comparison {
  pass: Rounds
  gateway: Rounds
  manyAccounts: Measurement[]
  hits: Measurement[]
  pumped: Measurement[]
  steps: Record<string, { alone: Measurement[]; together: Measurement[] }>
}

async function compare(provider: Upstream): Promise<Comparison> {
  const pass = await startSubject('bench/worker-pass-through.ts', provider)
  const gateway = await startSubject('src/index.ts', provider)
  const steps = await startSubject('bench/worker-steps.ts', provider)
  try {
    const comparison: Comparison = {
      pass: noRounds(),
      gateway: noRounds(),
      manyAccounts: [],
      hits: [],
      pumped: [],
      steps: {},
    }
    const keys = {
      gateway: await fundDefaultAccount(gateway.gateway),
      steps: await fundDefaultAccount(steps.gateway),
      many: await makeAccounts(gateway.gateway, accounts),
    }
    for (let round = 1; round <= rounds; round++) {
      await told(`round ${round} of ${rounds}`, async () => {
        await oneRound(comparison, { pass, gateway, steps }, keys)
      })
    }
    return comparison
  } finally {
    await Promise.all([pass, gateway, steps].map((subject) => subject.gateway.stop()))
  }
}

async function oneRound(
  comparison: Comparison,
  subjects: { pass: Subject; gateway: Subject; steps: Subject },
  keys: { gateway: string; steps: string; many: string[] },
): Promise<void> {
  for (const name of scenarioNames) {
    comparison.pass[name].push(await measure(subjects.pass, scenarios[name], ['none']))
    comparison.gateway[name].push(await measure(subjects.gateway, scenarios[name], [keys.gateway]))
    if (name !== 'wholeAlone') continue
    // Beside the pass-through that it is compared with.
    comparison.hits.push(await measure(subjects.gateway, scenarios[name], [keys.gateway], keptAnswers))
  }
  comparison.manyAccounts.push(await measure(subjects.gateway, scenarios.whole32, keys.many))
  const pump = `${subjects.steps.gateway.url}/pump`
  comparison.pumped.push(await measure(subjects.steps, scenarios.stream16, ['none'], { url: pump }))
  for (const step of ['authenticate', 'decode', 'admit', 'call']) {
    const figures = (comparison.steps[step] ??= { alone: [], together: [] })
    const url = `${subjects.steps.gateway.url}/${step}`
    figures.alone.push(await measure(subjects.steps, scenarios.wholeAlone, [keys.steps], { url }))
    figures.together.push(await measure(subjects.steps, scenarios.whole32, [keys.steps], { url }))
  }
}

function noRounds(): Rounds {
  return { wholeAlone: [], whole32: [], streamAlone: [], stream16: [], longStream16: [] }
}

async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAtMs = Date.now()
  const result = await work()
  process.stderr.write(`${what}: ${((Date.now() - startedAtMs) / 1000).toFixed(0)} s\n`)
  return result
}
