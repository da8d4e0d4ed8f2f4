import type { Format } from '../generation/request.ts'
import type { Modality } from './model.ts'
import type { SeedPrice } from './seed.ts'

/** One line of a source: a model at a host, in the source's words as far as ours have them. */
export interface Row {
  /** Our slug of the host. */
  provider: string
  /** The host's own id of the model. */
  upstream: string
  name: string
  source: Source
  /** Absent where the source does not know: a zero is not a price. */
  price: SeedPrice | undefined
  context: number | undefined
  output: number | undefined
  input: readonly Modality[]
  writes: readonly Modality[]
  reasoning: 'always' | 'optional' | undefined
  efforts?: readonly string[]
  /** What the source says of parameters; absent where it says nothing. */
  able?: { tools?: boolean; schema?: boolean; sampling?: boolean }
  format?: Format
  /** Dates as `2026-10-07`. */
  released?: string
  cutoff?: string
  openWeights?: boolean
  /** The source says that it goes, or is gone. */
  deprecated?: true
}

/** Freshest first: of two that name one endpoint the earlier is believed. */
export const sources = ['pi-ai', 'pi-catalog', 'genai-prices', 'models.dev'] as const
export type Source = (typeof sources)[number]
