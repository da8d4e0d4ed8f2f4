import { createExecutionContext, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { openModel } from '../../src/catalogue/open-model.ts'
import { selectModel } from '../../src/catalogue/resolve.ts'
import type { Env } from '../../src/env.ts'
import type { Board } from '../../src/routing/health/board.ts'
import { credentialRefused } from '../../src/routing/health/credentials.ts'
import { healthFrom } from '../../src/routing/health/figures.ts'
import { healthOf, observe, refresh } from '../../src/routing/health/memory.ts'
import { account } from '../support/account.ts'
import { chatAnswer, chatStream, delta, finish, sse, usage } from '../support/chat-chunks.ts'
import { askWhole } from '../support/chat.ts'
import { healthObjects } from '../support/health-objects.ts'
import {
  headerOf,
  provider,
  replyJson,
  reset,
  send,
  streaming,
  wait,
  type Provider,
} from '../support/provider.ts'
import { modelWith } from '../routing/endpoints.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const model = 'openai/gpt-4o-mini'
const hello = { model, stream: true, messages: [{ role: 'user', content: 'Hi' }] }
const path = `/api/v1/models/${model}/endpoints`

/** The bindings of an isolate of its own, with the objects. */
function isolate(upstream?: Provider, objects = healthObjects): Env {
  return {
    ...env,
    ...(objects && { HEALTH: objects }),
    OPENAI_API_KEY: 'sk-upstream',
    OPENAI_BASE_URL: upstream?.baseUrl,
  }
}

function objectOf(name: string) {
  if (!healthObjects) throw new Error('The objects are not bound')
  return healthObjects.getByName(name)
}

/** A model whose two endpoints nobody has heard of yet. */
function freshEndpoints() {
  const { endpoints } = modelWith(`author/${crypto.randomUUID()}`, [
    { provider: 'one', dollars: 1 },
    { provider: 'two', dollars: 2 },
  ])
  const [one = expect.unreachable('it has two')] = endpoints
  return { one, endpoints, name: one.model.id }
}

const thisMinute = () => `m${Math.floor(Date.now() / 60_000)}`

test('what isolates tell the object of a model adds up, and the answer is what all of them saw', async () => {
  const { name } = freshEndpoints()
  const key = `${name} one`
  const minute = thisMinute()
  await objectOf(name).exchange({ [key]: { [minute]: { ok: 2 } } })
  const view: Board = await objectOf(name).exchange({ [key]: { [minute]: { ok: 1, failed: 1 } } })
  expect(view).toEqual({ [key]: { [minute]: { ok: 3, failed: 1 } } })
})

test('[R2] an outage that one isolate saw is known to another once it has planned the model', async () => {
  const { one, endpoints } = freshEndpoints()
  const [here, there] = [isolate(), isolate()]
  const atMs = Date.now()
  for (let count = 0; count < 2; count++) {
    await observe(here, { endpoint: one, atMs: atMs + count * 2_000, outcome: 'failure' })
  }
  expect(healthOf(here, atMs)(one)).toMatchObject({ outage: true })
  expect(healthOf(there, atMs)(one)).toMatchObject({ outage: false, requests: 0 })
  await refresh(there, endpoints, atMs)
  expect(healthOf(there, atMs)(one)).toMatchObject({ outage: true, requests: 2 })
})

test('names that anybody may invent at an open host leave nothing behind', async () => {
  const id = `ollama/${crypto.randomUUID()}`
  const [endpoint = expect.unreachable('it has one')] = openModel(id)?.endpoints ?? []
  const here = isolate()
  for (let count = 0; count < 2; count++)
    await observe(here, { endpoint, atMs: Date.now(), outcome: 'failure' })
  expect(healthOf(here, Date.now())(endpoint).requests).toBe(0)
  expect(await objectOf(id).measures()).toEqual({})
})

test('[R2][R3] requests go around a host in an outage, and come back to it after 30 seconds', async () => {
  const failing = await provider(chatAnswer('Hello'))
  const other = await provider(chatAnswer('Hello'))
  const gateway: Env = {
    ...isolate(),
    DEEPINFRA_API_KEY: 'di',
    DEEPINFRA_BASE_URL: failing.baseUrl,
    GROQ_API_KEY: 'gsk',
    GROQ_BASE_URL: other.baseUrl,
  }
  const id = 'meta-llama/llama-3.3-70b-instruct'
  const { endpoints } = await selectModel(gateway, id)
  // The one that costs least: unless something is wrong with it, it serves ten of eleven.
  const [cheapest = expect.unreachable('both are live')] = endpoints
  const atMs = Date.now()
  for (let count = 0; count < 2; count++) {
    await observe(gateway, { endpoint: cheapest, atMs, outcome: 'failure' })
  }
  // Without the order by price that accounts of tests have.
  const { key } = await account(env, { account: { routing: {} } })
  for (let count = 0; count < 6; count++) await askWhole(gateway, { ...hello, model: id }, { key })
  expect(await failing.calls()).toHaveLength(0)

  vi.useFakeTimers({ toFake: ['Date'], now: atMs + 40_000 })
  for (let count = 0; count < 30 && (await failing.calls()).length === 0; count++) {
    await askWhole(gateway, { ...hello, model: id }, { key })
  }
  expect(await failing.calls()).toHaveLength(1)
})

test('what a plan asks the object for may come after the answer, and is waited for', async () => {
  const upstream = await provider(chatAnswer('Hi'))
  const prototype: ExecutionContext = Object.getPrototypeOf(createExecutionContext())
  const waitUntil = vi.spyOn(prototype, 'waitUntil')
  const keptThereby: number[] = []
  const exchange = async (): Promise<Board> => {
    const before = waitUntil.mock.calls.length
    await Promise.resolve()
    keptThereby.push(waitUntil.mock.calls.length - before)
    return {}
  }
  const variables = { DEEPINFRA_API_KEY: 'di', DEEPINFRA_BASE_URL: upstream.baseUrl, GROQ_API_KEY: 'gsk' }
  const gateway: Env = { ...isolate(), ...variables }
  Reflect.set(gateway, 'HEALTH', { getByName: () => ({ exchange }) })
  const { key } = await account(env)
  const body = { ...hello, stream: false, model: 'meta-llama/llama-3.3-70b-instruct' }
  await askWhole(gateway, body, { key })
  expect(keptThereby[0]).toBe(1)
})

test('the object is told every two seconds at most, and then all of it', async () => {
  const { one, name } = freshEndpoints()
  const here = isolate()
  const atMs = Date.now()
  for (const sinceMs of [0, 500, 1_000, 1_999]) {
    await observe(here, { endpoint: one, atMs: atMs + sinceMs, outcome: 'success' })
  }
  const told = async () => healthFrom((await objectOf(name).exchange({}))[`${name} one`] ?? {}, atMs).requests
  expect(await told()).toBe(1)
  await observe(here, { endpoint: one, atMs: atMs + 2_000, outcome: 'success' })
  expect(await told()).toBe(5)
  expect(healthOf(here, atMs + 2_000)(one)).toMatchObject({ requests: 5 })
})

test('the figures of a day survive an eviction of the object', async () => {
  const { one, name } = freshEndpoints()
  const quarter = `q${Math.floor(Date.now() / 900_000)}`
  await objectOf(name).exchange({ [`${name} one`]: { [quarter]: { ok: 19, failed: 1 } } })
  await evictDurableObject(objectOf(name))
  expect(await objectOf(name).measures()).toMatchObject({
    [`${name} ${one.tag}`]: { uptime_last_1d: 95, uptime_last_5m: null, status: 0 },
  })
})

test('what a release cannot read of what another stored is forgotten', async () => {
  const { name } = freshEndpoints()
  await runInDurableObject(objectOf(name), (_, { storage }) => storage.kv.put('board', { old: 'schema' }))
  await evictDurableObject(objectOf(name))
  expect(await objectOf(name).exchange({})).toEqual({})
})

const lost = { getByName: () => ({ exchange: fails, measures: fails }) }
async function fails(): Promise<never> {
  return await Promise.reject(new Error('The object is gone'))
}
const broken = {
  getByName: () => {
    throw new Error('The binding is gone')
  },
}

test.each([
  { name: 'does not answer', objects: lost },
  { name: 'has no binding that works', objects: broken },
  { name: 'is not bound', objects: undefined },
])('an object that $name fails no request, and the isolate knows what it saw itself', async ({ objects }) => {
  const upstream = await provider(chatAnswer('Hel', 'lo'))
  const gateway: Env = { ...isolate(upstream) }
  Reflect.set(gateway, 'HEALTH', objects)
  const { key } = await account(env)
  for (let count = 0; count < 2; count++) {
    const { response, text } = await askWhole(gateway, hello, { key })
    expect(response.status).toBe(200)
    expect(text).toContain('"finish_reason":"stop"')
  }
  const page = await askWhole(gateway, undefined, { method: 'GET', path, key })
  const uptimes: unknown = JSON.parse(page.text).data.endpoints[0].uptime_last_30m
  expect(uptimes).toBeNull()

  const { one } = freshEndpoints()
  await observe(gateway, { endpoint: one, atMs: Date.now(), outcome: 'success' })
  expect(healthOf(gateway, Date.now())(one)).toMatchObject({ requests: 1 })
})

/** It is told, and its answer is lost on the way. */
const oneWay = {
  getByName: (name: string) => ({
    exchange: async (untold: Board) => {
      await objectOf(name).exchange(untold)
      return await new Promise(() => {})
    },
  }),
}

test.each([
  ['could not be told', 'later', broken],
  ['may have been told', 'not twice', oneWay],
])('what an object %s it is told %s', async (_, __, objects) => {
  const { one, name } = freshEndpoints()
  const here = isolate()
  const atMs = Date.now()
  Reflect.set(here, 'HEALTH', objects)
  await observe(here, { endpoint: one, atMs, outcome: 'failure' })
  Reflect.set(here, 'HEALTH', healthObjects)
  await observe(here, { endpoint: one, atMs: atMs + 2_000, outcome: 'failure' })
  const view = await objectOf(name).exchange({})
  expect(healthFrom(view[`${name} one`] ?? {}, atMs)).toMatchObject({ requests: 2 })
})

const toolCall = (index: number, name: string): JsonObject =>
  delta({
    tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: '{}' } }],
  })

