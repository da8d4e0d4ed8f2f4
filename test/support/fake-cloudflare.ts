import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import * as z from 'zod'
import { Edge, metadata, type Binding, type UploadedWorker } from './fake-cloudflare-worker.ts'
import { freePort } from './free-port.ts'
import { portOf } from './upstream.ts'

/**
 * The part of Cloudflare's API that deploying needs, on a loopback port. What is uploaded runs in a real runtime, with
 * a real database, so that the gateway that was deployed can be used.
 */
export interface FakeCloudflare {
  /** For CLOUDFLARE_API_BASE_URL. */
  url: string
  /** Where the deployed Worker answers; for GATEWAY_URL. */
  gateway: string
  /** What changed something: `PUT /workers/scripts/switchyard`. Reading is left out. */
  changes: string[]
  /** What no route here knows: it must stay empty. */
  unknown: string[]
  /** What a test may make different from an account where all is well. */
  account: FakeAccount
  worker: () => UploadedWorker | undefined
  databases: Database[]
  namespaces: { id: string; title: string }[]
  crons: () => string[]
  stop: () => Promise<void>
}

interface FakeAccount {
  accounts: { id: string; name: string }[]
  subdomain: string | null
  /** What the token may not do: parts of paths. */
  denied: string[]
  cronsLeft: number
}

interface Database {
  uuid: string
  name: string
  jurisdiction?: string | undefined
  primary_location_hint?: string | undefined
}

export const accountId = 'a'.repeat(32)
export const token = 'token-of-the-test'

interface Version {
  id: string
  worker: UploadedWorker
}

/** Thrown by a route: a refusal as the API words it. */
class Refusal extends Error {
  readonly status: number
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const notFound = (code: number) => new Refusal(404, code, 'Not found')

type Route = (match: string[], request: { body: Buffer; type: string; search: URLSearchParams }) => unknown

export async function fakeCloudflare(): Promise<FakeCloudflare> {
  const edge = new Edge(await freePort())
  const account: FakeAccount = {
    accounts: [{ id: accountId, name: 'Ada' }],
    subdomain: 'ada',
    denied: [],
    cronsLeft: 5,
  }
  const state: State = {
    edge,
    account,
    versions: [],
    databases: [],
    namespaces: [],
    crons: [],
    isOnWorkersDev: false,
    live: undefined,
  }
  const changes: string[] = []
  const unknown: string[] = []
  const table = routes(state)

  const answer = async (request: IncomingMessage): Promise<unknown> => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://api')
    const path = pathname.replace(`/accounts/${accountId}`, '')
    if (request.headers.authorization !== `Bearer ${token}`) throw new Refusal(401, 1000, 'Invalid API Token')
    if (account.denied.some((part) => path.includes(part)))
      throw new Refusal(403, 10_000, 'Authentication error')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(z.instanceof(Uint8Array).parse(chunk)))
    const called = `${request.method} ${path}`
    for (const [pattern, route] of table) {
      const match = new RegExp(`^${pattern}$`).exec(called)
      if (!match) continue
      if (request.method !== 'GET') changes.push(called)
      const type = request.headers['content-type'] ?? ''
      return await route(match.slice(1), { body: Buffer.concat(chunks), type, search: searchParams })
    }
    unknown.push(called)
    throw notFound(7003)
  }

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, ...reply } = await answer(request).then(
      (result) => ({ status: 200, success: true, errors: [], messages: [], result }),
      (error: unknown) => {
        const {
          status: refused,
          code,
          message,
        } = error instanceof Refusal ? error : new Refusal(500, 1, String(error))
        return { status: refused, success: false, errors: [{ code, message }], messages: [], result: null }
      },
    )
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply))
  }
  const server = createServer((request, response) => void respond(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    gateway: edge.origin,
    changes,
    unknown,
    account,
    worker: () => state.live?.worker,
    databases: state.databases,
    namespaces: state.namespaces,
    crons: () => state.crons,
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await edge.stop()
    },
  }
}

interface State {
  edge: Edge
  account: FakeAccount
  versions: Version[]
  /** The version that serves. */
  live: Version | undefined
  databases: Database[]
  namespaces: { id: string; title: string }[]
  crons: string[]
  isOnWorkersDev: boolean
}

const jsonOf = <T>(schema: z.ZodType<T>, body: Buffer): T => schema.parse(JSON.parse(body.toString()))

function routes(state: State): [string, Route][] {
  return [
    ['GET /accounts', () => state.account.accounts],
    ['GET /memberships', () => state.account.accounts.map((account) => ({ id: account.id, account }))],
    ...accountRoutes(state),
    ...workerRoutes(state),
    ...storeRoutes(state),
  ]
}

function accountRoutes({ account }: State): [string, Route][] {
  return [
    [
      'GET /workers/subdomain',
      () => {
        if (account.subdomain === null) throw notFound(10_007)
        return { subdomain: account.subdomain }
      },
    ],
  ]
}

