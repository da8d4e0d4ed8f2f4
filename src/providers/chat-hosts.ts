import { openaiChatProtocol } from '../wire/openai-chat/protocol.ts'
import type { Quirks } from '../wire/protocol.ts'
import type { Provider } from './provider.ts'

/** A host that speaks chat completions and little else: one line where it deviates in nothing. */
function host(slug: string, name: string, baseUrl: string, quirks: Quirks = {}): Provider {
  return { slug, name, baseUrl, protocol: openaiChatProtocol, cancellable: !billsOn.has(slug), quirks }
}

/** Those that finish and bill an answer whose client has left (OpenRouter: stream cancellation). */
const billsOn: ReadonlySet<string> = new Set([
  'mistral',
  'sambanova',
  'nebius',
  'perplexity',
  'alibaba',
  'minimax',
  'huggingface',
])

/** What OpenAI alone knows; others refuse it. */
const openaiOnly = ['prompt_cache_key', 'prompt_cache_options', 'prediction', 'verbosity'] as const
const penalties = ['frequency_penalty', 'presence_penalty'] as const
const odds = ['logprobs', 'top_logprobs', 'logit_bias'] as const

/** What hosts of open models have in common. */
const open: Quirks = { noDeveloperRole: true, drop: openaiOnly }
const single: Quirks = { ...open, oneSystemMessage: true }

export const chatHosts: readonly Provider[] = [
  host('mistral', 'Mistral', 'https://api.mistral.ai/v1', {
    noDeveloperRole: true,
    usageUnasked: true,
    efforts: ['none', 'high'],
    rename: { seed: 'random_seed' },
    toolDemand: 'any',
    noNamedTool: true,
    shortToolIds: true,
    toolResultName: true,
    assistantAfterToolResult: true,
    prefill: 'prefix',
    documentPart: 'document_url',
    drop: [...openaiOnly, ...odds, 'top_k', 'min_p', 'top_a', 'repetition_penalty'],
  }),
  host('cerebras', 'Cerebras', 'https://api.cerebras.ai/v1', {
    maxTokensField: 'max_completion_tokens',
    usageUnasked: true,
    reasoningField: 'reasoning',
    noStrictTools: true,
    drop: [...openaiOnly, ...penalties, 'logit_bias', 'parallel_tool_calls', 'top_k', 'min_p', 'top_a'],
  }),
  host('sambanova', 'SambaNova', 'https://api.sambanova.ai/v1', {
    ...open,
    textContent: true,
    drop: [...openaiOnly, ...penalties, ...odds, 'seed'],
  }),
  host('novita', 'Novita', 'https://api.novita.ai/openai/v1', {
    ...single,
    reasoningRequest: 'enable_thinking',
  }),
  host('nebius', 'Nebius', 'https://api.tokenfactory.nebius.com/v1', {
    ...open,
    efforts: ['low', 'medium', 'high'],
  }),
  host('hyperbolic', 'Hyperbolic', 'https://api.hyperbolic.xyz/v1', open),
  host('perplexity', 'Perplexity', 'https://api.perplexity.ai', {
    ...open,
    usageUnasked: true,
    reasoningOutsideCompletion: true,
    drop: [...openaiOnly, ...odds, 'tools', 'tool_choice', 'parallel_tool_calls', 'seed', 'stop'],
  }),
  host('moonshotai', 'Moonshot AI', 'https://api.moonshot.ai/v1', {
    ...single,
    reasoningField: 'reasoning_content',
    reasoningRequest: 'thinking',
    efforts: ['low', 'high', 'max'],
    prefill: 'partial',
  }),
  host('z-ai', 'Z.AI', 'https://api.z.ai/api/paas/v4', {
    ...open,
    reasoningField: 'reasoning_content',
    reasoningRequest: 'thinking',
    efforts: [],
    toolDemand: 'none',
    noNamedTool: true,
    add: { tool_stream: true },
  }),
  host('alibaba', 'Alibaba Cloud', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1', {
    ...open,
    reasoningRequest: 'enable_thinking',
  }),
  host('minimax', 'MiniMax', 'https://api.minimax.io/v1', {
    ...open,
    efforts: ['low', 'medium', 'high'],
    reasoningCumulative: true,
    add: { reasoning_split: true },
  }),
  host('nvidia', 'NVIDIA', 'https://integrate.api.nvidia.com/v1', {
    ...single,
    reasoningRequest: 'chat_template_kwargs',
  }),
  host('cloudflare', 'Cloudflare', 'https://api.cloudflare.com/client/v4/accounts/{ACCOUNT}/ai/v1', open),
  host('huggingface', 'Hugging Face', 'https://router.huggingface.co/v1', single),
  host('baseten', 'Baseten', 'https://inference.baseten.co/v1', {
    ...single,
    reasoningRequest: 'reasoning_effort',
  }),
  host('wandb', 'Weights & Biases', 'https://api.inference.wandb.ai/v1', {
    ...single,
    reasoningRequest: 'chat_template_kwargs',
  }),
  host('gmicloud', 'GMICloud', 'https://api.gmi-serving.com/v1', open),
  host('synthetic', 'Synthetic', 'https://api.synthetic.new/openai/v1', open),
  host('siliconflow', 'SiliconFlow', 'https://api.siliconflow.com/v1', {
    ...open,
    reasoningRequest: 'enable_thinking',
  }),
  host('stepfun', 'StepFun', 'https://api.stepfun.ai/v1', {
    ...open,
    reasoningField: 'reasoning',
    efforts: ['low', 'medium', 'high'],
  }),
  host('xiaomi', 'Xiaomi', 'https://api.xiaomimimo.com/v1', open),
  host('chutes', 'Chutes', 'https://llm.chutes.ai/v1', open),
  host('friendli', 'Friendli', 'https://api.friendli.ai/serverless/v1', open),
  host('ovhcloud', 'OVHcloud', 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1', open),
  host('scaleway', 'Scaleway', 'https://api.scaleway.ai/v1', open),
  host('upstage', 'Upstage', 'https://api.upstage.ai/v1/solar', open),
  host('inception', 'Inception', 'https://api.inceptionlabs.ai/v1', {
    ...open,
    efforts: ['instant', 'low', 'medium', 'high'],
  }),
  host('digitalocean', 'DigitalOcean', 'https://inference.do-ai.run/v1', open),
]
