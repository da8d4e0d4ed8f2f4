import type { SeedModel } from './seed.ts'

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

const nouns = {
  text: 'text',
  image: 'images',
  file: 'files',
  audio: 'audio',
  video: 'video',
  embeddings: 'embeddings',
}

/** What a model is, in sentences made of its facts. */
export function describe(model: SeedModel): string {
  const reads = `Reads ${list(model.input.map((modality) => nouns[modality]))}`
  const writes = `writes ${list(model.output.map((modality) => nouns[modality]))}`
  return [
    ...(model.summary === undefined ? [] : [model.summary]),
    `${reads}, ${writes}.`,
    `Context of ${grouped(model.context)} tokens.`,
    ...reasoningSentence(model),
    ...cutoffSentence(model),
    ...(model.huggingFace === undefined ? [] : ['Open weights.']),
  ].join(' ')
}

/** `128,000`. Without Intl, which takes an isolate ten milliseconds to load. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}

function reasoningSentence({ reasoning }: SeedModel): string[] {
  if (reasoning === undefined) return []
  return [reasoning === 'always' ? 'Reasons before it answers.' : 'Can reason before it answers.']
}

function cutoffSentence({ cutoff }: SeedModel): string[] {
  const [year, month] = cutoff?.split('-') ?? []
  const name = months[Number(month) - 1]
  return year && name ? [`Knowledge up to ${name} ${year}.`] : []
}

function list(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${last}` : last
}
