import { clientFormats, type Translating } from './formats.ts'
import { bill, busyObjectPerMonth, sum, type BillLine } from './bill.ts'
import type { Counting, Distance } from './counting.ts'
import type { Environment } from './environment.ts'
import type { Refreshing } from './refreshing.ts'
import { atMost, ms, percent, table, times, type Goal } from './markdown.ts'
import type { Resolving } from './resolving.ts'
import { medians, scenarioNames, scenarios, spread, type Measurement } from './measure.ts'
import { failingOvers, routingGoals, routings, totalFailure, type RoutingResults } from './report-routing.ts'

export type Rounds = Record<keyof typeof scenarios, Measurement[]>

export interface Results extends RoutingResults {
  environment: Environment
  pass: Rounds
  gateway: Rounds
  manyAccounts: Measurement[]
  pumped: Measurement[]
  steps: Record<string, { alone: Measurement[]; together: Measurement[] }>
  counting: Counting
  distanceMs: number
  distance: Distance
  translating: Translating[]
  resolving: Resolving[]
  refreshing: Refreshing
}

/** The results as a page of Markdown. */
export function report(results: Results): string {
  return [
    '# Benchmark\n\nWritten by `npm run bench`.',
    setting(results),
    `## Goals\n\n${goals(results)}`,
    `## Figures\n\n${figures(results)}`,
    `## What each step costs\n\n${stepCosts(results)}`,
    `## What a chunk costs\n\n${chunkCosts(results)}`,
    `## Calls and rows\n\n${callsAndRows(results.counting)}`,
    `## The bill\n\n${billTable(results)}`,
    `## Distance and eviction\n\n${distances(results)}`,
    `## What a format costs\n\n${formatCosts(results)}`,
    `## Resolving a model\n\n${resolvings(results)}`,
    `## Deciding who is asked\n\n${routings(results)}`,
    `## Failing over\n\n${failingOvers(results)}`,
    `## When all providers fail\n\n${totalFailure(results)}`,
    `## Refreshing the catalogue\n\n${refreshed(results)}`,
  ]
    .join('\n\n')
    .concat('\n')
}

function setting({ environment, pass, gateway }: Results): string {
  const spreads = [pass, gateway].flatMap((rounds) => Object.values(rounds).map(spread))
  const { date, machine, versions, rounds, loadBefore } = environment
  return (
    `${date}, ${machine}; ${versions}. Gateway and pass-through run in a workerd each and are hit on their own ` +
    'sockets, with load generator, provider and logging on the same cores. Medians of ' +
    `${rounds} interleaved rounds; the p50 of a row varied between rounds by up to ${percent(Math.max(...spreads))}, ` +
    'so read ratios with that in mind. ' +
    `Load average at the start: ${loadBefore.toFixed(2)}. D1 and the objects are local SQLite here: ratios hold for ` +
    'the work of the code, not for the network of a deployment.'
  )
}

function goals(results: Results): string {
  const { counting } = results
  const before = counting.counts
  const calls = sum(before.callsBeforeDispatch) / before.requests
  const database = before.databaseCallsBeforeDispatch
  const rows: Goal[] = [
    ...ratioGoals(results),
    {
      what: 'object calls before dispatch, per request',
      goal: '1',
      measured: calls.toFixed(2),
      met: calls < 1.05,
    },
    { what: 'D1 and KV calls before dispatch', goal: '0', measured: String(database), met: database === 0 },
    perRequest('object rows written', before.objectRowsWritten / before.requests, 4),
    // A row per request, and one of the account per batch of them.
    perRequest('D1 rows written, amortised,', before.databaseRowsWritten / before.requests, 1.1),
    ...routingGoals(results, results.pass.wholeAlone),
  ]
  return table(
    ['', 'goal', 'measured', ''],
    rows.map(({ what, goal, measured, met }) => [what, goal, measured, met ? 'met' : '**missed**']),
  )
}

