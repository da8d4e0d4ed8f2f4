/** What the classifier looks at of a request: never more than it says here, whatever the length of the prompt. */
export interface PromptFacts {
  /** What the client asks now: the last that the user said. */
  text: string
  promptTokens: number
  tools: boolean
  /** Pictures, sound, film or documents. */
  media: boolean
}

/** What a model must be good at. */
export type Skill = 'text' | 'code' | 'reasoning' | 'agent'

/** 1: a glance tells whether the answer is right. 2: everyday work. 3: many steps, or an expert's. */
export type Tier = 1 | 2 | 3

export interface Classification {
  /** One of the tags below, as `code:debugging`; absent where nothing speaks for any. */
  task?: string
  skill: Skill
  tier: Tier
  /** Why the tier is what it is, in the order in which it came to be; behind that, what else decided. */
  reasons: string[]
}

interface Task {
  task: string
  skill: Skill
  tier: Tier
  /** Beginnings of words that speak for it. */
  words: RegExp
  /** Of each of its words. Absent: 1. */
  weight?: number
}

/** A task by its name and how hard it usually is; `words` are beginnings of words, in small letters. */
function task(name: string, tier: Tier, words: string, weight = 1): Task {
  const [family = ''] = name.split(':')
  const skill =
    family === 'code' || family === 'agent'
      ? family
      : family === 'text' || family === 'data'
        ? 'text'
        : 'reasoning'
  return { task: name, skill, tier, words: new RegExp(`\\b(?:${words})`, 'g'), weight }
}

/** Which words speak for which task. Where two are even, the one further up is it. */
const tasks: readonly Task[] = [
  task(
    'math:proof',
    3,
    'pro(?:ve|of)s?\\b|disprove|theorem|lemma|derive\\b|undecidab|show that the|beweis|démontre',
    3,
  ),
  task(
    'expert:law',
    3,
    'clause|liabilit|gdpr|under \\w+ law|court|jurisdiction|contract law|data processing agreement',
    2,
  ),
  task('expert:medicine', 3, 'patient|diagnos|dos(?:e|age)s?\\b|creatinine|symptoms|prescri|medication', 2),
  task(
    'expert:finance',
    3,
    'tax (?:consequences|treatment)|discounted cash|term sheet|cost of capital|vesting|valuation|hedg',
    2,
  ),
  task(
    'code:systems',
    3,
    'deadlock|race condition|lock-free|concurren|distributed|consensus|idempoten|shard|multi-tenant|migrat|refactor|' +
      'event-sourc|compiler|type checker|memory (?:leak|order)|leaks memory|kubernetes|cuda|formal specification|' +
      'rate limiter|reverse engineer|threat model|reentrancy|backward compat|breaking changes|monorepo|throughput',
    2,
  ),
  task(
    'research:analysis',
    3,
    'literature|confound|causal|identification|experiment\\b|integer program|market entry|pricing strategy|segment|transcripts|hypothes|a/b test',
    2,
  ),
  task(
    'agent:plan',
    3,
    'carry out|pull request|run the tests|the repository|wait for the answers|step by step plan',
    3,
  ),
  task(
    'data:classify',
    1,
    'classify|categor|sentiment|positive or negative|\\btag\\b|spam|which language|yes or no',
    2,
  ),
  task(
    'data:extract',
    1,
    'extract|return json|in this (?:text|mail|message)|phone number|duplicates|alphabetical',
    2,
  ),
  task(
    'text:translate',
    1,
    'translat|how do (?:i|you) say|wie sagt man|auf englisch|into english|übersetz|tradui|traduc',
    3,
  ),
  task(
    'text:correct',
    1,
    'grammar|spell|rewrite this sentence|shorten|politer?\\b|title case|passive voice|proofread|synonym|in one sentence|one-sentence',
    3,
  ),
  task(
    'code:debugging',
    2,
    'bug\\b|error|exception|traceback|undefined|crash|stack ?trace|always returns|overflows',
    2,
  ),
  task(
    'code:generation',
    2,
    'function|script\\b|python|javascript|typescript|react|sql\\b|regex|css\\b|dockerfile|bash|unit tests?|component|' +
      'ruby|golang|rust\\b|haskell|java\\b|html|api\\b|code\\b|class \\w+\\s*[({]',
  ),
  task('text:creative', 2, 'stor(?:y|ies)|poem|dialogue|lyrics|rede\\b|novel|rhym|gedicht'),
  task('text:business', 2, 'e-?mail|letter|post\\b|product description|reply|campaign|announc|correo|blog'),
  task('text:summary', 2, 'summar|outline|key points|tl;dr|zusammenfass'),
  task('plan:everyday', 2, 'trip|meal|recipe|lesson|itinerary|bake|workout'),
  task('math:sum', 2, 'solve|probabilit|equation|average|interest|calculate|percent'),
  task(
    'qa:explanation',
    2,
    'expla?in|difference|how does|why|compare|pros and cons|describe|expli|causes|arguments',
  ),
]