function workerRoutes(state: State): [string, Route][] {
  const script = '/workers/scripts/switchyard'
  const live = () => {
    if (!state.live) throw notFound(10_007)
    return state.live
  }
  const environment = { environment: 'production', script: { tag: 'tag', tags: [], migration_tag: 'v3' } }
  const serve = async (version: Version) => {
    state.live = version
    await state.edge.serve(version.worker)
  }
  return [
    ['GET /workers/services/switchyard', () => live() && { default_environment: environment }],
    ['GET /workers/scripts', () => (state.live ? [{ id: 'switchyard', migration_tag: 'v3' }] : [])],
    [`GET ${script}/settings`, () => ({ bindings: live().worker.bindings.map(shown) })],
    [
      `GET ${script}/secrets`,
      () =>
        live()
          .worker.bindings.filter(({ type }) => type === 'secret_text')
          .map(shown),
    ],
    [
      `GET ${script}/deployments`,
      () => ({ deployments: [{ id: '1', versions: [{ version_id: live().id, percentage: 100 }] }] }),
    ],
    [
      `GET ${script}/versions/(.+)`,
      ([id]) => {
        const version = state.versions.find((each) => each.id === id)
        if (!version) throw notFound(10_007)
        return { id, annotations: version.worker.metadata.annotations }
      },
    ],
    [
      `PUT ${script}`,
      async (_, { body, type }) => {
        const version = { id: randomUUID(), worker: await uploaded(state, body, type) }
        state.versions.push(version)
        await serve(version)
        return { id: 'switchyard', deployment_id: version.id.replaceAll('-', ''), startup_time_ms: 1 }
      },
    ],
    [
      `POST ${script}/versions`,
      async (_, { body, type }) => {
        const version = { id: randomUUID(), worker: await uploaded(state, body, type) }
        state.versions.push(version)
        return { id: version.id, startup_time_ms: 1, resources: { script: { etag: 'etag' } } }
      },
    ],
    [
      `POST ${script}/deployments`,
      async (_, { body }) => {
        const { versions } = jsonOf(
          z.object({ versions: z.array(z.object({ version_id: z.string() })) }),
          body,
        )
        const version = state.versions.find(({ id }) => id === versions[0]?.version_id)
        if (!version) throw notFound(10_007)
        await serve(version)
        return { id: '1' }
      },
    ],
    [`PATCH ${script}/script-settings`, () => ({})],
    [`GET ${script}/subdomain`, () => ({ enabled: state.isOnWorkersDev, previews_enabled: false })],
    [
      'GET /workers/workers/switchyard',
      () => ({ subdomain: { enabled: state.isOnWorkersDev, previews_enabled: false } }),
    ],
    [
      `POST ${script}/subdomain`,
      (_, { body }) => {
        const { enabled } = jsonOf(z.object({ enabled: z.boolean() }), body)
        state.isOnWorkersDev = enabled
        return { enabled, previews_enabled: false }
      },
    ],
    [`POST ${script}/assets-upload-session`, () => ({ jwt: 'all-there', buckets: [] })],
    [`GET ${script}/schedules`, () => ({ schedules: state.crons.map((cron) => ({ cron })) })],
    [
      `PUT ${script}/schedules`,
      (_, { body }) => {
        const crons = jsonOf(z.array(z.object({ cron: z.string() })), body)
        const message = 'You have exceeded the limit of 5 cron triggers'
        if (crons.length > state.account.cronsLeft) throw new Refusal(400, 10_072, message)
        state.crons = crons.map(({ cron }) => cron)
        return { schedules: crons }
      },
    ],
    [
      `DELETE ${script}`,
      async () => {
        state.live = undefined
        state.isOnWorkersDev = false
        state.crons = []
        await state.edge.serve()
        return null
      },
    ],
  ]
}

function storeRoutes(state: State): [string, Route][] {
  const { databases, namespaces } = state
  const found = (nameOrId = '') => {
    const database = databases.find(({ uuid, name }) => uuid === nameOrId || name === nameOrId)
    if (!database) throw notFound(7404)
    return database
  }
  const newDatabase = z.object({
    name: z.string(),
    jurisdiction: z.string().optional(),
    primary_location_hint: z.string().optional(),
  })
  return [
    ['GET /d1/database/([^/]+)', ([id]) => found(id)],
    [
      'POST /d1/database',
      (_, { body }) => {
        const database = { uuid: randomUUID(), ...jsonOf(newDatabase, body) }
        databases.push(database)
        return database
      },
    ],
    [
      'POST /d1/database/([^/]+)/query',
      async ([id], { body }) =>
        found(id) && (await state.edge.query(jsonOf(z.object({ sql: z.string() }), body).sql)),
    ],
    ['DELETE /d1/database/([^/]+)', ([id]) => void databases.splice(databases.indexOf(found(id)), 1)],
    ['GET /storage/kv/namespaces', () => namespaces],
    [
      'POST /storage/kv/namespaces',
      (_, { body }) => {
        const namespace = { id: 'c'.repeat(32), ...jsonOf(z.object({ title: z.string() }), body) }
        namespaces.push(namespace)
        return namespace
      },
    ],
    ['DELETE /storage/kv/namespaces/(.+)', () => void namespaces.splice(0)],
  ]
}

/** The uploaded Worker, with what it inherits of the one before. */
async function uploaded(state: State, body: Buffer, type: string): Promise<UploadedWorker> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  const parsed = metadata.parse(JSON.parse(await textOf(form.get('metadata'))))
  const before = state.live?.worker.bindings ?? []
  const given = parsed.bindings.map((each) => (each.type === 'inherit' ? inherited(before, each) : each))
  const kept = before.filter(
    ({ type: kind, name }) =>
      parsed.keep_bindings.includes(kind) && !given.some((each) => each.name === name),
  )
  const script = await textOf(form.get(parsed.main_module))
  return { script, metadata: parsed, bindings: [...given, ...kept] }
}

function inherited(before: Binding[], { name }: Binding): Binding {
  const binding = before.find((each) => each.name === name)
  if (!binding) throw new Refusal(400, 10_021, `nothing to inherit for ${name}`)
  return binding
}

async function textOf(entry: string | Blob | null): Promise<string> {
  return entry === null || typeof entry === 'string' ? (entry ?? '') : await entry.text()
}

/** A secret goes in and never comes out. */
function shown(binding: Binding): Binding {
  if (binding.type !== 'secret_text') return binding
  return { type: binding.type, name: binding.name }
}
