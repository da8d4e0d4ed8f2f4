import type { SeedPrice } from '../../../src/catalogue/seed.ts'
import type { UsageRow } from './row.ts'

const deepseek: SeedPrice = {
  prompt: '1.32',
  completion: '3.96',
  cached: '0.044',
  offPeak: {
    factor: '0.5',
    peak: [
      { days: [1, 2, 3, 4, 5], from: 60, to: 240 },
      { days: [1, 2, 3, 4, 5], from: 360, to: 600 },
    ],
  },
}
const mistral: SeedPrice = { prompt: '0.5', completion: '1.5', cached: '0.05' }
const grok: SeedPrice = { prompt: '3', completion: '15', cached: '0.75' }
const longPrompts: SeedPrice = {
  prompt: '1.25',
  completion: '2.5',
  cached: '0.2',
  tiers: [{ above: 199_999, prompt: '2.5', completion: '5', cached: '0.4' }],
}

/** What hosts of chat completions with habits of their own say. */
export const chatHostRows: readonly UsageRow[] = [
  {
    host: 'DeepSeek, on a Monday at the peak',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 5000,
      completion_tokens: 900,
      total_tokens: 5900,
      prompt_tokens_details: { cached_tokens: 4096 },
      completion_tokens_details: { reasoning_tokens: 600 },
      prompt_cache_hit_tokens: 4096,
      prompt_cache_miss_tokens: 904,
    },
    place: 'finish',
    price: deepseek,
    at: '2026-11-16T02:00:00Z',
    // 4096 × 0.044 + 904 × 1.32 + 900 × 3.96 millionths
    usd: 0.004937504,
    oracle: { provider: 'deepseek', model: 'deepseek-v4-pro', flavour: 'chat' },
  },
  {
    host: 'DeepSeek, on a Monday between the peaks',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 5000,
      completion_tokens: 900,
      total_tokens: 5900,
      prompt_tokens_details: { cached_tokens: 4096 },
      completion_tokens_details: { reasoning_tokens: 600 },
      prompt_cache_hit_tokens: 4096,
      prompt_cache_miss_tokens: 904,
    },
    place: 'finish',
    price: deepseek,
    at: '2026-11-16T04:30:00Z',
    // (4096 × 0.044 + 904 × 1.32 + 900 × 3.96) × 0.5 millionths
    usd: 0.002468752,
    oracle: { provider: 'deepseek', model: 'deepseek-v4-pro', flavour: 'chat' },
  },
  {
    host: 'DeepSeek, on a Sunday at an hour that is peak on other days',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 5000,
      completion_tokens: 900,
      total_tokens: 5900,
      prompt_tokens_details: { cached_tokens: 4096 },
      completion_tokens_details: { reasoning_tokens: 600 },
      prompt_cache_hit_tokens: 4096,
      prompt_cache_miss_tokens: 904,
    },
    place: 'finish',
    price: deepseek,
    at: '2026-11-15T02:00:00Z',
    // (4096 × 0.044 + 904 × 1.32 + 900 × 3.96) × 0.5 millionths
    usd: 0.002468752,
    oracle: { provider: 'deepseek', model: 'deepseek-v4-pro', flavour: 'chat' },
    // 4096 × 0.044 + 904 × 1.32 + 900 × 3.96 millionths
    differs: { usd: 0.004937504, because: 'it knows hours but no days of the week' },
  },
  {
    host: 'DeepSeek, cache hits under its own name alone',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 300,
      completion_tokens: 10,
      total_tokens: 310,
      prompt_cache_hit_tokens: 256,
      prompt_cache_miss_tokens: 44,
    },
    price: deepseek,
    at: '2026-11-20T09:59:59Z',
    // 256 × 0.044 + 44 × 1.32 + 10 × 3.96 millionths
    usd: 0.000108944,
    oracle: { provider: 'deepseek', model: 'deepseek-v4-pro', flavour: 'chat' },
    // 300 × 1.32 + 10 × 3.96 millionths
    differs: { usd: 0.0004356, because: 'it reads prompt_tokens_details alone' },
  },
  {
    host: 'Groq, under x_groq',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 1408,
      completion_tokens: 214,
      total_tokens: 1622,
      prompt_tokens_details: { cached_tokens: 1152 },
      completion_tokens_details: { reasoning_tokens: 120 },
      queue_time: 0.021,
      prompt_time: 0.034,
      completion_time: 0.43,
      total_time: 0.464,
    },
    beside: { service_tier: 'on_demand' },
    place: 'x_groq',
    price: { prompt: '0.15', completion: '0.6', cached: '0.075' },
    // 1152 × 0.075 + 256 × 0.15 + 214 × 0.6 millionths
    usd: 0.0002532,
    oracle: { provider: 'groq', model: 'openai/gpt-oss-120b', flavour: 'default' },
  },
  {
    host: 'Groq, flex at the usual price',
    format: 'openai-chat',
    usage: { prompt_tokens: 40, completion_tokens: 12, total_tokens: 52, queue_time: 0.01, total_time: 0.05 },
    beside: { service_tier: 'flex' },
    price: { prompt: '0.59', completion: '0.79' },
    // 40 × 0.59 + 12 × 0.79 millionths
    usd: 0.00003308,
    oracle: { provider: 'groq', model: 'llama-3.3-70b-versatile', flavour: 'default' },
  },
  {
    host: 'Mistral, on the finish chunk',
    format: 'openai-chat',
    usage: { prompt_tokens: 13, completion_tokens: 434, total_tokens: 447 },
    place: 'finish',
    price: mistral,
    // 13 × 0.5 + 434 × 1.5 millionths
    usd: 0.0006575,
    oracle: { provider: 'mistral', model: 'mistral-large-2512', flavour: 'default' },
  },
  {
    host: 'Mistral, cached under its own name',
    format: 'openai-chat',
    usage: { prompt_tokens: 640, completion_tokens: 50, total_tokens: 690, num_cached_tokens: 512 },
    place: 'finish',
    price: mistral,
    // 512 × 0.05 + 128 × 0.5 + 50 × 1.5 millionths
    usd: 0.0001646,
    oracle: { provider: 'mistral', model: 'mistral-large-2512', flavour: 'default' },
    // 640 × 0.5 + 50 × 1.5 millionths
    differs: { usd: 0.000395, because: 'it reads prompt_tokens_details alone' },
  },
  {
    host: 'Mistral, details misspelt',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 640,
      completion_tokens: 50,
      total_tokens: 690,
      prompt_token_details: { cached_tokens: 512 },
    },
    place: 'finish',
    price: mistral,
    // 512 × 0.05 + 128 × 0.5 + 50 × 1.5 millionths
    usd: 0.0001646,
    oracle: { provider: 'mistral', model: 'mistral-large-2512', flavour: 'default' },
    // 640 × 0.5 + 50 × 1.5 millionths
    differs: { usd: 0.000395, because: 'it reads prompt_tokens_details alone' },
  },
  {
    host: 'xAI, thoughts beside the completion',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      prompt_tokens_details: { text_tokens: 32, audio_tokens: 0, image_tokens: 0, cached_tokens: 6 },
      completion_tokens_details: {
        reasoning_tokens: 94,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
      num_sources_used: 0,
      cost_in_usd_ticks: 16_275_000,
    },
    quirks: { reasoningOutsideCompletion: true },
    price: grok,
    // 6 × 0.75 + 26 × 3 + (9 + 94) × 15 millionths
    usd: 0.0016275,
    oracle: { provider: 'x-ai', model: 'grok-4-0709', flavour: 'chat' },
  },
  {
    host: 'xAI, more cached than the prompt has',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 620,
      prompt_tokens_details: { cached_tokens: 500 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
    quirks: { reasoningOutsideCompletion: true },
    price: grok,
    // 500 × 0.75 + 100 × 3 + 20 × 15 millionths
    usd: 0.000975,
  },
  {
    host: 'xAI, one token short of a long prompt',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 199_999,
      completion_tokens: 100,
      total_tokens: 200_099,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 50 },
    },
    quirks: { reasoningOutsideCompletion: true },
    price: longPrompts,
    // 199999 × 1.25 + (100 + 50) × 2.5 millionths
    usd: 0.25037375,
    oracle: { provider: 'x-ai', model: 'grok-4.3', flavour: 'chat' },
  },
  {
    host: 'xAI, whose long prompts begin with the threshold',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 200_000,
      completion_tokens: 100,
      total_tokens: 200_100,
      prompt_tokens_details: { cached_tokens: 1000 },
      completion_tokens_details: { reasoning_tokens: 50 },
    },
    quirks: { reasoningOutsideCompletion: true },
    price: longPrompts,
    // 1000 × 0.4 + 199000 × 2.5 + (100 + 50) × 5 millionths
    usd: 0.49865,
    oracle: { provider: 'x-ai', model: 'grok-4.3', flavour: 'chat' },
  },
  {
    host: 'Perplexity, a fee for each request',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 14,
      completion_tokens: 219,
      total_tokens: 233,
      search_context_size: 'low',
      cost: {
        input_tokens_cost: 1.4e-5,
        output_tokens_cost: 0.000219,
        request_cost: 0.012,
        total_cost: 0.012233,
      },
    },
    place: 'every chunk',
    quirks: { reasoningOutsideCompletion: true },
    price: { prompt: '1', completion: '1', request: '0.012' },
    // 14 × 1 + 219 × 1 + 12000 millionths
    usd: 0.012233,
    oracle: { provider: 'perplexity', model: 'sonar', flavour: 'default' },
  },
  {
    host: 'Perplexity, a count that grows from chunk to chunk',
    format: 'openai-chat',
    usage: { prompt_tokens: 200, completion_tokens: 640, total_tokens: 840, search_context_size: 'low' },
    place: 'growing',
    quirks: { reasoningOutsideCompletion: true },
    price: { prompt: '3', completion: '15', request: '0.014' },
    // 200 × 3 + 640 × 15 + 14000 millionths
    usd: 0.0242,
    oracle: { provider: 'perplexity', model: 'sonar-pro', flavour: 'default' },
  },
  {
    host: 'Perplexity, research: sources and thoughts beside the totals, and searches',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 33,
      completion_tokens: 7163,
      total_tokens: 7196,
      citation_tokens: 20_016,
      num_search_queries: 18,
      reasoning_tokens: 73_997,
    },
    quirks: { reasoningOutsideCompletion: true },
    price: { prompt: '2', completion: '8', reasoning: '3', search: '0.005' },
    // (33 + 20016) × 2 + 7163 × 8 + 73997 × 3 + 18 × 5000 millionths
    usd: 0.409393,
    oracle: { provider: 'perplexity', model: 'sonar-deep-research', flavour: 'default' },
  },
  {
    host: 'DeepInfra, with its own estimate of the cost',
    format: 'openai-chat',
    usage: { prompt_tokens: 20, completion_tokens: 75, total_tokens: 95, estimated_cost: 2.68e-5 },
    price: { prompt: '0.23', completion: '0.4' },
    // 20 × 0.23 + 75 × 0.4 millionths
    usd: 0.0000346,
  },
  {
    host: 'DeepInfra, more thoughts than completion',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 60,
      completion_tokens: 40,
      total_tokens: 100,
      completion_tokens_details: { reasoning_tokens: 310 },
      estimated_cost: 0.0001,
    },
    price: { prompt: '0.3', completion: '2.5' },
    // 60 × 0.3 + (40 + 310) × 2.5 millionths
    usd: 0.000893,
  },
]
