import type { SeedPrice } from '../../../src/catalogue/seed.ts'
import type { UsageRow } from './row.ts'

const mini: SeedPrice = { prompt: '0.15', completion: '0.6', cached: '0.075' }
const five: SeedPrice = { prompt: '1.25', completion: '10', cached: '0.125' }
const fiveInTiers: SeedPrice = {
  prompt: '1.25',
  completion: '10',
  cached: '0.125',
  serviceTiers: { flex: '0.5', priority: '2' },
}
const longPrompts: SeedPrice = {
  prompt: '2.5',
  completion: '15',
  cached: '0.25',
  tiers: [{ above: 271_999, prompt: '5', completion: '22.5', cached: '0.5' }],
}
const cacheWrites: SeedPrice = {
  prompt: '2',
  completion: '12',
  cached: '0.2',
  cacheWrite: '2.5',
  cacheWriteLong: '4',
}

/** What OpenAI and hosts of its own formats say. */
export const openaiRows: readonly UsageRow[] = [
  {
    host: 'OpenAI, nothing special',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 1200,
      completion_tokens: 300,
      total_tokens: 1500,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    price: mini,
    // 1200 × 0.15 + 300 × 0.6 millionths
    usd: 0.00036,
    oracle: { provider: 'openai', model: 'gpt-4o-mini', flavour: 'chat' },
  },
  {
    host: 'OpenAI, part of the prompt cached',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
    price: mini,
    // 1920 × 0.075 + 86 × 0.15 + 300 × 0.6 millionths
    usd: 0.0003369,
    oracle: { provider: 'openai', model: 'gpt-4o-mini', flavour: 'chat' },
  },
  {
    host: 'OpenAI, thoughts inside the completion',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 75,
      completion_tokens: 1186,
      total_tokens: 1261,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 1024 },
    },
    price: five,
    // 75 × 1.25 + 1186 × 10 millionths
    usd: 0.01195375,
    oracle: { provider: 'openai', model: 'gpt-5', flavour: 'chat' },
  },
  {
    host: 'OpenAI, rejected predictions inside the completion',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 450,
      completion_tokens: 130,
      total_tokens: 580,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        accepted_prediction_tokens: 60,
        rejected_prediction_tokens: 40,
      },
    },
    price: mini,
    // 450 × 0.15 + 130 × 0.6 millionths
    usd: 0.0001455,
    oracle: { provider: 'openai', model: 'gpt-4o-mini', flavour: 'chat' },
  },
  {
    host: 'OpenAI, served in flex',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 1000,
      completion_tokens: 500,
      total_tokens: 1500,
      prompt_tokens_details: { cached_tokens: 128 },
      completion_tokens_details: { reasoning_tokens: 320 },
    },
    beside: { service_tier: 'flex' },
    price: fiveInTiers,
    // (128 × 0.125 + 872 × 1.25 + 500 × 10) × 0.5 millionths
    usd: 0.003053,
    oracle: { provider: 'openai', model: 'gpt-5', flavour: 'chat' },
    // 128 × 0.125 + 872 × 1.25 + 500 × 10 millionths
    differs: { usd: 0.006106, because: 'it knows nothing of service tiers' },
  },
  {
    host: 'OpenAI, served in priority',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 1000,
      completion_tokens: 500,
      total_tokens: 1500,
      prompt_tokens_details: { cached_tokens: 128 },
      completion_tokens_details: { reasoning_tokens: 320 },
    },
    beside: { service_tier: 'priority' },
    price: fiveInTiers,
    // (128 × 0.125 + 872 × 1.25 + 500 × 10) × 2 millionths
    usd: 0.012212,
  },
  {
    host: 'OpenAI, asked for priority and served as usual',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 1000,
      completion_tokens: 500,
      total_tokens: 1500,
      prompt_tokens_details: { cached_tokens: 128 },
      completion_tokens_details: { reasoning_tokens: 320 },
    },
    beside: { service_tier: 'default' },
    price: fiveInTiers,
    // 128 × 0.125 + 872 × 1.25 + 500 × 10 millionths
    usd: 0.006106,
    oracle: { provider: 'openai', model: 'gpt-5', flavour: 'chat' },
  },
  {
    host: 'OpenAI, sound in and out',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 150,
      completion_tokens: 400,
      total_tokens: 550,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 100, text_tokens: 50, image_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 320, text_tokens: 80 },
    },
    price: { prompt: '2.5', completion: '10', audio: '32', audioOutput: '64' },
    // 100 × 32 + 50 × 2.5 + 320 × 64 + 80 × 10 millionths
    usd: 0.024605,
    oracle: { provider: 'openai', model: 'gpt-audio', flavour: 'chat' },
  },
  {
    host: 'OpenAI, pictures at a price of their own',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 1100,
      completion_tokens: 20,
      total_tokens: 1120,
      prompt_tokens_details: { cached_tokens: 0, image_tokens: 1056, text_tokens: 44 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
    price: { prompt: '5', completion: '10', image: '8' },
    // 1056 × 8 + 44 × 5 + 20 × 10 millionths
    usd: 0.008868,
  },
  {
    host: 'OpenAI, one token short of a long prompt',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 271_999,
      completion_tokens: 1000,
      total_tokens: 272_999,
      prompt_tokens_details: { cached_tokens: 200_000 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
    price: longPrompts,
    // 200000 × 0.25 + 71999 × 2.5 + 1000 × 15 millionths
    usd: 0.2449975,
    oracle: { provider: 'openai', model: 'gpt-5.4', flavour: 'chat' },
  },
  {
    host: 'OpenAI, a long prompt re-prices the whole',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 272_000,
      completion_tokens: 1000,
      total_tokens: 273_000,
      prompt_tokens_details: { cached_tokens: 200_000 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
    price: longPrompts,
    // 200000 × 0.5 + 72000 × 5 + 1000 × 22.5 millionths
    usd: 0.4825,
    oracle: { provider: 'openai', model: 'gpt-5.4', flavour: 'chat' },
  },
  {
    host: 'OpenAI, written to the cache for half an hour and for twelve',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 2000,
      completion_tokens: 100,
      total_tokens: 2100,
      prompt_tokens_details: {
        cached_tokens: 300,
        cache_write_tokens: 1500,
        cache_write_tokens_details: { ttl_30m: 1000, ttl_12h: 500 },
      },
      completion_tokens_details: { reasoning_tokens: 64 },
    },
    price: cacheWrites,
    // 300 × 0.2 + 1000 × 2.5 + 500 × 4 + 200 × 2 + 100 × 12 millionths
    usd: 0.00616,
  },
  {
    host: 'Azure, usage in a chunk of its own',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 908,
      completion_tokens: 77,
      total_tokens: 985,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
    beside: { system_fingerprint: 'fp_1', prompt_filter_results: [] },
    price: { prompt: '2', completion: '8', cached: '0.5' },
    // 908 × 2 + 77 × 8 millionths
    usd: 0.002432,
  },
  {
    host: 'OpenAI Responses, cached and thinking',
    format: 'openai-responses',
    usage: {
      input_tokens: 1733,
      input_tokens_details: { cached_tokens: 1536 },
      output_tokens: 448,
      output_tokens_details: { reasoning_tokens: 384 },
      total_tokens: 2181,
    },
    price: five,
    // 1536 × 0.125 + 197 × 1.25 + 448 × 10 millionths
    usd: 0.00491825,
    oracle: { provider: 'openai', model: 'gpt-5', flavour: 'responses' },
  },
  {
    host: 'OpenAI Responses, two searches of the web',
    format: 'openai-responses',
    usage: {
      input_tokens: 8000,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 600,
      output_tokens_details: { reasoning_tokens: 256 },
      total_tokens: 8600,
    },
    beside: { searches: 2 },
    price: { prompt: '1.25', completion: '10', cached: '0.125', search: '0.01' },
    // 8000 × 1.25 + 600 × 10 + 2 × 10000 millionths
    usd: 0.036,
    oracle: { provider: 'openai', model: 'gpt-5', flavour: 'responses' },
    // 8000 × 1.25 + 600 × 10 millionths
    differs: { usd: 0.016, because: 'it looks at usage alone, and searches are items of the answer' },
  },
  {
    host: 'OpenAI Responses, served in flex',
    format: 'openai-responses',
    usage: {
      input_tokens: 5000,
      input_tokens_details: { cached_tokens: 2000 },
      output_tokens: 800,
      output_tokens_details: { reasoning_tokens: 512 },
      total_tokens: 5800,
    },
    beside: { service_tier: 'flex' },
    price: fiveInTiers,
    // (2000 × 0.125 + 3000 × 1.25 + 800 × 10) × 0.5 millionths
    usd: 0.006,
    oracle: { provider: 'openai', model: 'gpt-5', flavour: 'responses' },
    // 2000 × 0.125 + 3000 × 1.25 + 800 × 10 millionths
    differs: { usd: 0.012, because: 'it knows nothing of service tiers' },
  },
  {
    host: 'OpenAI Responses, a long prompt served in priority',
    format: 'openai-responses',
    usage: {
      input_tokens: 300_000,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 1000,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 301_000,
    },
    beside: { service_tier: 'priority' },
    price: {
      prompt: '2.5',
      completion: '15',
      cached: '0.25',
      tiers: [{ above: 272_000, prompt: '5', completion: '22.5', cached: '0.5' }],
      serviceTiers: { priority: '2' },
    },
    // (300000 × 5 + 1000 × 22.5) × 2 millionths
    usd: 3.045,
  },
  {
    host: 'OpenAI Responses, a long prompt from the cache',
    format: 'openai-responses',
    usage: {
      input_tokens: 300_000,
      input_tokens_details: { cached_tokens: 280_000 },
      output_tokens: 1000,
      output_tokens_details: { reasoning_tokens: 700 },
      total_tokens: 301_000,
    },
    price: longPrompts,
    // 280000 × 0.5 + 20000 × 5 + 1000 × 22.5 millionths
    usd: 0.2625,
    oracle: { provider: 'openai', model: 'gpt-5.4', flavour: 'responses' },
  },
  {
    host: 'OpenAI Responses, written to the cache',
    format: 'openai-responses',
    usage: {
      input_tokens: 4000,
      input_tokens_details: {
        cached_tokens: 0,
        cache_write_tokens: 3840,
        cache_write_tokens_details: { ttl_30m: 3840, ttl_12h: 0 },
      },
      output_tokens: 50,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 4050,
    },
    price: cacheWrites,
    // 3840 × 2.5 + 160 × 2 + 50 × 12 millionths
    usd: 0.01052,
  },
  {
    host: 'xAI Responses, thoughts inside the output',
    format: 'openai-responses',
    usage: {
      input_tokens: 320,
      input_tokens_details: { cached_tokens: 64 },
      output_tokens: 900,
      output_tokens_details: { reasoning_tokens: 850 },
      total_tokens: 1220,
    },
    beside: { service_tier: 'default' },
    price: { prompt: '1.25', completion: '2.5', cached: '0.2' },
    // 64 × 0.2 + 256 × 1.25 + 900 × 2.5 millionths
    usd: 0.0025828,
  },
]
