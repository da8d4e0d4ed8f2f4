import type { Json, JsonObject } from '../../base/json.ts'
import { readArray, readObject, readText } from '../json.ts'
import type { UpstreamTarget } from '../protocol.ts'
import { readSeal } from '../seals.ts'
import { ownMaker } from './maker.ts'

/**
 * Messages with only those sealed thoughts that the target made itself, as it wrote them, and without pictures and what
 * this gateway's own tools left there. A message that nothing has to be taken from is the very one that came.
 */
export function ownThoughts(messages: Json, target: UpstreamTarget): Json {
  return (
    readArray(messages)?.flatMap((message) => {
      const object = readObject(message)
      const blocks = readArray(object?.['content'])
      if (!object || !blocks) return [message]
      const ours = new Set(blocks.flatMap((block) => gatewayCall(readObject(block))))
      const spoken = object['role'] === 'assistant' ? blocks.filter((block) => !isImage(block)) : blocks
      const kept = spoken.flatMap((block) => keptBlock(block, target, ours))
      if (kept.length === blocks.length && kept.every((block, index) => block === blocks[index]))
        return [message]
      return kept.length === 0 ? [] : [{ ...object, content: kept }]
    }) ?? messages
  )
}

/** Whether an assistant shows a picture, which a model of another maker made: hosts of this format refuse it. */
export function showsImages(messages: Json | undefined): boolean {
  return (readArray(messages) ?? []).some((message) => {
    const { role, content } = readObject(message) ?? {}
    return role === 'assistant' && (readArray(content) ?? []).some(isImage)
  })
}

function isImage(block: Json): boolean {
  return readObject(block)?.['type'] === 'image'
}

const gatewayResults = ['openrouter_shell_tool_result', 'openrouter_bash_tool_result']

/** The call that a result of the gateway's own tools answers. */
function gatewayCall(block: JsonObject | undefined): string[] {
  const id = readText(block?.['tool_use_id'])
  return id !== undefined && gatewayResults.includes(readText(block?.['type']) ?? '') ? [id] : []
}

function keptBlock(block: Json, target: UpstreamTarget, gatewayCalls: ReadonlySet<string>): Json[] {
  const object = readObject(block) ?? {}
  switch (readText(object['type']) ?? '') {
    case 'thinking':
      return keptThought(block, object, target)
    case 'redacted_thinking': {
      const { maker, data } = readSeal(readText(object['data']) ?? '', ownMaker)
      if (maker !== target.maker) return []
      return [data === object['data'] ? block : { ...object, data }]
    }
    case 'server_tool_use':
      return gatewayCalls.has(readText(object['id']) ?? '') ? [] : [block]
    default:
      return gatewayResults.includes(readText(object['type']) ?? '') ? [] : [block]
  }
}

function keptThought(block: Json, object: JsonObject, { maker, quirks }: UpstreamTarget): Json[] {
  const signature = readText(object['signature']) ?? ''
  const seal = readSeal(signature, ownMaker)
  if (signature !== '' && seal.maker === maker) {
    return [seal.data === signature ? block : { ...object, signature: seal.data }]
  }
  return quirks.unsignedThoughts ? [{ ...object, signature: '' }] : []
}
