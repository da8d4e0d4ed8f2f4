import { dayMs } from '../base/time.ts'
import { nameOf } from './hosts.ts'
import type { Endpoint, Model } from './model.ts'
import type { Selection } from './resolve.ts'

/** What a client may narrow the list by; absent takes nothing away. */
export interface Filter {
  q?: string | undefined
  category?: string | undefined
  supported_parameters?: string[] | undefined
  input_modalities?: string[] | undefined
  /** Of these one; `all` is any. */
  output_modalities: string[]
  context?: number | undefined
  min_price?: number | undefined
  max_price?: number | undefined
  min_output_price?: number | undefined
  max_output_price?: number | undefined
  arch?: string | undefined
  model_authors?: string[] | undefined
  providers?: string[] | undefined
  distillable?: 'true' | 'false' | undefined
  zdr?: 'true' | undefined
  region?: 'eu' | 'us' | undefined
  min_age_days?: number | undefined
  max_age_days?: number | undefined
  /** Bounds of what is not known of any model here: whoever asks for it gets none. */
  unknown: boolean
}

type Test = (selection: Selection, nowMs: number) => boolean

/** Every condition holds of what is kept. */
export function filtered<T extends { selection: Selection }>(
  listed: readonly T[],
  filter: Filter,
  nowMs: number,
): T[] {
  const tests = testsOf(filter)
  return listed.filter(({ selection }) => tests.every((test) => test(selection, nowMs)))
}

function testsOf(filter: Filter): Test[] {
  const { q, context, arch, category, distillable, zdr, region, unknown } = filter
  const tests: (Test | undefined)[] = [
    outputTest(filter.output_modalities),
    q === undefined ? undefined : textTest(q),
    context === undefined
      ? undefined
      : ({ endpoints }) => endpoints.some((each) => each.contextLength >= context),
    arch === undefined ? undefined : archTest(arch),
    region === undefined ? undefined : ({ endpoints }) => endpoints.some((each) => each.region === region),
    zdr === undefined ? undefined : ({ endpoints }) => endpoints.some(keepsNothing),
    distillable === undefined ? undefined : ({ model }) => isDistillable(model) === (distillable === 'true'),
    // Nobody told us what a model is good for.
    category === undefined && !unknown ? undefined : () => false,
    ...parameterTests(filter),
    ...priceTests(filter),
    ...ageTests(filter),
  ]
  return tests.filter((test) => test !== undefined)
}

function outputTest(wanted: readonly string[]): Test | undefined {
  if (wanted.includes('all')) return undefined
  return ({ model }) => model.outputModalities.some((modality) => wanted.includes(modality))
}

function textTest(q: string): Test {
  const words = q.toLowerCase().split(/\s+/)
  return ({ model }) => {
    const text = `${model.id} ${model.name}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
}

/** A family is what the tokenizer is called, or the beginning of it: `Llama` has four. */
function archTest(arch: string): Test {
  const wanted = arch.toLowerCase()
  return ({ model }) => model.tokenizer.toLowerCase().startsWith(wanted)
}

/** Several mean all of them, but authors and providers, of which one model has one or some. */
function parameterTests(filter: Filter): (Test | undefined)[] {
  const { supported_parameters: parameters, input_modalities: inputs, model_authors: authors } = filter
  const providers = filter.providers?.map((name) => name.toLowerCase())
  return [
    parameters &&
      (({ endpoints }) =>
        parameters.every((name) => endpoints.some((each) => each.supportedParameters.includes(name)))),
    inputs && (({ model }) => inputs.every((name) => model.inputModalities.some((each) => each === name))),
    authors && (({ model }) => authors.includes(model.id.split('/')[0] ?? '')),
    providers &&
      (({ endpoints }) =>
        endpoints.some(
          ({ provider }) =>
            providers.includes(nameOf(provider).toLowerCase()) || providers.includes(provider),
        )),
  ]
}

/** Dollars per million tokens of the endpoint that the list shows. A dollar is a million picos per token. */
function priceTests(filter: Filter): (Test | undefined)[] {
  return [
    ...between(promptPrice, filter.min_price, filter.max_price),
    ...between(completionPrice, filter.min_output_price, filter.max_output_price),
  ]
}

function promptPrice({ endpoints: [top] }: Selection): number {
  return (top?.price.promptPicos ?? 0) / 1e6
}

function completionPrice({ endpoints: [top] }: Selection): number {
  return (top?.price.completionPicos ?? 0) / 1e6
}

function ageTests({ min_age_days: least, max_age_days: most }: Filter): (Test | undefined)[] {
  return between(({ model }, nowMs) => (nowMs - model.created * 1000) / dayMs, least, most)
}

function between(
  measure: (selection: Selection, nowMs: number) => number,
  least: number | undefined,
  most: number | undefined,
): (Test | undefined)[] {
  return [
    least === undefined ? undefined : (selection, nowMs) => measure(selection, nowMs) >= least,
    most === undefined ? undefined : (selection, nowMs) => measure(selection, nowMs) <= most,
  ]
}

/** No list says whose answers may train another model. Whose weights anyone may have may be learnt from. */
export function isDistillable({ huggingFaceId }: Model): boolean {
  return huggingFaceId !== null
}

/** Whether the provider stores nothing of what it is sent, as far as is known. */
export function keepsNothing({ dataPolicy }: Endpoint): boolean {
  return !dataPolicy.retains
}
