import { anthropicMessagesProtocol } from '../wire/anthropic-messages/protocol.ts'
import { openaiChatProtocol } from '../wire/openai-chat/protocol.ts'
import { openaiResponsesProtocol } from '../wire/openai-responses/protocol.ts'
import type { Quirks } from '../wire/protocol.ts'
import { keyIn } from './auth/auth.ts'
import { embeddings } from './embeddings.ts'
import type { Provider, Surface } from './provider.ts'

/** A host that speaks chat completions and little else: one line where it deviates in nothing. */
function host(slug: string, name: string, baseUrl: string, quirks: Quirks = {}): Provider {
  const also = embeds.has(slug) ? { also: [embeddings] } : {}
  return {
    slug,
    name,
    baseUrl,
    protocol: openaiChatProtocol,
    cancellable: !billsOn.has(slug),
    quirks,
    ...also,
  }
}

function responsesHost(slug: string, name: string, baseUrl: string): Provider {
  const quirks = { drop: ['prompt_cache_options', 'truncation'], toolTypes: ['function'] }
  return { slug, name, baseUrl, protocol: openaiResponsesProtocol, cancellable: true, quirks }
}

/** A host's surface in Anthropic's format, for models that are not Claude: what is Anthropic's alone is left out. */
function messagesAt(baseUrl: string): { also: readonly Surface[] } {
  return {
    also: [
      {
        protocol: anthropicMessagesProtocol,
        baseUrl,
        auth: keyIn('x-api-key'),
        quirks: { unsignedThoughts: true, drop: claudeOnly },
      },
    ],
  }
}

const claudeOnly = [
  'context_management',
  'mcp_servers',
  'container',
  'service_tier',
  'inference_geo',
] as const

/** Those that finish and bill an answer whose client has left (OpenRouter: stream cancellation). */
const billsOn: ReadonlySet<string> = new Set([
  'mistral',
  'sambanova',
  'nebius',
  'perplexity',
  'alibaba',
  'alibaba-cn',
  'minimax',
  'minimax-cn',
  'huggingface',
])

/** Those that make embeddings too. */
const embeds: ReadonlySet<string> = new Set([
  'mistral',
  'novita',
  'nebius',
  'nvidia',
  'siliconflow',
  'siliconflow-cn',
  'scaleway',
  'digitalocean',
  'inference-net',
  'evroc',
  'nearai',
  'regolo',
  'stackit',
  'tinfoil',
])

/** What OpenAI alone knows; others refuse it. */
const openaiOnly = ['prompt_cache_key', 'prompt_cache_options', 'prediction', 'verbosity'] as const
const penalties = ['frequency_penalty', 'presence_penalty'] as const
const odds = ['logprobs', 'top_logprobs', 'logit_bias'] as const

/** What hosts of open models have in common. */
const open: Quirks = { noDeveloperRole: true, drop: openaiOnly }
const single: Quirks = { ...open, oneSystemMessage: true }

const moonshot: Quirks = {
  ...single,
  reasoningField: 'reasoning_content',
  reasoningRequest: 'thinking',
  efforts: ['low', 'high', 'max'],
  prefill: 'partial',
}

const zhipu: Quirks = {
  ...open,
  reasoningField: 'reasoning_content',
  reasoningRequest: 'thinking',
  efforts: [],
  toolDemand: 'none',
  noNamedTool: true,
  add: { tool_stream: true },
}

const alibaba: Quirks = {
  ...open,
  reasoningRequest: 'enable_thinking',
}

const minimax: Quirks = {
  ...open,
  efforts: ['low', 'medium', 'high'],
  reasoningCumulative: true,
  add: { reasoning_split: true },
}

const siliconflow: Quirks = {
  ...open,
  reasoningRequest: 'enable_thinking',
}