/** What the object was told of the endpoint, through the front door, in a world of its own. */
async function toldAfter(ask: () => Promise<unknown>) {
  await runInDurableObject(objectOf(model), (_, { storage }) => storage.deleteAll())
  await evictDurableObject(objectOf(model))
  await ask()
  const board = await objectOf(model).exchange({})
  const stretches = board[`${model} openai`] ?? {}
  const samples = Object.entries(stretches).flatMap(([name, counts]) =>
    name.startsWith('p') ? Object.keys(counts) : [],
  )
  const kinds = ['l', 't'].filter((letter) => samples.some((name) => name.startsWith(letter)))
  const { requests, toolRequests, toolErrors } = healthFrom(stretches, Date.now())
  const failures = Object.entries(stretches).find(([name]) => name.startsWith('q'))?.[1]['failed'] ?? 0
  return { counts: { requests, failures, toolRequests, toolErrors }, kinds }
}

test('[R144] an answer with five calls of which one has a wrong name is one errored request', async () => {
  const names = ['weather', 'weather', 'wether', 'weather', 'weather']
  const calls = names.map((name, index) => toolCall(index, name))
  const upstream = await provider(chatStream([...calls, finish('tool_calls'), usage(5, 40)]))
  const { key } = await account(env)
  const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }]
  const { counts } = await toldAfter(() => askWhole(isolate(upstream), { ...hello, tools }, { key }))
  expect(counts).toEqual({ requests: 1, failures: 0, toolRequests: 1, toolErrors: 1 })
})

