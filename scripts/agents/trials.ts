import type { Agent } from './agents.ts'
import type { Turn } from './turn.ts'
import type { Play, Seen } from './upstream.ts'

/** One thing that every agent must get through, with every model. */
export interface Trial {
  name: string
  prompt: string
  play: (agent: Agent, file: string) => Play
  /** How it went. */
  judge: (turn: Turn, seen: Seen) => Verdict
}

export type Verdict = { passed: true; how: string } | { passed: false; why: string }

const words = 'The sea is ultramarine.'
const question = 'Which colour has the sea? Answer in one sentence.'

export const trials: readonly Trial[] = [
  {
    name: 'text',
    prompt: question,
    play: () => ({ calls: [], text: words }),
    judge: (turn, { requests }) => firstFault(...ended(turn), [requests === 1, 'asked more than once']),
  },
  {
    name: 'tool loop',
    prompt: 'Change red to blue in colour.txt.',
    play: (agent, file) => ({ calls: agent.edit(file), text: words }),
    judge: (turn, { requests, thoughts }) => {
      const verdict = firstFault(
        [turn.file === 'blue\n', `the file says ${JSON.stringify(turn.file)}`],
        [requests === 3, `took ${requests} requests`],
        [thoughts !== 'lost', 'the sealed thought did not come back'],
        ...ended(turn),
      )
      return thoughts === 'kept' ? { ...verdict, how: 'thought kept' } : verdict
    },
  },
  {
    name: 'overloaded',
    prompt: question,
    play: () => ({ calls: [], text: words, fault: 'overloaded' }),
    judge: (turn, { faults, requests }) =>
      firstFault(
        [faults === 1, 'met no fault'],
        [requests === 2, `took ${requests} requests`],
        ...ended(turn),
      ),
  },
  {
    name: 'cut off',
    prompt: question,
    play: () => ({ calls: [], text: words, fault: 'cut' }),
    judge: (turn, { faults }) => {
      if (faults !== 1) return { passed: false, why: 'met no fault' }
      if (turn.output.includes(words)) return { ...firstFault(...ended(turn)), how: 'asks again' }
      // Half an answer that looks like a whole one is the one thing that must not be.
      const isTold = turn.exitCode !== 0 && /error/i.test(turn.output)
      return { ...firstFault(didEnd(turn), [isTold, 'took half for the whole']), how: 'says so' }
    },
  },
]

type Check = readonly [holds: boolean, otherwise: string]

function ended(turn: Turn): Check[] {
  return [
    didEnd(turn),
    [turn.exitCode === 0, `ended with ${turn.exitCode}`],
    [turn.output.includes(words), 'did not say the answer'],
  ]
}

function didEnd({ exitCode }: Turn): Check {
  return [exitCode !== null, 'did not end']
}

function firstFault(...checks: Check[]): Verdict {
  const [fault] = checks.filter(([holds]) => !holds)
  return fault ? { passed: false, why: fault[1] } : { passed: true, how: '' }
}
