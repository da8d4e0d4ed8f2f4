import * as z from 'zod'
import { isPublicHost } from '../base/hosts.ts'
import { providerOf } from '../providers/table.ts'
import { seedEndpoint, type SeedEndpoint, type SeedModel } from './seed.ts'

const price = seedEndpoint.pick({
  cached: true,
  cacheWrite: true,
  cacheWriteLong: true,
  reasoning: true,
  audio: true,
  audioOutput: true,
  request: true,
  search: true,
  tiers: true,
  offPeak: true,
  serviceTiers: true,
})
const needed = seedEndpoint.required({ prompt: true, completion: true })

/** What an endpoint is to cost, in dollars per million tokens as text; `"0"` makes it free. */
export const pinnedPrice = z.strictObject({
  ...price.shape,
  prompt: needed.shape.prompt,
  completion: needed.shape.completion,
})

/** What is assumed of an endpoint that is put by hand; its host refuses what it cannot do. */
const parameters = ['length', 'sampling', 'penalties', 'tools', 'response_format']

const endpoint = z
  .strictObject({
    ...pinnedPrice.shape,
    provider: z.string(),
    model: z.string().min(1).max(200),
    variant: z.string().max(40).optional(),
    format: seedEndpoint.shape.format,
    base_url: z.url().max(500).optional(),
    context: z.int().positive().optional(),
    output: z.int().positive().optional(),
    quantization: seedEndpoint.shape.quantization,
    parameters: z.array(z.string().max(60)).max(40).default(parameters),
    streams: z.boolean().optional(),
  })
  .superRefine(({ provider, base_url: baseUrl }, context) => {
    const row = providerOf(provider)
    if (!row) context.addIssue({ code: 'custom', path: ['provider'], message: `${provider} is no provider` })
    else if (baseUrl !== undefined && !row.open) {
      const message = `${row.name} is where it is; an address of one's own is for ollama and vllm`
      context.addIssue({ code: 'custom', path: ['base_url'], message })
    }
  })

/** A model of the operator's own, or further endpoints of a listed one. */
export const privateModel = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9.-]{0,99}(?::free)?$/, 'is author/slug in small letters'),
  name: z.string().min(1).max(100).optional(),
  context: z.int().positive().default(131_072),
  input: z
    .array(z.enum(['text', 'image', 'file', 'audio', 'video']))
    .min(1)
    .default(['text']),
  output: z
    .array(z.enum(['text', 'image', 'audio']))
    .min(1)
    .default(['text']),
  reasoning: z.enum(['always', 'optional']).optional(),
  endpoints: z.array(endpoint).min(1).max(20),
})

export type PrivateModel = z.infer<typeof privateModel>

export function privateSeed(model: PrivateModel, nowMs: number): SeedModel {
  const { id, name, context, input, output, reasoning } = model
  const endpoints = model.endpoints.map((each): SeedEndpoint => {
    const { base_url: baseUrl, ...facts } = each
    return {
      ...facts,
      context: each.context ?? context,
      output: each.output ?? null,
      ...(baseUrl !== undefined && { baseUrl }),
      source: 'operator',
    }
  })
  return {
    id,
    name: name ?? id,
    created: Math.floor(nowMs / 1000),
    context,
    input,
    output,
    tokenizer: 'Other',
    ...(reasoning && { reasoning }),
    endpoints,
  }
}

/** The addresses of a model's endpoints that may not be called: not https, and not a host that the operator approved. */
export function unapproved(model: PrivateModel, approved: string | undefined): string[] {
  const hosts = new Set((approved ?? '').split(',').map((host) => host.trim().toLowerCase()))
  return model.endpoints.flatMap(({ base_url: baseUrl }) => {
    if (baseUrl === undefined) return []
    const { protocol, hostname, host, username, password, hash } = new URL(baseUrl)
    if (username !== '' || password !== '' || hash !== '') return [baseUrl]
    if (hosts.has(host) || hosts.has(hostname)) return /^https?:$/.test(protocol) ? [] : [baseUrl]
    return protocol === 'https:' && isPublicHost(hostname) ? [] : [baseUrl]
  })
}
