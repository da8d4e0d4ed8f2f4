import type { JsonObject } from '../base/json.ts'
import { parseJson, readObject, readText } from '../wire/json.ts'
import type { Transport } from './provider.ts'

/** The part of Cloudflare's `AI` binding that is called. It needs no key: the account that deploys it pays. */
export interface AiBinding {
  run(
    model: string,
    inputs: JsonObject,
    options: { returnRawResponse: true; signal: AbortSignal },
  ): Promise<Response>
}

/** Runs a model through the binding, which answers as a host would. */
export function workersAi(ai: AiBinding): Transport {
  return async (_url, { body, signal }) => {
    const { model, ...inputs } = readObject(parseJson(body)) ?? {}
    const name = readText(model) ?? ''
    const asked = wholeOnly.test(name) ? { ...inputs, stream: false } : inputs
    try {
      return await ai.run(name, asked, { returnRawResponse: true, signal })
    } catch (error) {
      signal.throwIfAborted()
      return refusal(error instanceof Error ? error.message : '')
    }
  }
}

/** What the binding does not stream. */
const wholeOnly = /^@cf\/openai\/gpt-oss-/

/** The status that each of its codes stands for (Cloudflare: Workers AI errors). */
const statuses: ReadonlyMap<string, number> = new Map([
  ['3006', 413],
  ['3007', 408],
  ['3036', 429],
  ['3040', 503],
  ['3042', 404],
  ['5004', 400],
  ['5006', 400],
  ['5007', 404],
])

/** A refusal that was thrown, `3040: Capacity temporarily exceeded`, as the answer that it was. */
function refusal(message: string): Response {
  const code = /\b([35]\d{3})\b/.exec(message)?.[1] ?? ''
  return Response.json({ errors: [{ code, message }] }, { status: statuses.get(code) ?? 502 })
}
