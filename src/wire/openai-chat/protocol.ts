import type { JsonObject } from '../../base/json.ts'
import type { GenerationEvents } from '../../generation/events.ts'
import { fitted } from '../fit.ts'
import { faultOf } from '../faults.ts'
import type { Protocol, UpstreamTarget } from '../protocol.ts'
import { readAnswer } from '../read-answer.ts'
import { ChunkReader } from './chunk-reader.ts'
import { encodeRequest } from './encode-request.ts'
import { isRequestField } from './fields.ts'
import { answerOfOwn } from './own-chunks.ts'

/** OpenAI's chat completions, as providers speak it. */
export const openaiChatProtocol: Protocol = {
  format: 'openai-chat',
  path: () => '/chat/completions',
  encodeRequest: fitted(encodeRequest),
  decodeEvents: (messages, target) => readAnswer(messages, new ChunkReader(target.quirks)),
  decodeGeneration,
  decodeFault: (status, body) => faultOf(status, body, isRequestField),
}

async function* decodeGeneration(body: JsonObject, target: UpstreamTarget): GenerationEvents {
  const reader = new ChunkReader(target.quirks)
  const events = reader.readChunk(target.quirks.ownChunks ? answerOfOwn(body) : body)
  yield [...events, ...reader.end()]
}
