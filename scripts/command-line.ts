import { GatewayError } from '../src/base/errors.ts'
import { understand } from './arguments.ts'
import { Failure, WrongUsage } from './failure.ts'
import { findGateway } from './find-gateway.ts'
import type { Gateway } from './management-client.ts'

/** One of the programs that `npm run` starts: `npm run key -- create friend`. */
export interface Command {
  name: string
  help: string
  /** The first one is meant where none is named. */
  verbs: Record<string, Verb>
}

export interface Verb {
  /** What must follow it, in words for people: `a name`. */
  takes?: readonly string[]
  options?: Record<string, OptionKind>
  run: (asked: Asked) => Promise<Report>
}

export type OptionKind = 'value' | 'flag'

/** By name; the value of a flag is empty. */
export type Options = Partial<Record<string, string>>

/** What a person asked for. */
export interface Asked {
  gateway: Gateway
  /** As many as the verb takes. */
  words: readonly string[]
  options: Options
}

/** What came of it: the API's JSON for machines, a text for people. */
export interface Report {
  json: unknown
  text: string
}

/** Runs a command with the arguments of this process, which then exits with 0, 1 for a failure, or 2 for wrong usage. */
export async function runCommand(command: Command): Promise<void> {
  try {
    const { verb, words, options } = understand(command, process.argv.slice(2), process.env)
    if (options['help'] !== undefined) return console.log(command.help)
    const gateway = await findGateway(options['url'], process.env)
    const report = await verb.run({ gateway, words, options })
    console.log(options['json'] === undefined ? report.text : JSON.stringify(report.json, null, 2))
  } catch (error) {
    // The second is what the source itself says of a wrong setting.
    if (!(error instanceof Failure || error instanceof GatewayError)) throw error
    const wrong = error instanceof WrongUsage
    console.error(wrong ? `${error.message}\nHelp: npm run ${command.name} -- --help` : error.message)
    process.exitCode = wrong ? 2 : 1
  }
}
