import type { Json, JsonObject } from '../../base/json.ts'
import type { Conversation } from '../../generation/conversation.ts'
import { readObject, readText } from '../json.ts'
import { invalid } from '../refusals.ts'

/** The form of the answer: JSON or not, in words, pictures or speech; and what of the extras has no place here. */
export function outputOf({ answerFormat, outputModalities = ['text'], extras }: Conversation): {
  fields: JsonObject
  dropped: string[]
} {
  const wanted = outputModalities.map((modality) => modality.toLowerCase())
  const pictures = wanted.includes('image') ? readObject(extras['image_config']) : undefined
  const speech = wanted.includes('audio') ? readObject(extras['audio']) : undefined
  const used = [...(pictures ? ['image_config'] : []), ...(speech ? ['audio'] : [])]
  const unknown = Object.keys(pictures ?? {}).filter((name) => imageNames[name] === undefined)
  return {
    fields: {
      ...(answerFormat && { responseMimeType: 'application/json' }),
      ...(answerFormat?.type === 'json_schema' && { responseJsonSchema: answerFormat.schema }),
      ...(wanted.some((modality) => modality !== 'text') && {
        responseModalities: wanted.map((modality) => modality.toUpperCase()),
      }),
      ...(pictures && { imageConfig: imageConfig(pictures) }),
      ...(speech && { speechConfig: speechConfig(speech) }),
    },
    dropped: [
      ...Object.keys(extras).filter((name) => !used.includes(name)),
      ...unknown.map((name) => `image_config.${name}`),
    ],
  }
}

const imageNames: Partial<Record<string, string>> = { aspect_ratio: 'aspectRatio', image_size: 'imageSize' }

function imageConfig(asked: JsonObject): JsonObject {
  const known = Object.entries(asked).flatMap(([name, value]): [string, Json][] => {
    const field = imageNames[name]
    return field === undefined ? [] : [[field, value]]
  })
  return Object.fromEntries(known)
}

/** Speech comes as samples of 16 bits, 24,000 a second, which is what chat calls `pcm16`. */
function speechConfig(asked: JsonObject): JsonObject {
  const format = asked['format'] ?? 'pcm16'
  if (format !== 'pcm16') {
    throw invalid(`audio.format: is ${JSON.stringify(format)}, but this model speaks pcm16 alone`)
  }
  const voiceName = readText(asked['voice'])
  return voiceName === undefined ? {} : { voiceConfig: { prebuiltVoiceConfig: { voiceName } } }
}