/** Signs of work in which many things must hold at once, whatever the task. */
const demanding =
  /\b(?:trade-?offs?|invariant|correctness|assum|constraint|rigorous|at least|at most|less than|without|every |each |scenario|sensitivit|edge cases?|determinis|justify|critique|evaluate|analyse|analyze|assess|propos|argue|verif|risks?\b|roll-?back|root cause|experiments?|estimat|bound|optimi[sz]|complexity|algorithm|protocol|design\b|plan\b|consider|discuss|hidden|audit|strateg|architect)/g

/** The beginning of work: who says so wants more than a word. */
const producing =
  /\b(?:write|create|explain|implement|compose|plan|design|build|compare|draft|suggest|describe|summari[sz]e|outline|solve|develop|make a|give me (?:ten|five)|schreib|escrib|expli|how (?:do|does|can)|why)/

const textMax = 2_000
const manyTokens = 8_000

/** Pure, and without a model: what a request is about and how able a model it needs. */
export function classify({ text, promptTokens, tools, media }: PromptFacts): Classification {
  const seen = (
    text.length > textMax ? text.slice(0, textMax / 2) + text.slice(-textMax / 2) : text
  ).toLowerCase()
  const words = seen.split(/\s+/).length
  const demands = new Set(seen.match(demanding)).size
  const best = tasks
    .map((each) => ({ ...each, votes: new Set(seen.match(each.words)).size * (each.weight ?? 1) }))
    .reduce((left, right) => (right.votes > left.votes ? right : left))
  const known = best.votes > 0
  const isShort = words <= 14 && !producing.test(seen)
  const isFact = isShort && !seen.includes('\n')
  const chosen = known ? best : isFact ? short : open
  const reasons = [`${chosen.task ?? 'no known task'}: usually ${chosen.tier}`]
  let tier = chosen.tier
  const raise = (to: Tier, why: string) => {
    if (to === tier) return
    tier = to
    reasons.push(`${why}: ${to}`)
  }
  if (isFact && tier === 2 && chosen.task !== 'qa:explanation') raise(1, 'a short question')
  if (tier === 1 && words > 60 && demands > 1) raise(2, 'long for that')
  if (tier === 3 && words < 12 && demands === 0 && chosen.task !== 'math:proof')
    raise(isFact ? 1 : 2, 'short for that')
  if (tier === 2 && (demands >= 3 || (demands >= 2 && words > 22)))
    raise(3, `${demands} signs of many conditions`)
  if (tier === 1 && (tools || media))
    raise(2, tools ? 'calls of tools must be right' : 'more than text to read')
  if (tier === 2 && promptTokens > manyTokens && (tools || chosen.skill !== 'text')) raise(3, 'a long prompt')
  const skill = tools ? 'agent' : chosen.skill
  return { ...(chosen.task !== undefined && { task: chosen.task }), skill, tier, reasons }
}

const short = { task: 'qa:fact', skill: 'text', tier: 1 } as const
const open = { task: undefined, skill: 'reasoning', tier: 2 } as const
