import * as z from 'zod/mini'
import { mayBeAsked } from '../base/hosts.ts'
import { providerOf } from '../providers/table.ts'
import { price, seedEndpoint, usd, type SeedEndpoint, type SeedModel } from './seed.ts'

/** What an endpoint is to cost, in dollars per million tokens as text; `"0"` makes it free. */
export const pinnedPrice = z.strictObject({
  ...price,
  prompt: usd,
  completion: usd,
})

/** What is assumed of an endpoint that is put by hand; its host refuses what it cannot do. */
const parameters = ['length', 'sampling', 'penalties', 'tools', 'response_format']

const endpoint = z
  .strictObject({
    ...pinnedPrice.shape,
    provider: z.string(),
    model: z.string().check(z.minLength(1), z.maxLength(200)),
    variant: z.optional(z.string().check(z.maxLength(40))),
    format: seedEndpoint.shape.format,
    base_url: z.optional(z.url().check(z.maxLength(500))),
    context: z.optional(z.int().check(z.positive())),
    output: z.optional(z.int().check(z.positive())),
    quantization: seedEndpoint.shape.quantization,
    parameters: z._default(z.array(z.string().check(z.maxLength(60))).check(z.maxLength(40)), parameters),
    streams: z.optional(z.boolean()),
  })
  .check(
    z.superRefine(({ provider, base_url: baseUrl }, context) => {
      const row = providerOf(provider)
      if (!row)
        context.addIssue({ code: 'custom', path: ['provider'], message: `${provider} is no provider` })
      else if (baseUrl !== undefined && !row.open) {
        const message = `${row.name} is where it is; an address of one's own is for ollama, vllm and lmstudio`
        context.addIssue({ code: 'custom', path: ['base_url'], message })
      }
    }),
  )

/** A model of the operator's own, or further endpoints of a listed one. */
export const privateModel = z.strictObject({
  id: z
    .string()
    .check(
      z.regex(/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9.-]{0,99}(?::free)?$/, 'is author/slug in small letters'),
    ),
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  context: z._default(z.int().check(z.positive()), 131_072),
  input: z._default(z.array(z.enum(['text', 'image', 'file', 'audio', 'video'])).check(z.minLength(1)), [
    'text',
  ]),
  output: z._default(z.array(z.enum(['text', 'image', 'audio'])).check(z.minLength(1)), ['text']),
  reasoning: z.optional(z.enum(['always', 'optional'])),
  endpoints: z.array(endpoint).check(z.minLength(1), z.maxLength(20)),
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
  return model.endpoints.flatMap(({ base_url: baseUrl }) =>
    baseUrl === undefined || mayBeAsked(new URL(baseUrl), approved) ? [] : [baseUrl],
  )
}
