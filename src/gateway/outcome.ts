import type { GatewayError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { UsdNanos } from '../base/money.ts'
import type { Endpoint } from '../catalogue/model.ts'
import { isContent, type FinishReason, type Flaw, type GenerationEvent } from '../generation/events.ts'
import { TokenCounter } from '../generation/tokens.ts'
import { noUsage, type Usage } from '../generation/usage.ts'
import type { Source } from '../cache/recording.ts'
import type { AttemptRecord } from '../ledger/contract.ts'
import { cost, holdNanos, type Cost, type Markup } from '../ledger/cost.ts'
import { ToolCalls } from '../routing/health/tool-calls.ts'
import type { AnswerContext, AnswerEvent, Charge } from '../wire/dialect.ts'
import type { AttemptNote, DispatchEvent } from './dispatch.ts'
import type { Exchange } from './exchange.ts'
import { metadataOf } from './metadata.ts'
import { capsAt, markupAt } from './plan.ts'

/**
 * How a generation ended. `failed` is the provider's fault or ours and costs the client nothing; `left` and
 * `stopped` are the client's doing (it went away, its money or its key gave out) and are charged as delivered.
 */
export type End = 'finished' | 'failed' | 'left' | 'stopped'

/** How a generation went, folded from its events: what billing, records and logs are computed from. */
export class Outcome {
  readonly attempts: AttemptRecord[] = []
  /** The endpoint that was tried last; the one that serves, once committed. */
  endpoint: Endpoint | undefined
  committed = false
  /** The generation whose answer this one repeats: then nothing is attempted, and nothing costs anything. */
  recalled: Source | undefined
  firstContentAtMs: number | undefined
  /** When its first token came nobody knows. */
  inOnePiece = false
  readonly toolCalls = new ToolCalls()
  finish: { reason: FinishReason; nativeReason?: string; flaws?: readonly Flaw[] } | undefined
  error: GatewayError | undefined
  upstreamId: string | undefined
  /** Unless something better is known, a bug of ours ended it. */
  end: End = 'failed'
  readonly #exchange: Exchange
  /** The bodies that providers were sent, where the client wants to see them. */
  readonly #sent: JsonObject[] = []
  /** On the price of the endpoint. */
  #markup: Markup = { numerator: 1n, denominator: 1n }
  readonly #delivered = new TokenCounter()
  #reported: Report | undefined
  /** What was reported before the last batch. */
  #reportedBefore: Report | undefined

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  /** From here on it is the answer of an earlier generation. */
  recall(source: Source): void {
    this.recalled = source
    this.committed = true
  }

  /** Takes in a batch and returns what of it concerns the client. */
  add(batch: DispatchEvent[]): AnswerEvent[] {
    const answer: AnswerEvent[] = []
    const isFirst = this.firstContentAtMs === undefined
    this.#reportedBefore = this.#reported
    for (const event of batch) {
      if (event.type === 'attempt') this.#attempted(event)
      else if (event.type === 'usage') {
        this.#reported = { usage: event.usage, deliveredTokens: this.#delivered.tokens }
      } else {
        this.#observe(event)
        answer.push(event)
      }
    }
    this.inOnePiece ||= isFirst && this.finish !== undefined
    return answer
  }

  /** Forgets the last batch, which is not delivered, and what it said of the whole answer. */
  takeBack(batch: DispatchEvent[]): void {
    for (const event of batch) if (event.type !== 'attempt') this.#delivered.remove(textOf(event))
    this.#reported = this.#reportedBefore
    this.finish = undefined
  }

  #attempted({ endpoint, attempt, sent }: AttemptNote): void {
    if (sent) this.#sent.push(sent)
    this.attempts.push(attempt)
    this.endpoint = endpoint
    this.#markup = markupAt(this.#exchange.plan.markups, endpoint)
    this.committed = attempt.error === null
  }

  #observe(event: GenerationEvent): void {
    if (isContent(event)) this.firstContentAtMs ??= Date.now()
    this.#delivered.add(textOf(event))
    this.toolCalls.add(event)
    if (event.type === 'start') this.upstreamId = event.upstreamId ?? this.upstreamId
    if (event.type === 'finish') this.finish = event
  }

  /** How it ended. Whatever comes after the provider's last word changes nothing; a client that left hears no error. */
  close(end: End, error?: GatewayError): void {
    this.end = this.finish ? 'finished' : end
    this.error = this.end === 'failed' || this.end === 'stopped' ? error : undefined
    const { upstream } = this.error?.details ?? {}
    const last = this.attempts.at(-1)
    // Who gave the beginning of an answer and no end has failed after all.
    if (this.committed && upstream && last) {
      const failed = { status: upstream.status ?? last.status, error: upstream.code ?? 'broken_answer' }
      this.attempts.splice(-1, 1, { ...last, ...failed })
    }
  }

  /** What the answer says of itself. */
  context(): AnswerContext {
    const { generationId, arrivedAtMs, plan, request, tellsRouting } = this.#exchange
    return {
      generationId,
      created: Math.floor(arrivedAtMs / 1000),
      model: this.recalled?.model ?? this.endpoint?.model.id ?? plan.model.id,
      provider: this.recalled?.providerName ?? this.attempts.at(-1)?.providerName ?? '',
      promptTokensEstimate: this.recalled ? 0 : request.promptTokensEstimate,
      ...(request.hidesReasoning && { hidesReasoning: true }),
      asked: request.native.body,
      sent: this.#sent,
      ...(tellsRouting && !this.recalled && { routing: () => this.#routing() }),
    }
  }

  #routing(): JsonObject {
    const metadata = metadataOf(this.#exchange, this)
    return metadata ? { openrouter_metadata: metadata } : {}
  }

  /** The most tokens that the provider can have counted for what was delivered. */
  get tokensMost(): number {
    return this.#delivered.tokensMost
  }

  /** How many tokens will have been delivered, at the least, when the answer may have cost so much more. */
  tokensAfter(nanos: UsdNanos): number {
    if (!this.endpoint) return 0
    const measureNanos = this.#exposed(tokensPerMeasure) - this.#exposed(0)
    return this.tokensMost + Math.floor((Math.max(0, nanos) * tokensPerMeasure) / Math.max(1, measureNanos))
  }

  /** What was delivered so far costs, by our own count; `exposed`: what it may turn out to have cost. */
  meteredNanos(count: 'estimated' | 'exposed'): UsdNanos {
    if (!this.endpoint || !this.committed) return 0
    if (count === 'exposed') return this.#exposed(this.#withinCap(this.tokensMost))
    return this.#cost(this.#estimate(), this.endpoint).costNanos
  }

  /** What the client is charged, and told. Zero where nothing was delivered or the end was not its doing. */
  charge(): Charge {
    const endedAt = Math.floor(Date.now() / 1000)
    if (!this.endpoint || !this.committed) {
      // A repeated answer tells the tier it was served in, and no counts.
      const usage = (this.recalled && this.#reported?.usage) ?? noUsage
      return { usage, costNanos: 0, upstreamPromptNanos: 0, upstreamCompletionNanos: 0, endedAt }
    }
    const usage = this.#usage(this.endpoint)
    const { costNanos, promptNanos, completionNanos } = this.#cost(usage, this.endpoint)
    const insured =
      this.end === 'failed' || (usage.completionTokens === 0 && !this.finish && this.end === 'finished')
    return {
      usage,
      costNanos: insured ? 0 : costNanos,
      upstreamPromptNanos: promptNanos,
      upstreamCompletionNanos: completionNanos,
      endedAt,
    }
  }

  /** What the charge is made of, in dollars: the provider's price, and the account's factor on it. */
  arithmetic(): JsonObject {
    const { usage, costNanos, upstreamPromptNanos, upstreamCompletionNanos } = this.charge()
    const { numerator, denominator } = this.#markup
    return {
      prompt_tokens: usage.promptTokens,
      cached_tokens: usage.cachedTokens,
      completion_tokens: usage.completionTokens,
      prompt_usd: upstreamPromptNanos / 1e9,
      completion_usd: upstreamCompletionNanos / 1e9,
      markup: Number(numerator) / Number(denominator),
      charged_usd: costNanos / 1e9,
    }
  }

  /** How long it took so far, in milliseconds: at the providers, the failed ones too, and here. */
  timing(): { gatewayMs: number; providerMs: number } {
    const nowMs = Date.now()
    const sinceContentMs = this.firstContentAtMs === undefined ? 0 : nowMs - this.firstContentAtMs
    const providerMs = this.attempts.reduce((sum, { latencyMs }) => sum + latencyMs, sinceContentMs)
    return { gatewayMs: Math.max(0, nowMs - this.#exchange.arrivedAtMs - providerMs), providerMs }
  }

  /** The same for the header `Server-Timing` (W3C Server Timing). */
  serverTiming(): string {
    const { gatewayMs, providerMs } = this.timing()
    return `gateway;dur=${gatewayMs}, provider;dur=${providerMs}`
  }

  /** Whether the provider counted far more than there was: true reasoning can hide it, so it is only noted. */
  get usageSuspect(): boolean {
    const { promptTokens = 0, completionTokens = 0, reasoningTokens = 0 } = this.#reported?.usage ?? {}
    return (
      promptTokens > 10 * Math.max(10, this.#exchange.request.promptTokensMax) ||
      completionTokens - reasoningTokens > 10 * Math.max(10, this.#delivered.tokens)
    )
  }

  /** What was wrong with an answer that came to its end. */
  get flaws(): readonly Flaw[] {
    return this.finish?.flaws ?? []
  }

  #cost(usage: Usage, { price }: Endpoint): Cost {
    return cost(usage, price, this.#markup, this.#exchange.arrivedAtMs)
  }

  #exposed(completionTokensMax: number): UsdNanos {
    const { plan } = this.#exchange
    if (!this.endpoint) return 0
    // What was delivered all turns wrote together.
    const perTurn = completionTokensMax / (plan.promptCaps.turnsMax ?? 1)
    const caps = capsAt({ ...plan.promptCaps, completionTokensMax: perTurn }, this.endpoint)
    return holdNanos(caps, this.endpoint.price, this.#markup)
  }

  /** The provider's last word on usage where it is possible, else our own count. */
  #usage(endpoint: Endpoint): Usage {
    const reported = this.#reported && this.#upToNow(this.#reported)
    const estimate = this.#estimate()
    if (!reported || !this.#isPossible(reported, endpoint)) return estimate
    if (!this.flaws.includes('extra_choice')) return reported
    // It has counted choices that nobody asked for and nobody got.
    const { completionTokens, estimated } = estimate
    return {
      ...reported,
      completionTokens,
      estimated,
      reasoningTokens: 0,
      completionAudioTokens: 0,
      completionImageTokens: 0,
    }
  }

  /**
   * Of an answer that broke off, what its provider had told by then, and our count of what came after that. Some tell
   * the prompt's counts at the start, which only they know: how much of it was cached, and what an image is.
   */
  #upToNow({ usage, deliveredTokens }: Report): Usage {
    const sinceTokens = this.#delivered.tokens - deliveredTokens
    if (this.finish || sinceTokens <= 0 || usage.promptTokens === 0) return usage
    const completionTokens = this.#withinCap(usage.completionTokens + sinceTokens)
    return { ...usage, completionTokens, estimated: true }
  }

  #estimate(): Usage {
    return {
      ...noUsage,
      promptTokens: this.#exchange.request.promptTokensEstimate,
      completionTokens: this.#withinCap(this.#delivered.tokens),
      estimated: true,
    }
  }

  #isPossible(usage: Usage, endpoint: Endpoint): boolean {
    const { promptTokens, completionTokens, reasoningTokens } = usage
    const { promptTokensMax, maxTokens = endpoint.contextLength } = this.#exchange.request
    const turns = Math.max(1 + usage.webSearches, usage.turns ?? 1)
    return (
      turns <= turnsMost &&
      promptTokens <= turns * Math.max(endpoint.contextLength, promptTokensMax) &&
      completionTokens <= turns * endpoint.contextLength &&
      // Some hosts do not count reasoning towards the cap, and it is no cap on what sums up between turns.
      (usage.turns !== undefined || completionTokens - reasoningTokens <= maxTokens) &&
      // Providers send zeros first and the truth last; a stream that broke off in between holds only zeros.
      (completionTokens > 0 || this.#delivered.tokens === 0)
    )
  }

  /** A provider that was given a cap keeps to it, whatever a text's length suggests; unless it is far exceeded. */
  #withinCap(tokens: number): number {
    const { maxTokens } = this.#exchange.request
    return maxTokens === undefined || tokens > capBelief * maxTokens ? tokens : Math.min(tokens, maxTokens)
  }
}

/** What the provider said of usage, and how much was delivered until then, by our count. */
interface Report {
  usage: Usage
  deliveredTokens: number
}

/** No answer takes more: after each search, and whatever else a provider runs, the model reads its context once more. */
const turnsMost = 101

/** Enough tokens that the rounding of their cost does not matter. */
const tokensPerMeasure = 1_000_000

/** So many times the cap, by our count: no text has tokens that long. */
const capBelief = 4

/** The text of an event that counts as delivered. */
function textOf(event: GenerationEvent): string {
  switch (event.type) {
    case 'text-delta':
    case 'refusal-delta':
    case 'reasoning-delta':
      return event.text
    case 'tool-call-delta':
      return (event.name ?? '') + event.arguments
    case 'start':
    case 'finish':
    case 'media':
    case 'seal':
    case 'usage':
    case 'error':
    case 'frame':
      return ''
  }
}
