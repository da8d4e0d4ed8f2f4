import type { SeedPrice } from '../../../src/catalogue/seed.ts'
import type { UsageRow } from './row.ts'

const claude: SeedPrice = {
  prompt: '3',
  completion: '15',
  cached: '0.3',
  cacheWrite: '3.75',
  cacheWriteLong: '6',
}

/** What hosts of further formats say. */
export const otherRows: readonly UsageRow[] = [
  {
    host: 'Cohere, billed units are fewer than tokens',
    format: 'cohere-chat',
    usage: {
      billed_units: { input_tokens: 5, output_tokens: 418 },
      tokens: { input_tokens: 71, output_tokens: 418 },
      cached_tokens: 0,
    },
    price: { prompt: '2.5', completion: '10' },
    // 5 × 2.5 + 418 × 10 millionths
    usd: 0.0041925,
    oracle: { provider: 'cohere', model: 'command-a', flavour: 'default' },
  },
  {
    host: 'Cohere, tokens alone',
    format: 'cohere-chat',
    usage: { tokens: { input_tokens: 71, output_tokens: 418 } },
    price: { prompt: '0.0375', completion: '0.15' },
    // 71 × 0.0375 + 418 × 0.15 millionths
    usd: 0.0000653625,
    oracle: { provider: 'cohere', model: 'command-r7b', flavour: 'tokens' },
  },
  {
    host: 'Bedrock, nothing cached',
    format: 'bedrock-converse',
    usage: { inputTokens: 13, outputTokens: 240, totalTokens: 253 },
    price: { prompt: '0.06', completion: '0.24', cached: '0.015' },
    // 13 × 0.06 + 240 × 0.24 millionths
    usd: 0.00005838,
    oracle: { provider: 'aws', model: 'amazon.nova-lite-v1:0', flavour: 'default' },
  },
  {
    host: 'Bedrock, cached beside the input',
    format: 'bedrock-converse',
    usage: {
      inputTokens: 20,
      outputTokens: 50,
      totalTokens: 3070,
      cacheReadInputTokens: 3000,
      cacheReadInputTokenCount: 3000,
      cacheWriteInputTokens: 0,
      cacheWriteInputTokenCount: 0,
    },
    price: { prompt: '0.8', completion: '3.2', cached: '0.2' },
    // 20 × 0.8 + 3000 × 0.2 + 50 × 3.2 millionths
    usd: 0.000776,
    oracle: { provider: 'aws', model: 'amazon.nova-pro-v1:0', flavour: 'default' },
  },
  {
    host: 'Bedrock, written to the cache',
    format: 'bedrock-converse',
    usage: {
      inputTokens: 8,
      outputTokens: 90,
      totalTokens: 3098,
      cacheReadInputTokens: 1000,
      cacheReadInputTokenCount: 1000,
      cacheWriteInputTokens: 2000,
      cacheWriteInputTokenCount: 2000,
    },
    price: claude,
    // 8 × 3 + 1000 × 0.3 + 2000 × 3.75 + 90 × 15 millionths
    usd: 0.009174,
    oracle: {
      provider: 'aws',
      model: 'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
      flavour: 'default',
    },
  },
  {
    host: 'Bedrock, written for five minutes and for an hour',
    format: 'bedrock-converse',
    usage: {
      inputTokens: 8,
      outputTokens: 90,
      totalTokens: 2098,
      cacheReadInputTokens: 0,
      cacheReadInputTokenCount: 0,
      cacheWriteInputTokens: 2000,
      cacheWriteInputTokenCount: 2000,
      cacheDetails: [
        { ttl: '5m', inputTokens: 500 },
        { ttl: '1h', inputTokens: 1500 },
      ],
    },
    price: claude,
    // 8 × 3 + 500 × 3.75 + 1500 × 6 + 90 × 15 millionths
    usd: 0.012249,
    oracle: {
      provider: 'aws',
      model: 'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
      flavour: 'default',
    },
    // 8 × 3 + 2000 × 3.75 + 90 × 15 millionths
    differs: { usd: 0.008874, because: 'it does not read cacheDetails' },
  },
]
