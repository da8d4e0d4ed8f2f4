import { PromptMeasure } from '../measure.ts'
import type { Item } from './items.ts'
import type { MessagePart, ResponsesRequest } from './schema.ts'

/** Measures what the model will read: instructions, items, tools and the schema of the answer. */
export function measurePrompt(request: ResponsesRequest, items: readonly Item[]): PromptMeasure {
  const measure = new PromptMeasure()
  if (request.instructions) {
    measure.addMessage()
    measure.addText(request.instructions)
  }
  for (const item of items) addItem(measure, item)
  if (request.tools?.length) measure.addText(JSON.stringify(request.tools))
  if (request.text?.format) measure.addText(JSON.stringify(request.text.format))
  return measure
}

function addItem(measure: PromptMeasure, item: Item): void {
  measure.addMessage()
  switch (item.kind) {
    case 'message':
      return addParts(measure, item.item.content ?? '')
    case 'call':
      return measure.addText(item.item.name + item.item.arguments)
    case 'result':
      return addParts(measure, item.item.output)
    case 'foreign':
      if (item.type === 'image_generation_call') return measure.addOwn('image', '')
      return measure.addText(JSON.stringify(item.item))
    case 'reasoning':
      return measure.addText(JSON.stringify(item.item))
  }
}

function addParts(measure: PromptMeasure, content: string | readonly MessagePart[]): void {
  if (typeof content === 'string') return measure.addText(content)
  for (const part of content) addPart(measure, part)
}

function addPart(measure: PromptMeasure, part: MessagePart): void {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return measure.addText(part.text)
    case 'refusal':
      return measure.addText(part.refusal)
    case 'input_image':
      return measure.addMedia('image', part.image_url ?? '')
    case 'input_file':
      return measure.addMedia('file', part.file_data ?? '')
    case 'input_audio':
      return measure.addMedia('audio', part.input_audio.data)
    case 'input_video':
      return measure.addMedia('video', part.video_url)
  }
}
