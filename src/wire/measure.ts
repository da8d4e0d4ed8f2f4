import type { GenerationRequest } from '../generation/request.ts'
import { tokenCounts } from '../generation/tokens.ts'

/** What surrounds each message and each request in a model's own format. */
const messageTokensMax = 12
const messageTokens = 4
const requestTokensMax = 64

/**
 * Allowances for what is not text, whose tokens depend on the model: an image at high detail; a second of audio at
 * its lowest bit rate; a page of a document; a second of video.
 */
const allowances = {
  image: { tokensMin: 1_600, base64PerToken: Number.POSITIVE_INFINITY },
  audio: { tokensMin: 500, base64PerToken: 100 },
  file: { tokensMin: 3_200, base64PerToken: 20 },
  video: { tokensMin: 10_000, base64PerToken: 100 },
} as const

export type MediaKind = keyof typeof allowances

/** How large a prompt is, and which kinds of input it holds; each format adds what its model will read. */
export class PromptMeasure {
  tokensMax = requestTokensMax
  tokensEstimate = 0
  readonly kinds = new Set<MediaKind>()

  readonly #count: (text: string) => { max: number; estimate: number }

  constructor(count: (text: string) => { max: number; estimate: number } = tokenCounts) {
    this.#count = count
  }

  /** A message by itself; what it says is added beside. */
  addMessage(): void {
    this.tokensMax += messageTokensMax
    this.tokensEstimate += messageTokens
  }

  addText(text: string): void {
    const counts = this.#count(text)
    this.tokensMax += counts.max
    this.tokensEstimate += counts.estimate
  }

  /** `data`: the base64 of it, or its address. */
  addMedia(kind: MediaKind, data: string): void {
    this.kinds.add(kind)
    this.addOwn(kind, data)
  }

  /** What a model made itself: another that takes no such input is not shown it. */
  addOwn(kind: MediaKind, data: string): void {
    const { tokensMin, base64PerToken } = allowances[kind]
    const tokens = Math.max(tokensMin, Math.ceil(data.length / base64PerToken))
    this.tokensMax += tokens
    this.tokensEstimate += tokens
  }

  /** The facts of a request that follow from its prompt. */
  facts(tools: boolean): Pick<GenerationRequest, 'promptTokensMax' | 'promptTokensEstimate' | 'needs'> {
    return {
      promptTokensMax: this.tokensMax,
      promptTokensEstimate: this.tokensEstimate,
      needs: {
        tools,
        imageInput: this.kinds.has('image'),
        audioInput: this.kinds.has('audio'),
        fileInput: this.kinds.has('file'),
        videoInput: this.kinds.has('video'),
      },
    }
  }
}
