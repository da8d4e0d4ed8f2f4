import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../test/support/harness.ts'
import { agents, type Agent, type Target } from './agents/agents.ts'
import { installAgents, packages } from './agents/packages.ts'
import { trials, type Verdict } from './agents/trials.ts'
import { removeHome, takeTurn, type Home } from './agents/turn.ts'
import { startUpstream, type Upstream } from './agents/upstream.ts'
import { Failure } from './failure.ts'
import { program } from './program.ts'
import { forgetTheRest } from './surroundings.ts'

const usage = `npm run agents [-- NAME ...]

Coding agents, unmodified, through a gateway of this machine to a scripted provider: each answers in words, edits a file
with its own tools, meets a provider that is overloaded at first, and one that breaks off. Prints a table, and what went
wrong below it. The agents, about 1.7 GB, are installed below .switchyard/ at the first run.

Agents: ${agents.map(({ program: name }) => name).join(', ')}. Default: all of them.`

/** A model whose provider speaks Anthropic's format, and one whose provider speaks OpenAI's two. */
const models = ['anthropic/claude-sonnet-4.5', 'openai/gpt-5.1'] as const

/** An agent with a model, and what came of each trial. */
interface Row {
  agent: Agent
  model: string
  verdicts: (Verdict & { output: string })[]
}

await program(usage, async (names) => {
  const chosen = choose(names)
  const programs = await installAgents()
  forgetTheRest()
  const upstream = await startUpstream()
  try {
    const rows = await throughGateway(chosen, upstream, programs)
    console.log(`\n${markdown(rows)}\n`)
    report(rows)
  } finally {
    await upstream.close()
  }
})

function choose(names: readonly string[]): readonly Agent[] {
  if (names.length === 0) return agents
  const known = agents.map((agent) => agent.program)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Failure(`${unknown} is none of ${known.join(', ')}.`)
  return agents.filter((agent) => names.includes(agent.program))
}

async function throughGateway(
  chosen: readonly Agent[],
  upstream: Upstream,
  programs: string,
): Promise<Row[]> {
  const gateway = await startGateway({
    variables: {
      ANTHROPIC_API_KEY: 'key-of-the-operator',
      ANTHROPIC_BASE_URL: `${upstream.url}/v1`,
      OPENAI_API_KEY: 'key-of-the-operator',
      OPENAI_BASE_URL: `${upstream.url}/v1`,
    },
  })
  const rows: Row[] = []
  try {
    await gateway.manage('/credits', { amount: 10, kind: 'grant', reference: 'agents' })
    for (const agent of chosen) {
      for (const model of models) {
        const target = { origin: gateway.url, model, key: gateway.keys.inference }
        rows.push(await tryAgent(agent, target, { upstream, programs }))
      }
    }
    return rows
  } finally {
    await gateway.stop()
  }
}

/** One after the other: the provider plays one script at a time. */
async function tryAgent(
  agent: Agent,
  target: Target,
  { upstream, programs }: { upstream: Upstream; programs: string },
): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-agent-'))
  const home: Home = { folder, file: join(folder, 'project', 'colour.txt'), programs }
  const verdicts: Row['verdicts'] = []
  try {
    for (const trial of trials) {
      upstream.begin(trial.play(agent, home.file))
      const turn = await takeTurn(agent, target, home, trial.prompt)
      const verdict = trial.judge(turn, upstream.seen())
      verdicts.push({ ...verdict, output: turn.output })
      console.log(
        `${verdict.passed ? '✓' : '✗'} ${agent.name}, ${target.model}: ${trial.name}${after(verdict)}`,
      )
    }
  } finally {
    await removeHome(home)
  }
  return { agent, model: target.model, verdicts }
}

function after(verdict: Verdict): string {
  const note = verdict.passed ? verdict.how : verdict.why
  return note === '' ? '' : `, ${note}`
}

function markdown(rows: readonly Row[]): string {
  const head = ['agent', 'version', 'speaks', 'model', ...trials.map(({ name }) => name)]
  const lines = rows.map(({ agent, model, verdicts }) => [
    agent.name,
    packages[agent.package],
    agent.speaks,
    `\`${model}\``,
    ...verdicts.map((verdict) => (verdict.passed ? 'passes' : 'fails') + after(verdict)),
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function report(rows: readonly Row[]): void {
  const failed = rows.flatMap(({ agent, model, verdicts }) =>
    verdicts.flatMap(({ passed, output }, index) =>
      passed ? [] : [`${agent.name}, ${model}, ${trials[index]?.name ?? ''}:\n${output.slice(-3_000)}`],
    ),
  )
  for (const text of failed) console.log(`${text}\n`)
  const total = rows.flatMap(({ verdicts }) => verdicts).length
  console.log(`${total - failed.length} passed, ${failed.length} failed`)
  process.exitCode = failed.length === 0 ? 0 : 1
}
