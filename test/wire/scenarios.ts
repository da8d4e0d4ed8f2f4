import type { Scenario } from './columns.ts'
import { answers } from './scenarios/answers.ts'
import { caching } from './scenarios/caching.ts'
import { media } from './scenarios/media.ts'
import { messages } from './scenarios/messages.ts'
import { responses } from './scenarios/responses.ts'
import { results } from './scenarios/results.ts'
import { thinking } from './scenarios/thinking.ts'
import { tools } from './scenarios/tools.ts'
import { words } from './scenarios/words.ts'

/** The matrix: requests of every kind, each with the exact body that every provider is asked with, side by side. */
export const scenarios: readonly Scenario[] = [
  ...words,
  ...media,
  ...tools,
  ...results,
  ...answers,
  ...thinking,
  ...caching,
  ...messages,
  ...responses,
]
