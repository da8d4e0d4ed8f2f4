import type { Json, JsonObject } from '../../base/json.ts'
import { readArray, readObject, readText } from '../json.ts'
import { PromptMeasure } from '../measure.ts'

/** Measures what the model will read: the system's words, messages, tools and the schema of the answer. */
export function measurePrompt(body: JsonObject, measure: PromptMeasure = new PromptMeasure()): PromptMeasure {
  addContent(measure, body['system'])
  for (const message of readArray(body['messages']) ?? []) {
    measure.addMessage()
    const { role, content } = readObject(message) ?? {}
    if (role === 'assistant') addAnswer(measure, content)
    else addContent(measure, content)
  }
  const tools = readArray(body['tools']) ?? []
  if (tools.length > 0) measure.addText(JSON.stringify(tools))
  const format = readObject(body['output_config'])?.['format']
  if (format) measure.addText(JSON.stringify(format))
  return measure
}

function addContent(measure: PromptMeasure, content: Json | undefined): void {
  if (typeof content === 'string') return measure.addText(content)
  for (const part of readArray(content) ?? []) addBlock(measure, readObject(part) ?? {})
}

function addAnswer(measure: PromptMeasure, content: Json | undefined): void {
  if (typeof content === 'string') return measure.addText(content)
  for (const part of readArray(content) ?? []) {
    const block = readObject(part) ?? {}
    if (block['type'] === 'image') measure.addOwn('image', addressIn(readObject(block['source'])))
    else addBlock(measure, block)
  }
}

function addBlock(measure: PromptMeasure, block: JsonObject): void {
  const source = readObject(block['source'])
  switch (readText(block['type']) ?? '') {
    case 'text':
      return measure.addText(readText(block['text']) ?? '')
    case 'image':
      return measure.addMedia('image', addressIn(source))
    case 'document':
      return addDocument(measure, block, source)
    case 'tool_result':
      return addContent(measure, block['content'])
    default: {
      // Thoughts, calls, and what only a provider of this format knows.
      const { type: _, cache_control: __, ...said } = block
      measure.addText(JSON.stringify(said))
    }
  }
}

function addDocument(measure: PromptMeasure, block: JsonObject, source: JsonObject | undefined): void {
  measure.addText(readText(block['title']) ?? '')
  measure.addText(readText(block['context']) ?? '')
  if (source?.['type'] === 'text') return measure.addText(readText(source['data']) ?? '')
  if (source?.['type'] === 'content') return addContent(measure, source['content'])
  measure.addMedia('file', addressIn(source))
}

function addressIn(source: JsonObject | undefined): string {
  return readText(source?.['data']) ?? readText(source?.['url']) ?? ''
}
