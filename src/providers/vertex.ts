import * as z from 'zod/mini'
import { parseJson } from '../wire/json.ts'
import { upstreamError } from '../wire/upstream-error.ts'
import type { Address } from './variables.ts'

const serviceAccount = z.object({
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.optional(z.string()),
  project_id: z.optional(z.string()),
  token_uri: z._default(z.url({ protocol: /^https?$/ }), 'https://oauth2.googleapis.com/token'),
})

export type ServiceAccount = z.infer<typeof serviceAccount>

/** The file Google gives out for a service account, as the text of a variable. */
export function readServiceAccount(text: string): ServiceAccount {
  const parsed = serviceAccount.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw upstreamError(null, {
    type: 'credential',
    message: 'Provider returned error',
    code: 'invalid_service_account',
  })
}

/** Where something is on Vertex, such as `publishers/google`; with a key instead of an account, in nobody's project. */
export function vertexAddress(path: string): Address {
  return (setting) => {
    const text = setting('SERVICE_ACCOUNT')
    if (text === undefined) return `https://aiplatform.googleapis.com/v1/${path}`
    const project = setting('PROJECT') ?? readServiceAccount(text).project_id ?? ''
    const region = setting('REGION') ?? 'global'
    if (![project, region].every((name) => /^[\w.:-]+$/.test(name))) return ''
    return `https://${hostOf(region)}/v1beta1/projects/${project}/locations/${region}/${path}`
  }
}

function hostOf(region: string): string {
  if (region === 'global') return 'aiplatform.googleapis.com'
  // Places of many regions: their data stays there.
  if (region === 'us' || region === 'eu') return `aiplatform.${region}.rep.googleapis.com`
  return `${region}-aiplatform.googleapis.com`
}
