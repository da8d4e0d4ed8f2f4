import * as z from 'zod'
import { resultOf, type Answer, type Cloudflare } from './cloudflare.ts'
import type { Project } from './deploy-release.ts'
import { Failure } from './failure.ts'

/** The Worker as Cloudflare has it now. */
export interface DeployedWorker {
  variables: Record<string, string>
  secrets: string[]
  databaseId: string | undefined
  namespaceId: string | undefined
  isOnWorkersDev: boolean
  /** The tag of the version that serves everything, see `Release`. */
  tag: string | undefined
}

/** By which the API says that something is not there. */
const missing = { worker: [10_007, 10_090], database: [7404], namespace: [10_013] } as const

/** What is deployed under the project's name; `undefined` where nothing is. */
export async function deployedWorker(
  account: Cloudflare,
  { name, isNamedByBuild }: Project,
): Promise<DeployedWorker | undefined> {
  const settings = await account.ask('GET', `/workers/scripts/${name}/settings`)
  if (isMissing(settings, 'worker')) return undefined
  const { bindings } = resultOf(settings, settingsReply)
  const ofType = (type: string) => bindings.filter((binding) => binding.type === type)
  // Cloudflare's own builds make the Worker, empty, before its first deploy runs in them.
  const isOurs = ofType('durable_object_namespace').some((each) => each.name === 'LEDGER')
  if (!isOurs && !isNamedByBuild) {
    throw new Failure(
      `A Worker of another project is called ${name} in this account: choose another name in wrangler.toml, ` +
        `or remove that Worker with \`npx wrangler delete ${name}\`, and run this again.`,
    )
  }
  return {
    variables: Object.fromEntries(ofType('plain_text').map((each) => [each.name, each.text ?? ''])),
    secrets: ofType('secret_text').map((each) => each.name),
    databaseId: ofType('d1').find((each) => each.name === 'DB')?.id,
    namespaceId: ofType('kv_namespace').find((each) => each.name === 'CACHE')?.namespace_id,
    isOnWorkersDev: resultOf(await account.ask('GET', `/workers/scripts/${name}/subdomain`), addressReply)
      .enabled,
    tag: await tagOf(account, name),
  }
}

const settingsReply = z.object({
  bindings: z.array(
    z.object({
      type: z.string(),
      name: z.string(),
      text: z.string().optional(),
      id: z.string().optional(),
      namespace_id: z.string().optional(),
    }),
  ),
})

const addressReply = z.object({ enabled: z.boolean() })

async function tagOf(account: Cloudflare, name: string): Promise<string | undefined> {
  const { deployments } = resultOf(
    await account.ask('GET', `/workers/scripts/${name}/deployments`),
    deploymentsReply,
  )
  const [version, another] = deployments[0]?.versions ?? []
  if (version === undefined || another !== undefined) return undefined
  const found = await account.ask('GET', `/workers/scripts/${name}/versions/${version.version_id}`)
  return resultOf(found, versionReply).annotations?.['workers/tag']
}

const deploymentsReply = z.object({
  deployments: z.array(z.object({ versions: z.array(z.object({ version_id: z.string() })) })),
})
const versionReply = z.object({ annotations: z.record(z.string(), z.string()).nullish() })

export interface Database {
  uuid: string
  name: string
  jurisdiction?: string | null | undefined
}

const database: z.ZodType<Database> = z.object({
  uuid: z.string(),
  name: z.string(),
  jurisdiction: z.string().nullish(),
})

/** The one that is configured, or bound, or has the name that ours would have. */
export async function findDatabase(
  account: Cloudflare,
  project: Project,
  deployed: DeployedWorker | undefined,
): Promise<Database | undefined> {
  const nameOrId = project.databaseId ?? deployed?.databaseId ?? project.databaseName
  const found = await account.ask('GET', `/d1/database/${encodeURIComponent(nameOrId)}`)
  return isMissing(found, 'database') ? undefined : resultOf(found, database)
}

/** Where it is can be chosen now, and never again; a jurisdiction outweighs a hint. */
export async function createDatabase(
  account: Cloudflare,
  name: string,
  place: { jurisdiction: string | undefined; locationHint: string | undefined },
): Promise<Database> {
  const { jurisdiction, locationHint } = place
  const hint = jurisdiction === undefined && locationHint !== undefined
  const body = {
    name,
    ...(jurisdiction !== undefined && { jurisdiction }),
    ...(hint && { primary_location_hint: locationHint }),
  }
  return resultOf(await account.ask('POST', '/d1/database', body), database)
}

const namespace = z.object({ id: z.string(), title: z.string() })
const pageSize = 100
/** An account may have 1,000. */
const pagesMax = 20

/** The name that wrangler gives it, too, where it makes one. */
export function cacheTitle({ name }: Project): string {
  return `${name}-cache`
}

/** The one that is configured, or bound, or has the name that ours would have. */
export async function findNamespace(
  account: Cloudflare,
  project: Project,
  deployed: DeployedWorker | undefined,
): Promise<string | undefined> {
  const known = project.namespaceId ?? deployed?.namespaceId
  if (known !== undefined) return known
  const title = cacheTitle(project)
  for (let page = 1; page <= pagesMax; page++) {
    const path = `/storage/kv/namespaces?per_page=${pageSize}&page=${page}`
    const listed = resultOf(await account.ask('GET', path), z.array(namespace))
    const found = listed.find((each) => each.title === title)
    if (found) return found.id
    if (listed.length < pageSize) return undefined
  }
  return undefined
}

export async function createNamespace(account: Cloudflare, title: string): Promise<string> {
  return resultOf(await account.ask('POST', '/storage/kv/namespaces', { title }), namespace).id
}

/** The account's part of the address `<worker>.<subdomain>.workers.dev`; `undefined` where it has none yet. */
export async function workersDevSubdomain(account: Cloudflare): Promise<string | undefined> {
  const found = await account.ask('GET', '/workers/subdomain')
  if (isMissing(found, 'worker')) return undefined
  return resultOf(found, z.object({ subdomain: z.string().nullish() })).subdomain ?? undefined
}

const schedulesReply = z.object({ schedules: z.array(z.object({ cron: z.string() })) })

/** Sets when the Worker wakes by itself; gives Cloudflare's reason where it does not want to. */
export async function schedule(
  account: Cloudflare,
  name: string,
  crons: string[],
): Promise<'as before' | 'changed' | { refused: string }> {
  const path = `/workers/scripts/${name}/schedules`
  const { schedules } = resultOf(await account.ask('GET', path), schedulesReply)
  if (schedules.map(({ cron }) => cron).join() === crons.join()) return 'as before'
  const body = crons.map((cron) => ({ cron }))
  const answer = await account.ask('PUT', path, body)
  return answer.ok ? 'changed' : { refused: answer.message }
}

/** Removes what is at the path; what is not there needs no removing. */
export async function remove(account: Cloudflare, kind: Kind, path: string): Promise<void> {
  const answer = await account.ask('DELETE', path)
  if (!isMissing(answer, kind)) resultOf(answer, z.unknown())
}

export type Kind = keyof typeof missing

function isMissing(answer: Answer, kind: Kind): boolean {
  return !answer.ok && missing[kind].some((code) => code === answer.code)
}
