import type { JsonObject } from '../../base/json.ts'
import type { GenerationEvents } from '../../generation/events.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { fitted } from '../fit.ts'
import { faultOf } from '../faults.ts'
import { readArray, readCount, readObject } from '../json.ts'
import type { Protocol, UpstreamBody, UpstreamTarget } from '../protocol.ts'
import { readAnswer } from '../read-answer.ts'
import { betasFor } from './betas.ts'
import { encodeBody } from './encode-request.ts'
import { EventReader } from './event-reader.ts'
import { isRequestField } from './fields.ts'

/** Where a host of this format keeps what Anthropic itself has in the path, the body and the headers. */
export interface Deployment {
  path: Protocol['path']
  framing?: Protocol['framing']
  /** Stands in the body in place of the header, such as `vertex-2023-10-16`. The model is then in the path. */
  versionInBody?: string
  /** The path says whether it streams: the body must not. */
  streamInPath?: boolean
  /** Betas are a list in the body, and no header. */
  betasInBody?: boolean
}

const version = '2023-06-01'

/** Anthropic's Messages, as providers speak it. */
export const anthropicMessagesProtocol = anthropicMessagesOn({ path: () => '/messages' })

/**
 * The format on a cloud that has it in its own wrapping. Vertex: path `…:streamRawPredict`, `versionInBody`. Bedrock:
 * path `…/invoke-with-response-stream`, binary framing whose messages hold these events, and all three of the rest.
 */
export function anthropicMessagesOn(deployment: Deployment): Protocol {
  return {
    format: 'anthropic-messages',
    path: deployment.path,
    ...(deployment.framing && { framing: deployment.framing }),
    encodeRequest: fitted((request, target) => encodeRequest(request, target, deployment)),
    decodeEvents: (messages, target) => readAnswer(messages, new EventReader(target)),
    decodeGeneration,
    decodeFault: (status, body) => faultOf(status, body, isRequestField),
    counting: {
      path: (target) => `${deployment.path(target)}/count_tokens`,
      encodeRequest: (request, target) => encodeCount(request, target, deployment),
      decodeCount: (body) => readCount(body['input_tokens']),
    },
  }
}

function encodeRequest(
  request: GenerationRequest,
  target: UpstreamTarget,
  { versionInBody, streamInPath, betasInBody }: Deployment,
): UpstreamBody {
  const { body, dropped } = encodeBody(request, target)
  const betas = betasFor(request, body, target)
  if (versionInBody !== undefined) {
    delete body['model']
    body['anthropic_version'] = versionInBody
  }
  if (streamInPath) delete body['stream']
  if (betasInBody && betas.length > 0) body['anthropic_beta'] = betas
  return {
    body,
    dropped,
    headers: {
      ...(versionInBody === undefined && { 'anthropic-version': version }),
      ...(!betasInBody && betas.length > 0 && { 'anthropic-beta': betas.join(',') }),
    },
  }
}

/** What of a request its prompt is made of: to count, nothing else may be named. */
const countedFields: ReadonlySet<string> = new Set([
  'model',
  'system',
  'messages',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'cache_control',
  'context_management',
  'mcp_servers',
])

function encodeCount(
  request: GenerationRequest,
  target: UpstreamTarget,
  deployment: Deployment,
): UpstreamBody {
  const made = encodeRequest(request, target, deployment)
  const counted = Object.entries(made.body).filter(([field]) => countedFields.has(field))
  return { ...made, body: Object.fromEntries(counted) }
}

/** A whole answer is read as the stream it could have been. */
async function* decodeGeneration(body: JsonObject, target: UpstreamTarget): GenerationEvents {
  const reader = new EventReader(target)
  if (body['type'] === 'error') reader.readFrame(body)
  const { stop_reason: reason, stop_sequence: sequence, stop_details: details, usage, ...message } = body
  const delta = {
    stop_reason: reason ?? null,
    stop_sequence: sequence ?? null,
    stop_details: details ?? null,
  }
  const frames: JsonObject[] = [
    { type: 'message_start', message: { ...message, usage: usage ?? null } },
    ...(readArray(body['content']) ?? []).flatMap((block, index) => [
      { type: 'content_block_start', index, content_block: readObject(block) ?? {} },
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta, usage: usage ?? null },
  ]
  const events = frames.flatMap((frame) => reader.readFrame(frame))
  yield [...events, ...reader.end()]
}
