import type { Json } from '../../base/json.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { faultOf } from '../faults.ts'
import { readArray, readObject } from '../json.ts'
import type { Protocol, UpstreamBody, UpstreamTarget } from '../protocol.ts'
import { droppedOf, kept, textsOf } from './request.ts'
import { countIn, noStream, readVector, vectorEvents } from './vectors.ts'

/** Gemini's batchEmbedContents. AI Studio does not count what it reads. */
export const googleEmbedProtocol: Protocol = {
  format: 'google-embed',
  path: ({ upstreamModel }) => `/models/${encodeURIComponent(upstreamModel)}:batchEmbedContents`,
  encodeRequest,
  ...noStream,
  decodeGeneration: (body, target) => {
    const vectors = (readArray(body['embeddings']) ?? []).map((each) =>
      readVector(readObject(each)?.['values']),
    )
    const promptTokens = countIn(readObject(body['usageMetadata']), 'promptTokenCount')
    return vectorEvents(vectors, target, { promptTokens })
  },
  decodeFault: (status, body) => faultOf(status, body),
}

/** What the text is for, in Google's words. */
const tasks: ReadonlyMap<Json | undefined, string> = new Map([
  ['search_query', 'RETRIEVAL_QUERY'],
  ['search_document', 'RETRIEVAL_DOCUMENT'],
  ['classification', 'CLASSIFICATION'],
  ['clustering', 'CLUSTERING'],
  ['semantic_similarity', 'SEMANTIC_SIMILARITY'],
])

function encodeRequest(request: GenerationRequest, { upstreamModel }: UpstreamTarget): UpstreamBody {
  const { body } = request.native
  const { dimensions } = body
  const task = tasks.get(body['input_type'])
  const asked = {
    model: `models/${upstreamModel}`,
    ...(typeof dimensions === 'number' && { outputDimensionality: dimensions }),
    ...(task !== undefined && { taskType: task }),
  }
  const known = ['model', 'input', 'encoding_format', 'dimensions', ...kept]
  return {
    body: { requests: textsOf(request).map((text) => ({ ...asked, content: { parts: [{ text }] } })) },
    dropped: droppedOf(body, task === undefined ? known : [...known, 'input_type']),
  }
}
