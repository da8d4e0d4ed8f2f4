import type { JsonObject } from '../../base/json.ts'
import type { GenerationEvents } from '../../generation/events.ts'
import { fitted } from '../fit.ts'
import { faultOf } from '../faults.ts'
import type { Protocol, UpstreamTarget } from '../protocol.ts'
import { readAnswer } from '../read-answer.ts'
import { encodeRequest } from './encode-request.ts'
import { EventReader } from './event-reader.ts'
import { isRequestField } from './fields.ts'

/** OpenAI's Responses, as providers speak it: stateless, nothing is stored. */
export const openaiResponsesProtocol: Protocol = {
  format: 'openai-responses',
  path: () => '/responses',
  encodeRequest: fitted(encodeRequest),
  decodeEvents: (messages, target) => readAnswer(messages, new EventReader(target)),
  decodeGeneration,
  decodeFault: (status, body) => faultOf(status, body, isRequestField),
}

async function* decodeGeneration(body: JsonObject, target: UpstreamTarget): GenerationEvents {
  const reader = new EventReader(target)
  const events = reader.readWhole(body)
  yield [...events, ...reader.end()]
}