/** An answer of twelve tokens that comes in two pieces. */
const inPieces = streaming(
  send(sse([delta('Hel')])),
  wait(20),
  send(sse([delta('lo'), finish('stop'), usage(5, 12), '[DONE]'])),
)

test.each([
  { name: 'an answer in pieces', steps: inPieces, failures: 0, kinds: ['l', 't'] },
  { name: 'one that breaks off', steps: [...inPieces.slice(0, 3), reset], failures: 1, kinds: [] },
  {
    name: 'one that ends in an error',
    steps: chatStream([delta('Hel'), finish('error')]),
    failures: 1,
    kinds: [],
  },
])('[R145] $name counts by its end', async ({ steps, failures, kinds }) => {
  const upstream = await provider(steps)
  const { key } = await account(env)
  const told = await toldAfter(() => askWhole(isolate(upstream), hello, { key }))
  expect(told).toEqual({ counts: { requests: 1, failures, toolRequests: 0, toolErrors: 0 }, kinds })
})

test.each([
  { status: 400, requests: 0, failures: 0 },
  { status: 413, requests: 0, failures: 0 },
  { status: 429, requests: 0, failures: 0 },
  { status: 404, requests: 1, failures: 1 },
  { status: 500, requests: 1, failures: 1 },
])('[R145] a provider that answers $status', async ({ status, requests, failures }) => {
  const upstream = await provider(replyJson(status, { error: { message: 'no' } }))
  const { key } = await account(env)
  const told = await toldAfter(() => askWhole(isolate(upstream), hello, { key }))
  expect(told).toEqual({ counts: { requests, failures, toolRequests: 0, toolErrors: 0 }, kinds: [] })
})