function ratioGoals({ pass, gateway, manyAccounts }: Results): Goal[] {
  const ratio = (name: keyof Rounds, figure: keyof Measurement, over = gateway[name]) =>
    medians(over)[figure] / medians(pass[name])[figure]
  const throughput = ratio('whole32', 'perSecond')
  return [
    timesAtMost('p50, 1 at a time', 1.5, ratio('wholeAlone', 'p50')),
    timesAtMost('p50, 32 at a time, one account', 2, ratio('whole32', 'p50')),
    timesAtMost('p50, 32 at a time, 32 accounts', 2, ratio('whole32', 'p50', manyAccounts)),
    timesAtMost('first byte of a stream', 2, ratio('streamAlone', 'firstByteP50')),
    timesAtMost('CPU of a stream of 200 chunks', 4, ratio('stream16', 'cpuMs')),
    timesAtMost('CPU of a stream of 2,000 chunks', 4, ratio('longStream16', 'cpuMs')),
    {
      what: 'requests per second, 32 at a time',
      goal: '≥ 0.5 ×',
      measured: times(throughput),
      met: throughput >= 0.5,
    },
  ]
}

function timesAtMost(what: string, most: number, value: number): Goal {
  return atMost(what, most, value, { unit: '×' })
}

function perRequest(what: string, value: number, most: number): Goal {
  return { what: `${what} per request`, goal: `≤ ${most}`, measured: value.toFixed(2), met: value <= most }
}

function figures({ pass, gateway, manyAccounts, hits }: Results): string {
  return table(
    ['', 'p50 ms', 'p99 ms', 'first byte ms', 'requests/s', 'CPU ms'],
    [
      ...scenarioNames.flatMap((name) => [
        figureRow(`pass-through: ${scenarios[name].name}`, pass[name]),
        figureRow(`gateway: ${scenarios[name].name}`, gateway[name]),
      ]),
      figureRow('gateway: whole answers, 32 at a time, 32 accounts', manyAccounts),
      figureRow('gateway: kept answer, 1 at a time', hits),
    ],
  )
}

function figureRow(name: string, rounds: Measurement[]): string[] {
  const { p50, p99, firstByteP50, perSecond, cpuMs } = medians(rounds)
  return [name, ms(p50), ms(p99), ms(firstByteP50), perSecond.toFixed(0), ms(cpuMs)]
}

/** Each variant does what the one above it does and one thing more. */
function stepCosts({ pass, gateway, steps }: Results): string {
  const variants: [string, Measurement[], Measurement[]][] = [
    ['pass-through', pass.wholeAlone, pass.whole32],
    ...Object.entries(steps).map(([step, { alone, together }]): [string, Measurement[], Measurement[]] => [
      `+ ${step}${step === 'call' ? ' (the provider is asked and its answer read as events)' : ''}`,
      alone,
      together,
    ]),
    ['+ failover, encode, settle, log: the gateway', gateway.wholeAlone, gateway.whole32],
  ]
  const rows = variants.map(([what, alone, together]) => {
    const [one, many] = [medians(alone), medians(together)]
    const [passOne, passMany] = [medians(pass.wholeAlone), medians(pass.whole32)]
    return [
      what,
      ms(one.p50),
      times(one.p50 / passOne.p50),
      ms(many.p50),
      times(many.p50 / passMany.p50),
      ms(many.cpuMs),
    ]
  })
  return table(['', 'p50 ms at 1', '', 'p50 ms at 32', '', 'CPU ms'], rows)
}

function chunkCosts({ pass, gateway, pumped }: Results): string {
  const chunks = scenarios.stream16.tokens
  const least = medians(pass.stream16).cpuMs
  const row = (what: string, rounds: Measurement[]): string[] => {
    const { cpuMs } = medians(rounds)
    return [what, ms(cpuMs), times(cpuMs / least), ((cpuMs * 1000) / chunks).toFixed(0)]
  }
  return table(
    ['', 'CPU ms per stream', '', 'µs per chunk'],
    [
      row('pass-through, in the runtime alone', pass.stream16),
      row('each chunk read and written by JavaScript, unchanged', pumped),
      row('the gateway', gateway.stream16),
    ],
  )
}

