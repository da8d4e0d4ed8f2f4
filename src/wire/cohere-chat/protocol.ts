import type { JsonObject } from '../../base/json.ts'
import type { GenerationEvents } from '../../generation/events.ts'
import { fitted } from '../fit.ts'
import type { Protocol } from '../protocol.ts'
import { readAnswer } from '../read-answer.ts'
import { encodeRequest } from './encode-request.ts'
import { EventReader } from './event-reader.ts'
import { decodeFault } from './faults.ts'

/** Cohere's chat, version 2. */
export const cohereChatProtocol: Protocol = {
  format: 'cohere-chat',
  path: () => '/chat',
  encodeRequest: fitted(encodeRequest),
  decodeEvents: (messages) => readAnswer(messages, new EventReader()),
  decodeGeneration,
  decodeFault,
}

async function* decodeGeneration(body: JsonObject): GenerationEvents {
  const reader = new EventReader()
  const events = reader.readWhole(body)
  yield [...events, ...reader.end()]
}
