import * as z from 'zod'
import { formatUsd } from '../src/base/money.ts'
import type { CurlCall } from './curl.ts'
import { ask } from './management-client.ts'
import { nanosOf } from './table.ts'

/** What a new gateway has to spend, in dollars. The reference makes sure that it is given once. */
const firstCredit = { amount: 10, kind: 'grant', reference: 'welcome' } as const

/** A gateway that answers, and what may ask it. */
export interface RunningGateway {
  /** Where it listens: `http://localhost:8787`. */
  origin: string
  /** On this machine. */
  isLocal: boolean
  keys: { inference: string; management: string }
  /** What a login in front of it wants to see, by name of the header. */
  headers?: Record<string, string>
}

/** What is said of a gateway when it has started. */
export interface Welcome {
  gateway: string
  apiKey: string
  managementKey: string
  /** A call that it answers. */
  curl: CurlCall
}

/** Gives the default account its first credit, and tells how to use the gateway. */
export async function welcome(gateway: RunningGateway): Promise<Welcome> {
  const { origin, isLocal, keys, headers = {} } = gateway
  const operator = { origin, isLocal, headers, key: keys.management, keySource: 'the key of this MASTER_KEY' }
  await ask(operator, { method: 'POST', path: '/credits', body: firstCredit, answer: z.unknown() })
  const [credits, models] = await Promise.all([
    ask(operator, { path: '/credits', answer: creditsReply }).then(({ json }) => json.data),
    ask(operator, { path: '/models', answer: modelsReply }).then(({ json }) => json.data),
  ])
  const balance = nanosOf(credits.total_credits) - nanosOf(credits.total_usage)
  const model = modelToTry(models)
  return {
    gateway: `Gateway         ${origin}/api/v1`,
    apiKey: `API key         ${keys.inference}        account "default", ${formatUsd(balance)} of credit`,
    managementKey: `Management key  ${keys.management}`,
    // A provider whose models nobody listed, such as a local one, is still there to be asked.
    curl: model === undefined ? { url: `${origin}/api/v1/models`, headers: [] } : chatCall(gateway, model),
  }
}

const creditsReply = z.object({ data: z.object({ total_credits: z.number(), total_usage: z.number() }) })

const modelsReply = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      architecture: z.object({ output_modalities: z.array(z.string()) }),
      pricing: z.object({ completion: z.string() }),
    }),
  ),
})

type Model = z.infer<typeof modelsReply>['data'][number]

/** The simulator costs nobody anything; without it, the cheapest model that answers in text. */
function modelToTry(models: Model[]): string | undefined {
  if (models.some(({ id }) => id === 'simulator/echo')) return 'simulator/echo'
  return models
    .filter(({ architecture }) => architecture.output_modalities.includes('text'))
    .toSorted((a, b) => Number(a.pricing.completion) - Number(b.pricing.completion))[0]?.id
}

function chatCall({ origin, keys }: RunningGateway, model: string): CurlCall {
  return {
    url: `${origin}/api/v1/chat/completions`,
    headers: [`Authorization: Bearer ${keys.inference}`, 'Content-Type: application/json'],
    body: JSON.stringify({
      model,
      stream: true,
      messages: [{ role: 'user', content: 'Hello from Switchyard' }],
    }),
  }
}