test('[R156] uptime is for everybody, latency and throughput for who has a key', async () => {
  const upstream = await provider(inPieces)
  const { key } = await account(env)
  const gateway = isolate(upstream)
  await toldAfter(() => askWhole(gateway, hello, { key }))
  const minute = thisMinute()
  await objectOf(model).exchange({ [`${model} openai`]: { [minute]: { ok: 8, failed: 1 } } })
  const page = async (sent: { key?: string }) => {
    const { text } = await askWhole(gateway, undefined, { ...sent, method: 'GET', path })
    return JSON.parse(text).data.endpoints[0]
  }
  const percentiles = { p50: expect.any(Number), p75: expect.any(Number), p90: expect.any(Number) }
  const known = await page({ key })
  expect(known).toMatchObject({
    uptime_last_5m: 90,
    uptime_last_30m: 90,
    latency_last_30m: { ...percentiles, p99: expect.any(Number) },
    throughput_last_30m: { ...percentiles, p99: expect.any(Number) },
  })
  const unknown = { ...known, latency_last_30m: null, throughput_last_30m: null }
  expect(await page({})).toEqual(unknown)
  expect(await page({ key: 'sk-of-somebody-else' })).toEqual(unknown)
})

test('of several keys the one that is refused is set aside, and the request goes on with another', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const upstream = await provider(
    replyJson(401, { error: { message: 'Invalid API key' } }),
    chatAnswer('Hello'),
  )
  const gateway: Env = { ...isolate(upstream), OPENAI_API_KEY: 'sk-one,sk-two' }
  const { key } = await account(env)
  for (let count = 0; count < 8; count++) {
    const { response } = await askWhole(gateway, hello, { key })
    expect(response.status).toBe(200)
  }
  const [refused, ...served] = (await upstream.calls()).map((call) => headerOf(call, 'authorization'))
  expect(served).toHaveLength(8)
  expect(new Set(served).size).toBe(1)
  expect(served).not.toContain(refused)
})

test('a private host that refuses a key says nothing of its provider, or of another host', () => {
  const { one } = freshEndpoints()
  const here = isolate()
  const at = (baseUrl: string) => ({ ...one, baseUrl })
  credentialRefused(here, at('https://one.example/v1'), { atMs: 0, isOut: true })
  const isSetAside = (endpoint: typeof one) => healthOf(here, 1)(endpoint).ejected
  expect(isSetAside(at('https://one.example/v1'))).toBe(true)
  expect([one, at('https://two.example/v1')].map(isSetAside)).toEqual([false, false])
})

test.each([
  [403, 'No access to this model'],
  [400, 'Unknown parameter: "incorrect api key"'],
])('a refusal of one request, or one model, says nothing of the key: %d', async (status, message) => {
  const refusing = await provider(replyJson(status, { error: { message } }))
  const gateway: Env = {
    ...env,
    DEEPINFRA_API_KEY: 'sk-good',
    DEEPINFRA_BASE_URL: refusing.baseUrl,
    GROQ_API_KEY: 'gsk-good',
    GROQ_BASE_URL: (await provider(chatAnswer('Hello'))).baseUrl,
  }
  const { key } = await account(env)
  const ask = { ...hello, model: 'meta-llama/llama-3.3-70b-instruct', provider: { order: ['deepinfra'] } }
  for (let count = 0; count < 2; count++) {
    const { response } = await askWhole(gateway, ask, { key })
    expect(response.status).toBe(status === 400 ? 400 : 200)
  }
  expect(await refusing.calls()).toHaveLength(2)
})

test.each([
  { name: 'one key', keys: 'sk-refused', calls: 1 },
  { name: 'several keys', keys: 'sk-refused,sk-other', calls: 2 },
  { name: 'one key with a 400', keys: 'sk-refused', calls: 1, status: 400 },
])(
  'a provider that refuses its $name is told to the operator, not to the client',
  async ({ keys, calls, status = 401 }) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const refusing = await provider(
      replyJson(status, { error: { message: 'Incorrect API key provided: sk-...sed' } }),
    )
    const gateway: Env = {
      ...env,
      DEEPINFRA_API_KEY: keys,
      DEEPINFRA_BASE_URL: refusing.baseUrl,
      GROQ_API_KEY: 'gsk-good',
      GROQ_BASE_URL: (await provider(chatAnswer('Hello'))).baseUrl,
    }
    const { key } = await account(env)
    const ask = { ...hello, model: 'meta-llama/llama-3.3-70b-instruct', provider: { order: ['deepinfra'] } }
    for (let count = 0; count < 2; count++) {
      const { response } = await askWhole(gateway, ask, { key })
      expect(response.status).toBe(200)
    }
    expect(await refusing.calls()).toHaveLength(calls)
    const lines = log.mock.calls.map(([line]) => String(line)).filter((line) => line.includes('credential_'))
    const line = '{"event":"credential_refused","provider":"deepinfra","variable":"DEEPINFRA_API_KEY"}'
    expect(lines).toEqual(Array<string>(calls).fill(line))
    expect(log.mock.calls.join()).not.toContain('sk-refused')
  },
)
