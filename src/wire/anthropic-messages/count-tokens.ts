import { pieceCount } from '../../generation/pieces.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { PromptMeasure } from '../measure.ts'
import { measurePrompt } from './measure.ts'

/** Our own count of a prompt's tokens, for models whose providers do not count. */
export function estimateTokens({ native }: GenerationRequest): number {
  const measure = new PromptMeasure((text) => ({ max: 0, estimate: pieceCount(text) }))
  return measurePrompt(native.body, measure).tokensEstimate
}
