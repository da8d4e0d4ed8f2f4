import type { JsonObject } from '../../base/json.ts'
import type { GenerationEvents } from '../../generation/events.ts'
import { fitted } from '../fit.ts'
import type { Protocol, UpstreamTarget } from '../protocol.ts'
import { readCount } from '../json.ts'
import { readAnswer } from '../read-answer.ts'
import { ChunkReader } from './chunk-reader.ts'
import { encodeCount, encodeRequest } from './encode-request.ts'
import { decodeFault } from './faults.ts'

/** Gemini's generateContent, as AI Studio and Vertex speak it. */
export const googleGenerateProtocol: Protocol = {
  format: 'google-generate',
  path: ({ upstreamModel, streams }) => {
    const model = encodeURIComponent(upstreamModel)
    return streams ? `/models/${model}:streamGenerateContent?alt=sse` : `/models/${model}:generateContent`
  },
  encodeRequest: fitted(encodeRequest),
  decodeEvents: (messages, target) => readAnswer(messages, new ChunkReader(target)),
  decodeGeneration,
  counting: {
    path: ({ upstreamModel }) => `/models/${encodeURIComponent(upstreamModel)}:countTokens`,
    encodeRequest: encodeCount,
    decodeCount: (body) => readCount(body['totalTokens']),
  },
  decodeFault,
}

async function* decodeGeneration(body: JsonObject, target: UpstreamTarget): GenerationEvents {
  const reader = new ChunkReader(target)
  const events = reader.readChunk(body)
  yield [...events, ...reader.end()]
}
