import type { GenerationRequest } from '../generation/request.ts'
import { parseJson, readObject } from '../wire/json.ts'
import { readText } from './body.ts'
import { post, wayTo, type CallTarget } from './call.ts'
import type { ProviderEnv } from './live.ts'

/** The largest answer that is read, bytes: it holds one number. */
const answerBytesMax = 64 * 1024

/** How many tokens a prompt has by the provider's own count; `undefined` where it does not count, or does not answer. */
export async function countTokens(
  target: CallTarget,
  request: GenerationRequest,
  options: { env: ProviderEnv; signal: AbortSignal },
): Promise<number | undefined> {
  const way = wayTo(options.env, target, request)
  const { counting } = way.surface.protocol
  if (!counting || !way.target.quirks.countsTokens) return undefined
  try {
    const { body, headers } = counting.encodeRequest(request, way.target)
    const accepted = { accept: 'application/json', ...headers }
    const response = await post(way, { path: counting.path(way.target), headers: accepted, body }, options)
    const { text } = await readText(response, answerBytesMax)
    const answer = response.ok ? readObject(parseJson(text)) : undefined
    return answer && counting.decodeCount(answer)
  } catch {
    // An estimate is better than an error: clients ask before every turn.
    return undefined
  }
}
