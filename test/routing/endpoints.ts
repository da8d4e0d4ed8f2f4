import type { Endpoint, Model } from '../../src/catalogue/model.ts'
import type { GenerationRequest } from '../../src/generation/request.ts'
import type { Preferences, RoutingAsk } from '../../src/generation/routing.ts'
import type { Candidate } from '../../src/routing/candidate.ts'
import { unknownHealth, type EndpointHealth, type HealthOf } from '../../src/routing/endpoint-health.ts'
import { plan, type PlanInput } from '../../src/routing/plan.ts'

/** Dollars per million tokens, for prompt and completion alike unless said otherwise. */
export interface EndpointFacts extends Partial<Omit<Endpoint, 'price' | 'model'>> {
  provider: string
  dollars: number
  price?: Partial<Endpoint['price']>
}

/** A model with its endpoints, as the catalogue has it. What is not said is the most usual. */
export function modelWith(
  id: string,
  endpoints: readonly EndpointFacts[],
  facts: Partial<Model> = {},
): Model {
  const made: Endpoint[] = []
  const model: Model = {
    id,
    name: id,
    description: '',
    created: 1_700_000_000,
    contextLength: 100_000,
    inputModalities: ['text'],
    outputModalities: ['text'],
    tokenizer: 'Other',
    knowledgeCutoff: null,
    huggingFaceId: null,
    reasoning: false,
    reasoningMandatory: false,
    reasoningEfforts: [],
    ...facts,
    endpoints: made,
  }
  for (const { dollars, price, ...rest } of endpoints) {
    const picos = Math.round(dollars * 1e6)
    made.push({
      model,
      tag: rest.variant === undefined ? rest.provider : `${rest.provider}/${rest.variant}`,
      upstreamModel: id,
      price: { promptPicos: picos, completionPicos: picos, ...price },
      contextLength: 100_000,
      maxCompletionTokens: null,
      quantization: null,
      supportedParameters: [],
      dataPolicy: { training: false, retains: false, retentionDays: 0 },
      streams: true,
      quirks: {},
      ...rest,
    })
  }
  return model
}

/** The three providers of the contract's example: A at $1, B at $2 and C at $3 per million tokens. */
export const abc = modelWith('m/m', [
  { provider: 'a', dollars: 1 },
  { provider: 'b', dollars: 2 },
  { provider: 'c', dollars: 3 },
])

export type Asking = Partial<Omit<GenerationRequest, 'routing'>> & {
  provider?: Preferences
  routing?: Partial<RoutingAsk>
}

export function asking({ provider, routing, ...request }: Asking = {}): PlanInput['request'] {
  return {
    promptTokensMax: 100,
    promptTokensEstimate: 80,
    needs: { tools: false, imageInput: false, audioInput: false, fileInput: false, videoInput: false },
    ...request,
    routing: { models: [], preferences: provider ?? {}, parameters: [], ...routing },
  }
}

export function candidate(model: Model, facts: Partial<Candidate> = {}): Candidate {
  return { model, endpoints: model.endpoints, via: 'direct', ...facts }
}

/** What is known of endpoints, by tag. */
export function healthBy(facts: Record<string, Partial<EndpointHealth>>): HealthOf {
  return ({ tag }) => ({ ...unknownHealth, ...facts[tag] })
}

export interface Planning extends Partial<Omit<PlanInput, 'request' | 'selection'>>, Asking {
  models?: readonly (Model | Candidate)[]
}

/** A plan over the three providers, unless other models are given; the draw falls on the cheapest. */
export function planFor({ models = [abc], settings, health, nowMs, random, readsLoop, ...ask }: Planning) {
  return plan({
    request: asking(ask),
    selection: {
      candidates: models.map((each) => ('via' in each ? each : candidate(each))),
    },
    settings: settings ?? [],
    health: health ?? (() => unknownHealth),
    nowMs: nowMs ?? Date.UTC(2026, 0, 1),
    random: random ?? (() => 0),
    ...(readsLoop && { readsLoop }),
  })
}

/** The tags in the order of attempts. */
export function order(planning: Planning): string[] {
  return planFor(planning).ranked.map(({ endpoint }) => endpoint.tag)
}

/** Why each endpoint that may not serve may not. */
export function removals(planning: Planning): Record<string, string> {
  return Object.fromEntries(planFor(planning).removed.map(({ endpoint, by }) => [endpoint.tag, by]))
}
