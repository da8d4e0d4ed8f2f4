import type { SeedPrice } from '../../../src/catalogue/seed.ts'
import type { UsageRow } from './row.ts'

const flash: SeedPrice = { prompt: '0.3', completion: '2.5', cached: '0.03', audio: '1', audioCached: '0.1' }
const pro: SeedPrice = {
  prompt: '1.25',
  completion: '10',
  cached: '0.125',
  tiers: [{ above: 200_000, prompt: '2.5', completion: '15', cached: '0.25' }],
}
const flashInTiers: SeedPrice = {
  prompt: '0.3',
  completion: '2.5',
  serviceTiers: { flex: '0.5', priority: '1.8' },
}

/** What hosts of Gemini's format say. */
export const googleRows: readonly UsageRow[] = [
  {
    host: 'Gemini, thoughts beside the candidates',
    format: 'google-generate',
    usage: {
      promptTokenCount: 9,
      candidatesTokenCount: 27,
      totalTokenCount: 448,
      thoughtsTokenCount: 412,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 9 }],
    },
    price: flash,
    // 9 × 0.3 + (27 + 412) × 2.5 millionths
    usd: 0.0011002,
    oracle: { provider: 'google', model: 'gemini-2.5-flash', flavour: 'default' },
  },
  {
    host: 'Gemini, cached inside the prompt',
    format: 'google-generate',
    usage: {
      promptTokenCount: 5000,
      candidatesTokenCount: 100,
      totalTokenCount: 5100,
      cachedContentTokenCount: 4096,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 5000 }],
      cacheTokensDetails: [{ modality: 'TEXT', tokenCount: 4096 }],
    },
    price: flash,
    // 4096 × 0.03 + 904 × 0.3 + 100 × 2.5 millionths
    usd: 0.00064408,
    oracle: { provider: 'google', model: 'gemini-2.5-flash', flavour: 'default' },
  },
  {
    host: 'Gemini, sound in the prompt',
    format: 'google-generate',
    usage: {
      promptTokenCount: 1600,
      candidatesTokenCount: 40,
      totalTokenCount: 1640,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 100 },
        { modality: 'AUDIO', tokenCount: 1500 },
      ],
    },
    price: flash,
    // 1500 × 1 + 100 × 0.3 + 40 × 2.5 millionths
    usd: 0.00163,
    oracle: { provider: 'google', model: 'gemini-2.5-flash', flavour: 'default' },
  },
  {
    host: 'Gemini, part of the sound cached',
    format: 'google-generate',
    usage: {
      promptTokenCount: 3000,
      candidatesTokenCount: 40,
      totalTokenCount: 3040,
      cachedContentTokenCount: 2100,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 1000 },
        { modality: 'AUDIO', tokenCount: 2000 },
      ],
      cacheTokensDetails: [
        { modality: 'TEXT', tokenCount: 600 },
        { modality: 'AUDIO', tokenCount: 1500 },
      ],
    },
    price: flash,
    // 1500 × 0.1 + 600 × 0.03 + 500 × 1 + 400 × 0.3 + 40 × 2.5 millionths
    usd: 0.000888,
    oracle: { provider: 'google', model: 'gemini-2.5-flash', flavour: 'default' },
  },
  {
    host: 'Gemini, pictures, films and documents at the price of text',
    format: 'google-generate',
    usage: {
      promptTokenCount: 3358,
      candidatesTokenCount: 12,
      totalTokenCount: 3370,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 10 },
        { modality: 'IMAGE', tokenCount: 1290 },
        { modality: 'VIDEO', tokenCount: 1800 },
        { modality: 'DOCUMENT', tokenCount: 258 },
      ],
    },
    price: flash,
    // 3358 × 0.3 + 12 × 2.5 millionths
    usd: 0.0010374,
    oracle: { provider: 'google', model: 'gemini-2.5-flash', flavour: 'default' },
  },
  {
    host: 'Gemini, what its own tools read beside the prompt',
    format: 'google-generate',
    usage: {
      promptTokenCount: 30,
      candidatesTokenCount: 200,
      totalTokenCount: 4330,
      thoughtsTokenCount: 100,
      toolUsePromptTokenCount: 4000,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 30 }],
      toolUsePromptTokensDetails: [{ modality: 'TEXT', tokenCount: 4000 }],
    },
    price: flash,
    // (30 + 4000) × 0.3 + (200 + 100) × 2.5 millionths
    usd: 0.001959,
    oracle: { provider: 'google', model: 'gemini-2.5-flash', flavour: 'default' },
  },
  {
    host: 'Gemini, exactly as long as a usual prompt may be',
    format: 'google-generate',
    usage: {
      promptTokenCount: 200_000,
      candidatesTokenCount: 500,
      totalTokenCount: 202_000,
      thoughtsTokenCount: 1500,
      cachedContentTokenCount: 150_000,
    },
    price: pro,
    // 150000 × 0.125 + 50000 × 1.25 + (500 + 1500) × 10 millionths
    usd: 0.10125,
    oracle: { provider: 'google', model: 'gemini-2.5-pro', flavour: 'default' },
  },
  {
    host: 'Gemini, a long prompt re-prices the whole',
    format: 'google-generate',
    usage: {
      promptTokenCount: 200_001,
      candidatesTokenCount: 500,
      totalTokenCount: 202_001,
      thoughtsTokenCount: 1500,
      cachedContentTokenCount: 150_000,
    },
    price: pro,
    // 150000 × 0.25 + 50001 × 2.5 + (500 + 1500) × 15 millionths
    usd: 0.1925025,
    oracle: { provider: 'google', model: 'gemini-2.5-pro', flavour: 'default' },
  },
  {
    host: 'Gemini, a picture out',
    format: 'google-generate',
    usage: {
      promptTokenCount: 20,
      candidatesTokenCount: 1300,
      totalTokenCount: 1320,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 20 }],
      candidatesTokensDetails: [
        { modality: 'TEXT', tokenCount: 10 },
        { modality: 'IMAGE', tokenCount: 1290 },
      ],
    },
    price: { prompt: '0.3', completion: '2.5', imageOutput: '30' },
    // 20 × 0.3 + 10 × 2.5 + 1290 × 30 millionths
    usd: 0.038731,
    oracle: { provider: 'google', model: 'gemini-2.5-flash-image', flavour: 'default' },
  },
  {
    host: 'Gemini, two searches of the web',
    format: 'google-generate',
    usage: { promptTokenCount: 40, candidatesTokenCount: 300, totalTokenCount: 340 },
    beside: { groundingMetadata: { webSearchQueries: ['a', 'b'] } },
    price: { prompt: '0.3', completion: '2.5', search: '0.014' },
    // 40 × 0.3 + 300 × 2.5 + 2 × 14000 millionths
    usd: 0.028762,
    oracle: { provider: 'google', model: 'gemini-2.5-flash', flavour: 'default' },
    // 40 × 0.3 + 300 × 2.5 millionths
    differs: { usd: 0.000762, because: 'it looks at usage alone, and searches stand beside it' },
  },
  {
    host: 'AI Studio, served in flex',
    format: 'google-generate',
    usage: {
      promptTokenCount: 1000,
      candidatesTokenCount: 100,
      totalTokenCount: 1160,
      thoughtsTokenCount: 60,
      serviceTier: 'flex',
    },
    price: flashInTiers,
    // (1000 × 0.3 + (100 + 60) × 2.5) × 0.5 millionths
    usd: 0.00035,
    oracle: { provider: 'google', model: 'gemini-2.5-flash', flavour: 'default' },
    // 1000 × 0.3 + (100 + 60) × 2.5 millionths
    differs: { usd: 0.0007, because: 'it knows nothing of service tiers' },
  },
  {
    host: 'Vertex, served in priority',
    format: 'google-generate',
    usage: {
      promptTokenCount: 1000,
      candidatesTokenCount: 100,
      totalTokenCount: 1100,
      trafficType: 'ON_DEMAND_PRIORITY',
    },
    price: flashInTiers,
    // (1000 × 0.3 + 100 × 2.5) × 1.8 millionths
    usd: 0.00099,
  },
  {
    host: 'Vertex, served on demand',
    format: 'google-generate',
    usage: {
      promptTokenCount: 1000,
      candidatesTokenCount: 100,
      totalTokenCount: 1100,
      trafficType: 'ON_DEMAND',
    },
    price: flashInTiers,
    // 1000 × 0.3 + 100 × 2.5 millionths
    usd: 0.00055,
  },
]
