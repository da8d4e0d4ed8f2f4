/**
 * `~author/family-latest` is the newest model of a family, by a rule that any family can be named by: the author's
 * models whose slug has every word of the family, and no word that makes a model another one (`mini`, `fast`, `image`,
 * a size, …) unless the family has it. Newest is the highest version, and only then the youngest: the lists date many an
 * old model by the day they first had it. A preview counts, after the model itself: some makers sell nothing else for
 * months. What is left is told apart by price, because the flagship of a release is its dearest.
 */
const pattern = /^~([a-z0-9-]+)\/([a-z0-9.-]+)-latest$/

const otherModels = new Set(
  (
    'mini nano lite flash flashx pro max plus fast turbo ultra flex spot spark air prime lightning chat codex code ' +
    'coder image audio video vision vl omni voice asr tts ocr search deep research computer robotics customtools ' +
    'cyber legal guard safeguard embedding thinking reasoning non instruct multi distill oss base it exp speciale ' +
    'terminus math api short caveman honey ponytail saba tiny beta'
  ).split(' '),
)

export interface Member {
  id: string
  /** Unix seconds. */
  created: number
  /** Of any unit, as long as it is one. */
  price: number
}

export function isLatest(id: string): boolean {
  return id.startsWith('~')
}

/** The ids of a family, newest first. */
export function membersOf(alias: string, models: readonly Member[]): string[] {
  const [, author = '', family = ''] = pattern.exec(alias) ?? []
  const wanted = family.split('-')
  return models
    .filter(({ id }) => id.startsWith(`${author}/`) && !id.includes(':'))
    .map((member) => ({ ...member, ...readSlug(member.id.slice(author.length + 1)) }))
    .filter(
      ({ words }) =>
        wanted.every((word) => words.includes(word)) &&
        words.every((word) => wanted.includes(word) || !otherModels.has(word)),
    )
    .toSorted(
      (left, right) =>
        right.version - left.version ||
        Number(left.words.includes('preview')) - Number(right.words.includes('preview')) ||
        left.words.length - right.words.length ||
        right.created - left.created ||
        right.price - left.price ||
        left.id.length - right.id.length,
    )
    .map(({ id }) => id)
}

/** `claude-opus-4.1`, `kimi-k2.5`, `qwen3.8-max`: words, and the first number that is a version and no date. */
function readSlug(slug: string): { words: string[]; version: number } {
  const words: string[] = []
  const numbers: string[] = []
  // `mistral-medium-3-5` is 3.5.
  for (const part of slug.replace(/(?<=-)(\d)-(\d)(?=-|$)/, '$1.$2').split('-')) {
    const [, word = '', number = '', rest = ''] = /^([a-z]*)(\d[\d.]*)?(.*)$/.exec(part) ?? []
    // A size in weights, `235b` or `2.4t`, is what a maker calls its open models by.
    words.push(...(word === '' ? [] : [word]), ...(rest === '' ? [] : ['base']))
    if (number !== '' && number.length < 5 && !/^\d{2,}$/.test(number)) numbers.push(number)
  }
  return { words, version: Number.parseFloat(numbers[0] ?? '0') }
}
