import type { GenerationRequest } from '../../generation/request.ts'
import { faultOf } from '../faults.ts'
import { readArray, readObject, readText } from '../json.ts'
import type { Protocol, UpstreamBody, UpstreamTarget } from '../protocol.ts'
import { droppedOf, kept, textsOf } from './request.ts'
import { countIn, noStream, readVector, vectorEvents } from './vectors.ts'

/** Cohere's embeddings, version 2. */
export const cohereEmbedProtocol: Protocol = {
  format: 'cohere-embed',
  path: () => '/embed',
  encodeRequest,
  ...noStream,
  decodeGeneration: (body, target) => {
    const vectors = readArray(readObject(body['embeddings'])?.['float']) ?? []
    const billed = readObject(readObject(body['meta'])?.['billed_units'])
    return vectorEvents(vectors.map(readVector), target, {
      id: readText(body['id']),
      promptTokens: countIn(billed, 'input_tokens'),
    })
  },
  decodeFault: (status, body) => faultOf(status, body),
}

function encodeRequest(request: GenerationRequest, { upstreamModel }: UpstreamTarget): UpstreamBody {
  const { dimensions, input_type: type, ...rest } = request.native.body
  return {
    body: {
      model: upstreamModel,
      texts: textsOf(request),
      // It must be told; what is stored to be found is the usual case.
      input_type: type ?? 'search_document',
      embedding_types: ['float'],
      ...(typeof dimensions === 'number' && { output_dimension: dimensions }),
    },
    dropped: droppedOf(rest, ['model', 'input', 'encoding_format', ...kept]),
  }
}
