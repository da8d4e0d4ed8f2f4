import type { Amplification } from './amplification.ts'
import type { FailingOver } from './failing-over.ts'
import { atMost, ms, table, times, type Goal } from './markdown.ts'
import { medians, type Measurement } from './measure.ts'
import type { Routing } from './routing.ts'

/** What is measured of routing and of the response cache. */
export interface RoutingResults {
  failingOver: FailingOver[]
  amplification: Amplification
  routing: Routing
  hits: Measurement[]
}

export function routingGoals(
  { failingOver, amplification, routing, hits }: RoutingResults,
  passThrough: Measurement[],
): Goal[] {
  return [
    ...failingOver.map((row) =>
      atMost(`added by a first endpoint that ${row.fault}`, 20, addedMs(row), { unit: 'ms' }),
    ),
    ...routing.plans.map(({ endpoints, balanceMs, filtersMs }) =>
      cpuGoal(
        `CPU of planning, ${endpoints} endpoint${endpoints === 1 ? '' : 's'}`,
        0.2,
        Math.max(balanceMs, filtersMs),
      ),
    ),
    cpuGoal(
      `CPU of planning by name, ${routing.models} models`,
      0.2,
      Math.max(routing.fewNamesMs, routing.allNamesMs),
    ),
    cpuGoal('CPU of classifying a prompt', 0.5, Math.max(routing.classifyShortMs, routing.classifyLongMs)),
    cpuGoal('CPU of the auto router in all', 0.5, routing.autoMs),
    atMost('p50 of a kept answer, 1 at a time', 2.5, medians(hits).p50 / medians(passThrough).p50, {
      unit: '×',
    }),
    atMost('calls of providers per call, all failing', 1.2, amplification.late, { unit: '×' }),
  ]
}

function cpuGoal(what: string, most: number, value: number): Goal {
  return atMost(what, most, value, { unit: 'ms', digits: 3 })
}

/** The gateway's own part: the second endpoint is asked anyway, and the first takes what it takes. */
function addedMs({ directMs, afterMs, ownMs }: FailingOver): number {
  return afterMs - directMs - ownMs
}

export function failingOvers({ failingOver }: RoutingResults): string {
  const rows = failingOver.map((row) => [
    row.fault,
    ms(row.directMs),
    ms(row.afterMs),
    ms(row.ownMs),
    ms(addedMs(row)),
  ])
  return (
    `${table(['the first endpoint', 'the second alone', 'after the first', 'its own time', 'added'], rows)}\n\n` +
    'p50 ms of whole answers, 1 at a time, with every request asking the endpoint that fails: nothing is given up here.'
  )
}

export function totalFailure({ amplification }: RoutingResults): string {
  const { perSecond, endpoints, earlySeconds, lateSeconds, early, late, admitted, asked } = amplification
  const rows = [
    [`the first ${earlySeconds} s`, times(early)],
    [`the ${lateSeconds} s after them`, times(late)],
  ]
  const shed =
    admitted === asked
      ? ''
      : ` Of the later ${asked} requests ${admitted} were let in; the others are not counted.`
  return (
    `${table(['calls of providers per call of a client', ''], rows)}\n\n` +
    `${perSecond} requests a second for a model at ${endpoints} providers, all of which answer 503 from the start.${shed}`
  )
}

export function routings({ routing }: RoutingResults): string {
  const { models, plans, fewNamesMs, allNamesMs, threeNamesMs, classifyShortMs, classifyLongMs, autoMs } =
    routing
  const planned = plans.map(({ endpoints, balanceMs, filtersMs, anewMs }) => [
    String(endpoints),
    cpu(balanceMs),
    cpu(filtersMs),
    cpu(anewMs),
  ])
  const rest: [string, number][] = [
    [`from a name to an ordered list, 50 of ${models} models in turn`, fewNamesMs],
    [`the same, all ${models} in turn`, allNamesMs],
    ['the same, three names a request', threeNamesMs],
    ['classifying a prompt of six words', classifyShortMs],
    ['classifying one of 3,000 words', classifyLongMs],
    ['the auto router, and the plan for what it chose', autoMs],
  ]
  return (
    `${table(['endpoints', 'default balance', 'with filters', 'and all figures of health computed anew'], planned)}\n\n` +
    `${table(
      ['', 'CPU ms'],
      rest.map(([what, value]) => [what, cpu(value)]),
    )}\n\n` +
    'CPU ms of the runtime, in a warm isolate that knows how each endpoint does, with every provider switched on. The ' +
    'figures of health are computed once a second and endpoint, so that only the first plan of a second pays for them.'
  )
}

function cpu(value: number): string {
  return ms(value, 3)
}