export const chatHosts: readonly Provider[] = [
  host('mistral', 'Mistral', 'https://api.mistral.ai/v1', {
    noDeveloperRole: true,
    noSpeakerNames: true,
    usageUnasked: true,
    reasoningField: 'none',
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
  {
    ...host('moonshotai', 'Moonshot AI', 'https://api.moonshot.ai/v1', moonshot),
    ...messagesAt('https://api.moonshot.ai/anthropic/v1'),
  },
  {
    ...host('moonshotai-cn', 'Moonshot AI (China)', 'https://api.moonshot.cn/v1', moonshot),
    ...messagesAt('https://api.moonshot.cn/anthropic/v1'),
  },
  {
    ...host('z-ai', 'Z.AI', 'https://api.z.ai/api/paas/v4', zhipu),
    ...messagesAt('https://api.z.ai/api/anthropic/v1'),
  },
  {
    ...host('zhipuai', 'Zhipu AI', 'https://open.bigmodel.cn/api/paas/v4', zhipu),
    ...messagesAt('https://open.bigmodel.cn/api/anthropic/v1'),
  },
  host('alibaba', 'Alibaba Cloud', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1', alibaba),
  host('alibaba-cn', 'Alibaba Cloud (China)', 'https://dashscope.aliyuncs.com/compatible-mode/v1', alibaba),
  {
    ...host('minimax', 'MiniMax', 'https://api.minimax.io/v1', minimax),
    ...messagesAt('https://api.minimax.io/anthropic/v1'),
  },
  {
    ...host('minimax-cn', 'MiniMax (China)', 'https://api.minimaxi.com/v1', minimax),
    ...messagesAt('https://api.minimaxi.com/anthropic/v1'),
  },
  host('nvidia', 'NVIDIA', 'https://integrate.api.nvidia.com/v1', {
    ...single,
    reasoningRequest: 'chat_template_kwargs',
  }),
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
  host('siliconflow', 'SiliconFlow', 'https://api.siliconflow.com/v1', siliconflow),
  host('siliconflow-cn', 'SiliconFlow (China)', 'https://api.siliconflow.cn/v1', siliconflow),
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
  host('nscale', 'Nscale', 'https://inference.api.nscale.com/v1', open),
  host('publicai', 'Public AI', 'https://api.publicai.co/v1', open),
  host('aiand', 'ai&', 'https://api.aiand.com/v1', open),
  host('venice', 'Venice', 'https://api.venice.ai/api/v1', open),
  host('wafer', 'Wafer', 'https://pass.wafer.ai/v1', open),
  host('ant-ling', 'Ant Ling', 'https://api.ant-ling.com/v1', open),
  host('arcee-ai', 'Arcee AI', 'https://api.arcee.ai/api/v1', open),
  host('avian', 'Avian', 'https://api.avian.io/v1', open),
  host('doubleword', 'Doubleword', 'https://api.doubleword.ai/v1', open),
  host('modal', 'Modal', 'https://inference.us-west.modal.direct/v1', open),
  host('inceptron', 'Inceptron', 'https://api.inceptron.io/v1', open),
  host('inference-net', 'Inference.net', 'https://api.inference.net/v1', open),
  host('io-net', 'io.net', 'https://api.intelligence.io.solutions/api/v1', open),
  host('ambient', 'Ambient', 'https://api.ambient.xyz/v1', open),
  host('clarifai', 'Clarifai', 'https://api.clarifai.com/v2/ext/openai/v1', open),
  host('crusoe', 'Crusoe', 'https://api.inference.crusoecloud.com/v1', open),
  host('morph', 'Morph', 'https://api.morphllm.com/v1', open),
  host('vultr', 'Vultr', 'https://api.vultrinference.com/v1', open),
  host('stackit', 'STACKIT', 'https://api.openai-compat.model-serving.eu01.onstackit.cloud/v1', open),
  host('nearai', 'NEAR AI', 'https://cloud-api.near.ai/v1', open),
  host('tinfoil', 'Tinfoil', 'https://inference.tinfoil.sh/v1', open),
  host('berget', 'Berget AI', 'https://api.berget.ai/v1', open),
  host('evroc', 'evroc', 'https://models.think.evroc.com/v1', open),
  host('hpc-ai', 'HPC-AI', 'https://api.hpc-ai.com/inference/v1', open),
  host('regolo', 'Regolo', 'https://api.regolo.ai/v1', open),
  host('neuralwatt', 'Neuralwatt', 'https://api.neuralwatt.com/v1', open),
  host('longcat', 'LongCat', 'https://api.longcat.chat/openai/v1', open),
  host('mixlayer', 'Mixlayer', 'https://models.mixlayer.ai/v1', open),
  host('meganova', 'MegaNova', 'https://api.meganova.ai/v1', open),
  host('submodel', 'Submodel', 'https://llm.submodel.ai/v1', open),
  host('tensorx', 'TensorX', 'https://api.tensorx.ai/v1', open),
  host('scx', 'SCX', 'https://api.scx.ai/v1', open),
  host('greenpt', 'GreenPT', 'https://api.greenpt.ai/v1', open),
  responsesHost('meta', 'Meta', 'https://api.meta.ai/v1'),
  responsesHost('sakana', 'Sakana AI', 'https://api.sakana.ai/v1'),
  responsesHost('abliteration', 'Abliteration', 'https://api.abliteration.ai/v1'),
  {
    slug: 'thinkingmachines',
    name: 'Thinking Machines',
    baseUrl: 'https://tinker.thinkingmachines.dev/services/tinker-prod/anthropic/api/v1',
    protocol: anthropicMessagesProtocol,
    auth: keyIn('x-api-key'),
    cancellable: true,
    quirks: { unsignedThoughts: true, drop: claudeOnly },
  },
]
