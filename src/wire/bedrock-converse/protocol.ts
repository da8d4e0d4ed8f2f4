import type { JsonObject } from '../../base/json.ts'
import type { GenerationEvents } from '../../generation/events.ts'
import { fitted } from '../fit.ts'
import type { Protocol, UpstreamTarget } from '../protocol.ts'
import { readAnswer } from '../read-answer.ts'
import { encodeRequest } from './encode-request.ts'
import { EventReader } from './event-reader.ts'
import { decodeFault } from './faults.ts'

/** Bedrock's Converse, one format for the models of many. */
export const bedrockConverseProtocol: Protocol = {
  format: 'bedrock-converse',
  path: ({ upstreamModel, streams }) =>
    `/model/${encodeURIComponent(upstreamModel)}/${streams ? 'converse-stream' : 'converse'}`,
  framing: 'aws-event-stream',
  encodeRequest: fitted(encodeRequest),
  decodeEvents: (messages, target) => readAnswer(messages, new EventReader(target)),
  decodeGeneration,
  decodeFault,
}

async function* decodeGeneration(body: JsonObject, target: UpstreamTarget): GenerationEvents {
  const reader = new EventReader(target)
  const events = reader.readWhole(body)
  yield [...events, ...reader.end()]
}
