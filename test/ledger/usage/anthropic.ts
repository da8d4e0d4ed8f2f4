import type { SeedPrice } from '../../../src/catalogue/seed.ts'
import type { UsageRow } from './row.ts'

const sonnet: SeedPrice = {
  prompt: '3',
  completion: '15',
  cached: '0.3',
  cacheWrite: '3.75',
  cacheWriteLong: '6',
  search: '0.01',
  tiers: [
    {
      above: 200_000,
      prompt: '6',
      completion: '22.5',
      cached: '0.6',
      cacheWrite: '7.5',
      cacheWriteLong: '12',
    },
  ],
}

/** What hosts of Anthropic's format say. */
export const anthropicRows: readonly UsageRow[] = [
  {
    host: 'Anthropic, nothing cached',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 12,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens: 29,
      service_tier: 'standard',
    },
    price: sonnet,
    // 12 × 3 + 29 × 15 millionths
    usd: 0.000471,
    oracle: { provider: 'anthropic', model: 'claude-sonnet-4-5', flavour: 'default' },
  },
  {
    host: 'Anthropic, cached beside the input, written for five minutes',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 4,
      cache_creation_input_tokens: 1800,
      cache_read_input_tokens: 12_000,
      cache_creation: { ephemeral_5m_input_tokens: 1800, ephemeral_1h_input_tokens: 0 },
      output_tokens: 200,
      service_tier: 'standard',
    },
    price: sonnet,
    // 4 × 3 + 12000 × 0.3 + 1800 × 3.75 + 200 × 15 millionths
    usd: 0.013362,
    oracle: { provider: 'anthropic', model: 'claude-sonnet-4-5', flavour: 'default' },
  },
  {
    host: 'Anthropic, written for an hour',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 4,
      cache_creation_input_tokens: 1800,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 1800 },
      output_tokens: 200,
      service_tier: 'standard',
    },
    price: sonnet,
    // 4 × 3 + 1800 × 6 + 200 × 15 millionths
    usd: 0.013812,
    oracle: { provider: 'anthropic', model: 'claude-sonnet-4-5', flavour: 'default' },
  },
  {
    host: 'Anthropic, written for five minutes and for an hour',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 10,
      cache_creation_input_tokens: 4096,
      cache_read_input_tokens: 2048,
      cache_creation: { ephemeral_5m_input_tokens: 1096, ephemeral_1h_input_tokens: 3000 },
      output_tokens: 503,
      service_tier: 'standard',
    },
    price: sonnet,
    // 10 × 3 + 2048 × 0.3 + 1096 × 3.75 + 3000 × 6 + 503 × 15 millionths
    usd: 0.0302994,
    oracle: { provider: 'anthropic', model: 'claude-sonnet-4-5', flavour: 'default' },
  },
  {
    host: 'Anthropic, exactly as long as a usual prompt may be',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 1000,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 199_000,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens: 100,
      service_tier: 'standard',
    },
    price: sonnet,
    // 1000 × 3 + 199000 × 0.3 + 100 × 15 millionths
    usd: 0.0642,
    oracle: { provider: 'anthropic', model: 'claude-sonnet-4-5', flavour: 'default' },
  },
  {
    host: 'Anthropic, long by what is cached',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 1000,
      cache_creation_input_tokens: 1,
      cache_read_input_tokens: 199_000,
      cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 0 },
      output_tokens: 100,
      service_tier: 'standard',
    },
    price: sonnet,
    // 1000 × 6 + 199000 × 0.6 + 1 × 7.5 + 100 × 22.5 millionths
    usd: 0.1276575,
    oracle: { provider: 'anthropic', model: 'claude-sonnet-4-5', flavour: 'default' },
  },
  {
    host: 'Anthropic, three searches of the web',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 21_000,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens: 700,
      service_tier: 'standard',
      server_tool_use: { web_search_requests: 3, web_fetch_requests: 1 },
    },
    price: sonnet,
    // 21000 × 3 + 700 × 15 + 3 × 10000 millionths
    usd: 0.1035,
    oracle: { provider: 'anthropic', model: 'claude-sonnet-4-5', flavour: 'default' },
  },
  {
    host: 'Anthropic, thoughts inside the output',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 50,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens: 2100,
      service_tier: 'standard',
      output_tokens_details: { thinking_tokens: 1800 },
    },
    price: sonnet,
    // 50 × 3 + 2100 × 15 millionths
    usd: 0.03165,
    oracle: { provider: 'anthropic', model: 'claude-sonnet-4-5', flavour: 'default' },
  },
  {
    host: 'Anthropic, a compaction that the totals leave out',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 2000,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens: 300,
      service_tier: 'standard',
      iterations: [
        {
          type: 'compaction',
          input_tokens: 90_000,
          output_tokens: 1500,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 0,
        },
        {
          type: 'message',
          input_tokens: 2000,
          output_tokens: 300,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 0,
        },
      ],
    },
    price: sonnet,
    // (90000 + 2000) × 3 + (1500 + 300) × 15 millionths
    usd: 0.303,
    oracle: { provider: 'anthropic', model: 'claude-sonnet-4-5', flavour: 'default' },
    // 2000 × 3 + 300 × 15 millionths
    differs: { usd: 0.0105, because: 'it does not read iterations' },
  },
  {
    host: 'Anthropic, priority without a price of its own',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 100,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens: 100,
      service_tier: 'priority',
    },
    price: sonnet,
    // 100 × 3 + 100 × 15 millionths
    usd: 0.0018,
    oracle: { provider: 'anthropic', model: 'claude-sonnet-4-5', flavour: 'default' },
  },
  {
    host: 'Vertex, no word on how long it is kept',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 9,
      cache_creation_input_tokens: 1500,
      cache_read_input_tokens: 300,
      output_tokens: 77,
    },
    price: { prompt: '3', completion: '15', cached: '0.3', cacheWrite: '3.75', cacheWriteLong: '6' },
    // 9 × 3 + 300 × 0.3 + 1500 × 3.75 + 77 × 15 millionths
    usd: 0.006897,
  },
  {
    host: 'Bedrock, invoked in the format of Anthropic',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 15,
      cache_creation_input_tokens: 2000,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 2000, ephemeral_1h_input_tokens: 0 },
      output_tokens: 60,
      service_tier: 'standard',
    },
    price: { prompt: '3', completion: '15', cached: '0.3', cacheWrite: '3.75' },
    // 15 × 3 + 2000 × 3.75 + 60 × 15 millionths
    usd: 0.008445,
    oracle: {
      provider: 'aws',
      model: 'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
      flavour: 'anthropic',
    },
  },
  {
    host: 'DeepSeek, in the format of Anthropic',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 700,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 6400,
      output_tokens: 90,
      service_tier: 'standard',
    },
    price: {
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
    },
    at: '2026-11-17T00:59:59Z',
    // (700 × 1.32 + 6400 × 0.044 + 90 × 3.96) × 0.5 millionths
    usd: 0.000781,
  },
  {
    host: 'An hour-long cache without a price of its own',
    format: 'anthropic-messages',
    usage: {
      input_tokens: 10,
      cache_creation_input_tokens: 1000,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 1000 },
      output_tokens: 10,
      service_tier: 'standard',
    },
    price: { prompt: '1', completion: '5', cached: '0.1', cacheWrite: '1.25' },
    // 10 × 1 + 1000 × 1.25 + 10 × 5 millionths
    usd: 0.00131,
  },
]
