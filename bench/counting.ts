import * as z from 'zod'
import { applyLoad, median, type Load } from './load.ts'
import { requestBody, scenarios } from './measure.ts'
import { fundDefaultAccount, startSubject, type Subject, type Upstream } from './subjects.ts'
import { counts, type Counts } from './counts.ts'

const countedEntry = 'bench/worker-counted.ts'
const countedRequests = 300
const evictions = 7

export interface Counting {
  counts: Counts
  /** p50 of a call to an object in memory, and of the first call after it was evicted, milliseconds. */
  warmMs: number
  evictedMs: number
}

/** Steady state, one request at a time: what is asked of whom, and what is written where. */
export async function countEverything(upstream: Upstream): Promise<Counting> {
  const subject = await startSubject(countedEntry, upstream)
  try {
    const key = await fundDefaultAccount(subject.gateway)
    await applyLoad(load(subject, key, 50))
    await atRest(subject)
    await post(subject, '/reset')
    const { p50: warmMs } = await applyLoad(load(subject, key, countedRequests))
    await atRest(subject)
    const counted = counts.parse(await post(subject, '/counts'))
    return { counts: counted, warmMs, evictedMs: await firstCallAfterEviction(subject, key) }
  } finally {
    await subject.gateway.stop()
  }
}

export interface Distance {
  nearMs: number
  farMs: number
  nearFirstByteMs: number
  farFirstByteMs: number
}

/** The same wrapper with and without 20 ms between Worker and object. */
export async function measureDistance(upstream: Upstream, distanceMs: number): Promise<Distance> {
  const near = await wholeAndStream(upstream, {})
  const far = await wholeAndStream(upstream, { DISTANCE_MS: String(distanceMs) })
  return {
    nearMs: near.wholeMs,
    farMs: far.wholeMs,
    nearFirstByteMs: near.firstByteMs,
    farFirstByteMs: far.firstByteMs,
  }
}

async function wholeAndStream(
  upstream: Upstream,
  variables: Record<string, string>,
): Promise<{ wholeMs: number; firstByteMs: number }> {
  const subject = await startSubject(countedEntry, upstream, variables)
  try {
    const key = await fundDefaultAccount(subject.gateway)
    const { p50 } = await applyLoad(load(subject, key, 100))
    const stream = { ...load(subject, key, 40), body: () => requestBody(scenarios.streamAlone) }
    const { firstByteP50 } = await applyLoad(stream)
    return { wholeMs: p50, firstByteMs: firstByteP50 }
  } finally {
    await subject.gateway.stop()
  }
}

async function firstCallAfterEviction(subject: Subject, key: string): Promise<number> {
  const object = { name: '0'.repeat(16) }
  const timings: number[] = []
  for (let round = 0; round < evictions; round++) {
    await atRest(subject)
    await subject.gateway.objects.unsafeEvictDurableObject('gateway', 'Ledger', object)
    timings.push((await applyLoad({ ...load(subject, key, 1), warmUp: 0 })).p50)
  }
  return median(timings)
}

/** Waits until the objects have written to D1 what they owe it, which is at rest when it stops growing. */
async function atRest(subject: Subject): Promise<void> {
  const quietMs = 2_500
  let generations = -1
  for (;;) {
    const now = await generationCount(subject)
    if (now === generations) return
    generations = now
    await new Promise((resolve) => setTimeout(resolve, quietMs))
  }
}

async function generationCount({ gateway }: Subject): Promise<number> {
  const row = await gateway.database.prepare('select count(*) as total from generations').first()
  return z.object({ total: z.number() }).parse(row).total
}

function load(subject: Subject, key: string, requests: number): Load {
  return {
    url: subject.url,
    concurrency: 1,
    requests,
    warmUp: 10,
    body: () => requestBody(scenarios.wholeAlone),
    headers: () => ({ authorization: `Bearer ${key}` }),
  }
}

async function post({ gateway }: Subject, path: string): Promise<unknown> {
  return await (await fetch(`${gateway.url}${path}`, { method: 'POST' })).json()
}