function callsAndRows({ counts }: Counting): string {
  const each = (total: number) => (total / counts.requests).toFixed(3)
  const calls = (made: Record<string, number>, when: string) =>
    Object.entries(made).map(([method, total]) => [`calls of \`${method}\` ${when} dispatch`, each(total)])
  return table(
    [`per request, over ${counts.requests} requests one after the other`, ''],
    [
      ...calls(counts.callsBeforeDispatch, 'before'),
      ...calls(counts.callsAfterDispatch, 'after'),
      ['D1 calls of the Worker before dispatch', each(counts.databaseCallsBeforeDispatch)],
      ['D1 calls of the Worker after dispatch', each(counts.databaseCallsAfterDispatch)],
      ['object rows written', each(counts.objectRowsWritten)],
      ['of these, alarms set', each(counts.alarmsSet)],
      ['D1 batches of the object', each(counts.databaseBatches)],
      ['D1 rows written by the object', each(counts.databaseRowsWritten)],
    ],
  )
}

function billTable({ counting, gateway }: Results): string {
  const cpu = medians(gateway.stream16).cpuMs
  const lines = bill(counting.counts, cpu)
  const total = lines.reduce((dollars, line) => dollars + line.dollarsPerMillion, 0)
  return (
    `${table(['', 'per request', 'per million requests'], [...lines.map(billRow), ['**sum**', '', `**$${total.toFixed(2)}**`]])}\n\n` +
    'List prices beyond what the Workers Paid plan includes, requests one after the other on one account, CPU of a ' +
    'stream of 200 chunks as measured here. An object is billed for its time as well: one that never rests costs ' +
    `$${busyObjectPerMonth().toFixed(2)} a month, which the plan's included 400,000 GB-s cover.`
  )
}

function billRow({ what, perRequest: amount, dollarsPerMillion }: BillLine): string[] {
  return [what, amount.toFixed(3), `$${dollarsPerMillion.toFixed(2)}`]
}

function formatCosts({ translating }: Results): string {
  const rows = translating.map(({ provider, cpuMs }) => [
    provider,
    ...clientFormats.map(
      (client) => `${ms(cpuMs[client] ?? Number.NaN)}${client === provider ? ' (native)' : ''}`,
    ),
  ])
  return (
    `${table(['the provider speaks, and the client →', ...clientFormats], rows)}\n\n` +
    'CPU ms to read a stream of 200 chunks in one format and to write it in another, chunk by chunk, in Node: no ' +
    'sockets, keys or money. Where both speak the same format the events pass with edits.'
  )
}

function resolvings({ resolving }: Results): string {
  const rows = resolving.map(({ models, shards, shardKilobytes, microseconds }) => [
    String(models),
    String(shards),
    `${shardKilobytes.toFixed(1)} kB`,
    `${microseconds.toFixed(0)} µs`,
  ])
  return (
    'What an isolate that knows nothing computes for its first request of a model, in Node: one shard parsed, one ' +
    `model built, its endpoints in order.\n\n${table(['models', 'shards', 'a shard', 'p50'], rows)}`
  )
}

function refreshed({ refreshing: { megabytes, cpuMs } }: Results): string {
  const cost = cpuMs === undefined ? 'CPU time that was not measured here' : `${cpuMs.toFixed(0)} ms of CPU`
  return (
    `Reading a list of ${megabytes.toFixed(1)} MB and comparing it with every model costs ${cost}, the fetch and the ` +
    'stores included. It happens once an hour in the alarm of an object, which has 30 s.'
  )
}

function distances({ distance, distanceMs, counting }: Results): string {
  return table(
    ['p50 ms, 1 at a time', 'near', 'far', 'added'],
    [
      distanceRow(`whole answer, object ${distanceMs} ms away`, distance.nearMs, distance.farMs),
      distanceRow(
        `first byte of a stream, object ${distanceMs} ms away`,
        distance.nearFirstByteMs,
        distance.farFirstByteMs,
      ),
      distanceRow('whole answer, object evicted from memory before', counting.warmMs, counting.evictedMs),
    ],
  )
}

function distanceRow(what: string, near: number, far: number): string[] {
  return [what, ms(near), ms(far), ms(far - near)]
}
