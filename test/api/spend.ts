import { env } from 'cloudflare:workers'
import { generationId } from '../../src/base/ids.ts'
import { ledger } from '../../src/ledger/client.ts'
import type { GenerationRecord } from '../../src/ledger/contract.ts'

/** A generation from admission to settlement, as the gateway would tell the account's object of it. */
export async function spend(
  accountId: string,
  keyHash: string,
  costNanos: number,
  fields: Partial<GenerationRecord> = {},
): Promise<string> {
  const account = ledger(env, accountId)
  const id = generationId(Date.now())
  const standing = await account.standing(keyHash)
  if (!standing.ok) throw new Error(standing.reason)
  const admission = await account.admit({
    generationId: id,
    keyHash,
    profileVersion: standing.profile.version,
    holdNanos: costNanos,
  })
  if (!admission.ok) throw new Error(admission.reason)
  const { admittedAtMs } = admission
  await account.settle({
    generationId: id,
    keyHash,
    admittedAtMs,
    costNanos,
    record: { ...record, createdAtMs: admittedAtMs, ...fields },
  })
  return id
}

/** A generation that failed over once. */
export const record: GenerationRecord = {
  createdAtMs: 0,
  status: 200,
  model: 'openai/gpt-4o-mini',
  requestedModel: 'openai/gpt-4o-mini',
  provider: 'openai',
  providerName: 'OpenAI',
  upstreamId: 'chatcmpl-1',
  upstreamModel: 'gpt-4o-mini-2024-07-18',
  streamed: true,
  cancelled: false,
  finishReason: 'stop',
  nativeFinishReason: 'end',
  errorType: null,
  promptTokens: 100,
  completionTokens: 20,
  cachedTokens: 40,
  cacheWriteTokens: 3,
  reasoningTokens: 7,
  usageEstimated: false,
  upstreamCostNanos: 500,
  firstTokenMs: 120,
  totalMs: 900,
  attempts: [
    {
      provider: 'groq',
      providerName: 'Groq',
      upstreamModel: 'mini',
      status: 503,
      error: 'overloaded',
      latencyMs: 30,
    },
    {
      provider: 'openai',
      providerName: 'OpenAI',
      upstreamModel: 'gpt-4o-mini-2024-07-18',
      status: 200,
      error: null,
      latencyMs: 90,
    },
  ],
  user: 'user-1',
  sessionId: 'session-1',
  metadata: { order: '7' },
  appUrl: 'https://app.example/path',
  appTitle: 'App',
  userAgent: 'agent/1',
}
