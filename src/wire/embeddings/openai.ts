import type { Json, JsonObject } from '../../base/json.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { faultOf } from '../faults.ts'
import { readArray, readCount, readObject, readText } from '../json.ts'
import type { Protocol, UpstreamBody, UpstreamTarget } from '../protocol.ts'
import { droppedOf, kept } from './request.ts'
import { countIn, noStream, readVector, vectorEvents, type Vector } from './vectors.ts'

/** OpenAI's embeddings, as most hosts have them. */
export const openaiEmbeddingsProtocol: Protocol = {
  format: 'openai-embeddings',
  path: () => '/embeddings',
  encodeRequest,
  ...noStream,
  decodeGeneration: (body, target) => {
    const usage = readObject(body['usage'])
    return vectorEvents(vectorsIn(readArray(body['data']) ?? []), target, {
      id: readText(body['id']),
      promptTokens: countIn(usage, 'prompt_tokens') ?? countIn(usage, 'total_tokens'),
    })
  },
  decodeFault: (status, body) => faultOf(status, body, (name) => known.includes(name)),
}

const known: readonly string[] = ['model', 'input', 'encoding_format', 'dimensions', 'input_type']

/** The client's own body; what kind of text it is has a word at few hosts, and is refused by others. */
function encodeRequest(
  { native }: GenerationRequest,
  { upstreamModel, quirks }: UpstreamTarget,
): UpstreamBody {
  const refused = [...kept, ...(quirks.drop ?? []), ...(quirks.extensions ? [] : ['input_type'])]
  const fields = Object.entries(native.body).filter(
    ([field, value]) => value !== null && !refused.includes(field),
  )
  const body: JsonObject = { ...Object.fromEntries(fields), model: upstreamModel }
  return { body, dropped: droppedOf(native.body, [...Object.keys(body), ...kept]) }
}

/** Each at its index, or where it stands if it has none: a place that is left open or taken twice leaves one open. */
function vectorsIn(items: readonly Json[]): (Vector | undefined)[] {
  const vectors = new Map(
    items
      .map(readObject)
      .map((item, place) => [readCount(item?.['index']) ?? place, readVector(item?.['embedding'])]),
  )
  return items.map((_, place) => vectors.get(place))
}
