import type { SeedPrice } from '../../../src/catalogue/seed.ts'
import type { UsageRow } from './row.ts'

const kimi: SeedPrice = { prompt: '0.95', completion: '4', cached: '0.16' }
const threeLengths: SeedPrice = {
  prompt: '1.2',
  completion: '6',
  cached: '0.12',
  cacheWrite: '1.5',
  tiers: [
    { above: 32_000, prompt: '2.4', completion: '12', cached: '0.24', cacheWrite: '3' },
    { above: 128_000, prompt: '3', completion: '15', cached: '0.3', cacheWrite: '3.75' },
  ],
}
const claude: SeedPrice = { prompt: '3', completion: '15', cached: '0.3', cacheWrite: '3.75' }

/** What hosts of open models say, in chat completions. */
export const openHostRows: readonly UsageRow[] = [
  {
    host: 'Cerebras, cached tokens at the usual price',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 500,
      completion_tokens: 800,
      total_tokens: 1300,
      prompt_tokens_details: { cached_tokens: 384 },
      completion_tokens_details: { reasoning_tokens: 500 },
    },
    beside: { time_info: { queue_time: 0.0001, total_time: 0.5 } },
    price: { prompt: '0.35', completion: '0.75' },
    // 500 × 0.35 + 800 × 0.75 millionths
    usd: 0.000775,
    oracle: { provider: 'cerebras', model: 'gpt-oss-120b', flavour: 'chat' },
  },
  {
    host: 'Fireworks, cached',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 9000,
      completion_tokens: 120,
      total_tokens: 9120,
      prompt_tokens_details: { cached_tokens: 8800 },
    },
    place: 'finish',
    price: kimi,
    // 8800 × 0.16 + 200 × 0.95 + 120 × 4 millionths
    usd: 0.002078,
    oracle: { provider: 'fireworks', model: 'accounts/fireworks/models/kimi-k2p6', flavour: 'chat' },
  },
  {
    host: 'Together, no details',
    format: 'openai-chat',
    usage: { prompt_tokens: 51, completion_tokens: 223, total_tokens: 274, cached_tokens: 0 },
    price: { prompt: '0.15', completion: '0.6' },
    // 51 × 0.15 + 223 × 0.6 millionths
    usd: 0.00014145,
  },
  {
    host: 'Moonshot, inside the choice, with the cached beside the totals',
    format: 'openai-chat',
    usage: { prompt_tokens: 3000, completion_tokens: 70, total_tokens: 3070, cached_tokens: 2816 },
    place: 'choice',
    price: kimi,
    // 2816 × 0.16 + 184 × 0.95 + 70 × 4 millionths
    usd: 0.00090536,
  },
  {
    host: 'Moonshot, the cached beside the totals',
    format: 'openai-chat',
    usage: { prompt_tokens: 3000, completion_tokens: 70, total_tokens: 3070, cached_tokens: 2816 },
    price: kimi,
    // 2816 × 0.16 + 184 × 0.95 + 70 × 4 millionths
    usd: 0.00090536,
    oracle: { provider: 'moonshotai', model: 'kimi-k2.6', flavour: 'chat' },
    // 3000 × 0.95 + 70 × 4 millionths
    differs: { usd: 0.00313, because: 'it reads prompt_tokens_details alone' },
  },
  {
    host: 'Moonshot, the cached in the details',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 3000,
      completion_tokens: 70,
      total_tokens: 3070,
      prompt_tokens_details: { cached_tokens: 2816 },
    },
    price: kimi,
    // 2816 × 0.16 + 184 × 0.95 + 70 × 4 millionths
    usd: 0.00090536,
    oracle: { provider: 'moonshotai', model: 'kimi-k2.6', flavour: 'chat' },
  },
  {
    host: 'Z.ai, on the finish chunk',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 170,
      completion_tokens: 1028,
      total_tokens: 1198,
      prompt_tokens_details: { cached_tokens: 128 },
      completion_tokens_details: { reasoning_tokens: 900 },
    },
    place: 'finish',
    price: { prompt: '0.6', completion: '2.2', cached: '0.11' },
    // 128 × 0.11 + 42 × 0.6 + 1028 × 2.2 millionths
    usd: 0.00230088,
  },
  {
    host: 'Alibaba, read from and written to an explicit cache, both inside the prompt',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 6000,
      completion_tokens: 100,
      total_tokens: 6100,
      prompt_tokens_details: {
        cached_tokens: 4000,
        cache_creation_input_tokens: 1500,
        cache_creation: { ephemeral_5m_input_tokens: 1500 },
        cache_type: 'ephemeral',
      },
    },
    price: threeLengths,
    // 4000 × 0.12 + 1500 × 1.5 + 500 × 1.2 + 100 × 6 millionths
    usd: 0.00393,
  },
  {
    host: 'Alibaba, the middle of three lengths',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 128_000,
      completion_tokens: 100,
      total_tokens: 128_100,
      prompt_tokens_details: { cached_tokens: 100_000 },
    },
    price: threeLengths,
    // 100000 × 0.24 + 28000 × 2.4 + 100 × 12 millionths
    usd: 0.0924,
  },
  {
    host: 'Alibaba, the longest of three lengths',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 128_001,
      completion_tokens: 100,
      total_tokens: 128_101,
      prompt_tokens_details: { cached_tokens: 0 },
    },
    price: threeLengths,
    // 128001 × 3 + 100 × 15 millionths
    usd: 0.385503,
  },
  {
    host: 'MiniMax, counts of characters too',
    format: 'openai-chat',
    usage: { prompt_tokens: 140, completion_tokens: 512, total_tokens: 652, total_characters: 0 },
    price: { prompt: '0.3', completion: '1.2' },
    // 140 × 0.3 + 512 × 1.2 millionths
    usd: 0.0006564,
  },
  {
    host: 'OpenRouter, with the cost it charges',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 3100,
      completion_tokens: 250,
      total_tokens: 3350,
      prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 2000, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 90 },
      cost: 0.01185,
      is_byok: false,
    },
    price: claude,
    // 1000 × 0.3 + 2000 × 3.75 + 100 × 3 + 250 × 15 millionths
    usd: 0.01185,
    oracle: { provider: 'openrouter', model: 'anthropic/claude-sonnet-4.5', flavour: 'chat' },
  },
  {
    host: 'Novita, no details',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 123,
      completion_tokens: 456,
      total_tokens: 579,
      prompt_tokens_details: { audio_tokens: 0, cached_tokens: 0 },
    },
    price: { prompt: '0.89', completion: '0.89' },
    // (123 + 456) × 0.89 millionths
    usd: 0.00051531,
  },
  {
    host: 'NVIDIA, free of charge',
    format: 'openai-chat',
    usage: { prompt_tokens: 20, completion_tokens: 300, total_tokens: 320, prompt_tokens_details: null },
    price: { prompt: '0', completion: '0' },
    // 20 × 0 + 300 × 0 millionths
    usd: 0,
  },
  {
    host: 'Workers AI, a fraction of a nano-dollar',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 1235,
      completion_tokens: 567,
      total_tokens: 1802,
      prompt_tokens_details: { cached_tokens: 0 },
    },
    place: 'finish',
    price: { prompt: '0.2931', completion: '2.2533' },
    // 1235 × 0.2931 + 567 × 2.2533 millionths
    usd: 0.0016395996,
  },
  {
    host: 'SambaNova, with its latencies',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 37,
      completion_tokens: 90,
      total_tokens: 127,
      total_latency: 0.41,
      completion_tokens_per_sec: 220.5,
      time_to_first_token: 0.1,
    },
    price: { prompt: '0.6', completion: '1.2' },
    // 37 × 0.6 + 90 × 1.2 millionths
    usd: 0.0001302,
  },
  {
    host: 'vLLM, continuous usage',
    format: 'openai-chat',
    usage: { prompt_tokens: 88, completion_tokens: 31, total_tokens: 119 },
    place: 'growing',
    price: { prompt: '0.1', completion: '0.3' },
    // 88 × 0.1 + 31 × 0.3 millionths
    usd: 0.0000181,
  },
  {
    host: 'Ollama, totals alone',
    format: 'openai-chat',
    usage: { prompt_tokens: 26, completion_tokens: 298, total_tokens: 324 },
    price: { prompt: '0.05', completion: '0.2' },
    // 26 × 0.05 + 298 × 0.2 millionths
    usd: 0.0000609,
  },
  {
    host: 'StepFun, the cached beside the totals',
    format: 'openai-chat',
    usage: { prompt_tokens: 800, completion_tokens: 60, total_tokens: 860, cached_tokens: 512 },
    price: { prompt: '0.57', completion: '1.42', cached: '0.11' },
    // 512 × 0.11 + 288 × 0.57 + 60 × 1.42 millionths
    usd: 0.00030568,
  },
  {
    host: 'A host that counts the written beside the details, in the manner of Anthropic',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 2500,
      completion_tokens: 10,
      total_tokens: 2510,
      prompt_tokens_details: { cached_tokens: 500 },
      cache_creation_input_tokens: 1800,
    },
    price: claude,
    // 500 × 0.3 + 1800 × 3.75 + 200 × 3 + 10 × 15 millionths
    usd: 0.00765,
  },
  {
    host: 'A host whose parts exceed the whole',
    format: 'openai-chat',
    usage: {
      prompt_tokens: 100,
      completion_tokens: 10,
      total_tokens: 110,
      prompt_tokens_details: { cached_tokens: 80, cache_write_tokens: 90 },
    },
    price: claude,
    // 80 × 0.3 + 20 × 3.75 + 10 × 15 millionths
    usd: 0.000249,
  },
]
