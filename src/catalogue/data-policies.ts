import type { DataPolicy } from './model.ts'

/** What providers have published, as OpenRouter listed it (its page on providers' logging), and when. */
export const policiesAsOf = '2026-07'

/** Of a provider that has published nothing we know of, and of those that say they may train. */
const worst: DataPolicy = { training: true, retains: true, retentionDays: null }

/** Who runs these is the operator, or the gateway itself. */
const own: DataPolicy = { training: false, retains: false, retentionDays: 0 }

/** None of these trains. Who is not here is not known, or may train, as DeepSeek and NVIDIA say. */
const published: readonly (readonly [policy: DataPolicy, providers: string])[] = [
  [own, 'ollama vllm lmstudio simulator'],
  [
    { training: false, retains: false, retentionDays: 0 },
    'amazon-bedrock arcee-ai azure baseten cerebras clarifai deepinfra digitalocean fireworks google-vertex ' +
      'groq inception inceptron io-net moonshotai morph nebius novita perplexity sambanova siliconflow ' +
      'together upstage venice z-ai',
  ],
  [{ training: false, retains: true, retentionDays: 30 }, 'anthropic cohere mistral xai xiaomi'],
  [{ training: false, retains: true, retentionDays: 55 }, 'google-ai-studio'],
  // That they keep what they are sent is not said, nor that they do not.
  [
    { training: false, retains: true, retentionDays: null },
    'alibaba ambient chutes friendli gmicloud minimax openai stepfun wandb workers-ai',
  ],
]

const byProvider: ReadonlyMap<string, DataPolicy> = new Map(
  published.flatMap(([policy, providers]) => providers.split(' ').map((slug) => [slug, policy] as const)),
)

/** Google's terms: what is asked for nothing may be learnt from, and what is paid for is not. */
const trainsOnFree = new Set(['google-ai-studio'])

/** What a provider's published policy says of what it is sent. */
export function dataPolicyOf(provider: string, isFree = false): DataPolicy {
  return isFree && trainsOnFree.has(provider) ? worst : (byProvider.get(provider) ?? worst)
}
