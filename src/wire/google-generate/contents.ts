import type { JsonObject } from '../../base/json.ts'
import type { OutputPart, Seal, Turn } from '../../generation/conversation.ts'
import { argumentsOf } from '../json.ts'
import type { UpstreamTarget } from '../protocol.ts'
import { invalid } from '../refusals.ts'
import { abilitiesOf } from './abilities.ts'
import { inputPart } from './media.ts'

/** Accepted in place of a signature, for calls that another model made and for pictures (Google: thought signatures). */
const noSignature = 'skip_thought_signature_validator'

type Content = { role: 'user' | 'model'; parts: JsonObject[] }
type ToolTurn = Extract<Turn, { role: 'tool' }>
type Call = Extract<OutputPart, { type: 'tool-call' }>

/** The turns of a conversation. There is one system instruction: what is said in between joins it. */
export function contentsOf(turns: readonly Turn[], target: UpstreamTarget): JsonObject {
  const system = turns.flatMap((turn) => (turn.role === 'system' ? turn.parts : []))
  const instruction = system.filter(({ text }) => text !== '').map(({ text }) => ({ text }))
  const contents = writeGroups(groupsOf(turns), target)
  if (instruction.length === 0) return { contents }
  // There must be something to answer.
  if (!abilitiesOf(target).systemInUser && contents.length > 0) {
    return { systemInstruction: { parts: instruction }, contents }
  }
  const [first, ...rest] = contents
  return first?.role === 'user'
    ? { contents: [{ role: 'user', parts: [...instruction, ...first.parts] }, ...rest] }
    : { contents: [{ role: 'user', parts: instruction }, ...contents] }
}

type Group =
  | { role: 'user'; turns: Extract<Turn, { role: 'user' }>[] }
  | { role: 'assistant'; turns: Extract<Turn, { role: 'assistant' }>[] }
  | { role: 'tool'; turns: ToolTurn[] }

/** Turns of one side that follow each other are one. */
function groupsOf(turns: readonly Turn[]): Group[] {
  const groups: Group[] = []
  for (const turn of turns) {
    const last = groups.at(-1)
    if (turn.role === 'user') {
      if (last?.role === 'user') last.turns.push(turn)
      else groups.push({ role: 'user', turns: [turn] })
    } else if (turn.role === 'assistant') {
      if (last?.role === 'assistant') last.turns.push(turn)
      else groups.push({ role: 'assistant', turns: [turn] })
    } else if (turn.role === 'tool') {
      if (last?.role === 'tool') last.turns.push(turn)
      else groups.push({ role: 'tool', turns: [turn] })
    }
  }
  return groups
}

function writeGroups(groups: readonly Group[], target: UpstreamTarget): Content[] {
  const calls: Call[] = []
  return groups.flatMap((group): Content[] => {
    switch (group.role) {
      case 'user': {
        const parts = group.turns.flatMap((turn) => turn.parts.map((part) => inputPart(part, target)))
        const said = parts.filter((part) => part['text'] !== '')
        return [{ role: 'user', parts: said.length > 0 ? said : [{ text: '' }] }]
      }
      case 'assistant': {
        const said = group.turns.flatMap((turn) => turn.parts)
        calls.push(...said.filter((part) => part.type === 'tool-call'))
        const parts = modelParts(said, target)
        return parts.length > 0 ? [{ role: 'model', parts }] : []
      }
      case 'tool':
        return resultsOf(group.turns, calls, target)
    }
  })
}

/** Results are told by the name of what was called, in the order of the calls; the media in them are the user's. */
function resultsOf(turns: readonly ToolTurn[], calls: readonly Call[], target: UpstreamTarget): Content[] {
  const results = turns.map((turn) => {
    const order = calls.findLastIndex(({ id }) => id === turn.callId)
    const name = calls[order]?.name
    if (name === undefined) {
      throw invalid(
        `messages: the result of the tool call ${JSON.stringify(turn.callId)} has no call before it`,
      )
    }
    const text = turn.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
    const response = turn.isError ? { error: text } : { output: text }
    return { order, part: { functionResponse: { name, response } } }
  })
  const parts = results.toSorted((left, right) => left.order - right.order).map(({ part }) => part)
  const media = turns.flatMap((turn) => turn.parts.filter(({ type }) => type !== 'text'))
  return [
    { role: 'user', parts },
    ...(media.length > 0
      ? [{ role: 'user' as const, parts: media.map((part) => inputPart(part, target)) }]
      : []),
  ]
}

/**
 * What the model said, each signature on the part it came with. A thought without words holds the signature of what
 * follows it: of a call that has none, else of the text. Beside a picture every part must have one.
 */
function modelParts(said: readonly OutputPart[], target: UpstreamTarget): JsonObject[] {
  const written: JsonObject[] = []
  let loose: JsonObject[] = []
  let calls = 0
  for (const part of said) {
    const signature = signatureOf(part, target)
    if (part.type === 'tool-call') {
      const own = signature['thoughtSignature'] ? signature : (loose.pop() ?? signature)
      written.push(...loose.map(emptyText), writeCall(part, own, calls === 0 && mustSign(target)))
      loose = []
      calls++
    } else if (part.type === 'reasoning') {
      // Google does not ask for its thoughts again, and understands nobody else's.
      if (!signature['thoughtSignature']) continue
      if (part.text === '') loose.push(signature)
      else written.push({ text: part.text, thought: true, ...signature })
    } else if (part.type === 'image') {
      if (isSeen(part)) written.push(inputPart(part, target))
    } else if (part.text !== '' || signature['thoughtSignature']) {
      written.push({ text: part.text, ...signature })
    }
  }
  written.push(...loose.map(emptyText))
  const isPainted = mustSign(target) && said.some(isSeen)
  return isPainted ? written.map((part) => ({ thoughtSignature: noSignature, ...part })) : written
}

/** A picture by its address is none to Gemini, and its own came as bytes: others are not fetched for it. */
function isSeen(part: OutputPart): boolean {
  return part.type === 'image' && part.source.kind === 'data'
}

function emptyText(signature: JsonObject): JsonObject {
  return { text: '', ...signature }
}

function mustSign(target: UpstreamTarget): boolean {
  return abilitiesOf(target).checksSignatures
}

function writeCall(call: Call, signature: JsonObject, isSigned: boolean): JsonObject {
  return {
    functionCall: { name: call.name, args: argumentsOf(call.arguments) },
    ...(isSigned && { thoughtSignature: noSignature }),
    ...signature,
  }
}

function signatureOf(part: OutputPart, { maker }: UpstreamTarget): JsonObject {
  const seal: Seal | undefined = 'seal' in part ? part.seal : undefined
  return seal && seal.maker === maker ? { thoughtSignature: seal.data } : {}
}
