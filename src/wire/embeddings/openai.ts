import type { JsonObject } from '../../base/json.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { faultOf } from '../faults.ts'
import { readArray, readCount, readObject, readText } from '../json.ts'
import type { Protocol, UpstreamBody, UpstreamTarget } from '../protocol.ts'
import { droppedOf, kept } from './request.ts'
import { countIn, noStream, readVector, vectorEvents } from './vectors.ts'

/** OpenAI's embeddings, as most hosts have them. */
export const openaiEmbeddingsProtocol: Protocol = {
  format: 'openai-embeddings',
  path: () => '/embeddings',
  encodeRequest,
  ...noStream,
  decodeGeneration: (body) => {
    const items = (readArray(body['data']) ?? []).map(readObject)
    const ordered = items.toSorted((left, right) => placeOf(left) - placeOf(right))
    const usage = readObject(body['usage'])
    return vectorEvents(
      ordered.map((item) => readVector(item?.['embedding'])),
      {
        id: readText(body['id']),
        promptTokens: countIn(usage, 'prompt_tokens') ?? countIn(usage, 'total_tokens'),
      },
    )
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

function placeOf(item: JsonObject | undefined): number {
  return readCount(item?.['index']) ?? 0
}
