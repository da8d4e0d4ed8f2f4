import { inject } from 'vitest'
import * as z from 'zod'

export const { origin, keys, logs } = inject('gateway')
export const baseUrl = `${origin}/api/v1`

/** A management call; the JSON it answers. */
export async function manage(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${keys.management}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
  return JSON.parse(text)
}

/** A key of the test's own, so that what is counted on it is the test's alone. */
export async function newKey(settings: object = {}): Promise<string> {
  const reply = await manage('POST', '/keys', { name: 'a test', ...settings })
  return z.object({ key: z.string() }).parse(reply).key
}

const usageReply = z.object({ data: z.object({ usage: z.number() }) })

/** What the key has spent, in dollars. */
export async function spentBy(key: string): Promise<number> {
  const response = await fetch(`${baseUrl}/key`, { headers: { authorization: `Bearer ${key}` } })
  return usageReply.parse(await response.json()).data.usage
}

const generationReply = z.object({
  data: z.object({
    id: z.string(),
    total_cost: z.number(),
    cancelled: z.boolean().nullable(),
    tokens_completion: z.number().nullable(),
  }),
})

export type Generation = z.infer<typeof generationReply>['data']

export async function generation(key: string, id: string): Promise<Generation | undefined> {
  const response = await fetch(`${baseUrl}/generation?id=${id}`, {
    headers: { authorization: `Bearer ${key}` },
  })
  return response.ok ? generationReply.parse(await response.json()).data : undefined
}
