import { parseArgs } from 'node:util'
import { nanosMax, nanosPerUsd, parseUsd } from '../src/base/money.ts'
import type { Command, OptionKind, Options, Verb } from './command-line.ts'
import { WrongUsage } from './failure.ts'
import type { Environment } from './surroundings.ts'
import { didYouMean } from './words.ts'

/** What a command line asks for: the verb, what must follow it, and the options. */
interface Understood {
  verb: Verb
  words: string[]
  options: Options
}

const ofEveryVerb: Record<string, OptionKind> = { help: 'flag', json: 'flag', url: 'value' }

/** Reads a command line; throws WrongUsage where it is not one of the command's. */
export function understand(command: Command, args: string[], environment: Environment): Understood {
  const ofAnyVerb = Object.values(command.verbs).flatMap((verb) => Object.entries(verb.options ?? {}))
  const kinds = { ...ofEveryVerb, ...Object.fromEntries(ofAnyVerb) }
  const { words, options } = read(args, kinds)
  refuseKeptByNpm(command.name, Object.keys(kinds), environment)

  const [name = Object.keys(command.verbs)[0] ?? '', ...rest] = words
  const verb = Object.hasOwn(command.verbs, name) ? command.verbs[name] : undefined
  if (!verb) {
    const names = Object.keys(command.verbs)
    throw new WrongUsage(
      `npm run ${command.name} knows ${names.join(', ')}, not ${name}.${didYouMean(name, names)}`,
    )
  }
  // Help is given whatever else is missing.
  if (options['help'] === undefined) {
    const foreign = Object.keys(options).find(
      (option) => !Object.hasOwn({ ...ofEveryVerb, ...verb.options }, option),
    )
    if (foreign !== undefined) throw new WrongUsage(`${name} has no option --${foreign}.`)
    refuseWords(name, verb.takes ?? [], rest)
  }
  return { verb, words: rest, options }
}

/** An amount of dollars, checked digit by digit and handed on as it was written. */
export function amountOf(text = '', where = ''): string {
  const nanos = parseUsd(text)
  if (nanos !== undefined && nanos >= 0) return text
  const usdMax = nanosMax / nanosPerUsd
  if (Number(text) > usdMax)
    throw new WrongUsage(`${where}${text}: write an amount of at most ${usdMax} dollars.`)
  throw new WrongUsage(`${where}${text}: write an amount of dollars, such as 5 or 0.25.`)
}

/** The value of an option that is one of a few words. */
export function choice(options: Options, name: string, choices: readonly string[]): string | undefined {
  const value = options[name]
  if (value === undefined || choices.includes(value)) return value
  throw new WrongUsage(`--${name} ${value}: choose ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}.`)
}

/** The value of an option that is a whole number above zero. */
export function wholeNumber(options: Options, name: string): number | undefined {
  const value = options[name]
  if (value === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value)
  throw new WrongUsage(`--${name} ${value}: write a whole number above 0.`)
}

/** The words and options of a command line, whichever verb they belong to. */
function read(args: string[], kinds: Record<string, OptionKind>): { words: string[]; options: Options } {
  const config = Object.entries(kinds).map(
    ([name, kind]) => [name, { type: kind === 'flag' ? 'boolean' : 'string' }] as const,
  )
  const { tokens } = parseArgs({ args, options: Object.fromEntries(config), strict: false, tokens: true })
  const words: string[] = []
  const options: Options = {}
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName, value, inlineValue } = token
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    if (!kind) {
      const near = didYouMean(name, Object.keys(kinds), '--')
      const advice = /^\d/.test(name) ? ' An amount is written without a minus.' : near
      throw new WrongUsage(`Unknown option ${rawName}.${advice}`)
    }
    // `--limit --json` forgot the amount; a value that does begin with a dash is written `--limit=-x`.
    const missing = value === undefined || value === '' || (!inlineValue && value.startsWith('-'))
    if (kind === 'value' && missing) throw new WrongUsage(`${rawName} needs a value after it.`)
    if (kind === 'flag' && value !== undefined) throw new WrongUsage(`${rawName} takes no value.`)
    options[name] = value ?? ''
  }
  return { words, options }
}

/** Without `--`, npm keeps options for itself, and a key would be made without its limit. */
function refuseKeptByNpm(command: string, names: string[], environment: Environment): void {
  if (environment['npm_lifecycle_event'] !== command) return
  const kept = names.find((name) => environment[`npm_config_${name.replaceAll('-', '_')}`] !== undefined)
  if (kept === undefined) return
  throw new WrongUsage(`npm kept --${kept} for itself. Write -- first: npm run ${command} -- …`)
}

function refuseWords(verb: string, takes: readonly string[], words: readonly string[]): void {
  const missing = takes[words.length]
  if (missing !== undefined) throw new WrongUsage(`${verb} needs ${missing}.`)
  const extra = words[takes.length]
  if (extra === undefined) return
  const wanted = takes.length === 0 ? 'nothing' : takes.join(' and ')
  throw new WrongUsage(
    `${verb} takes ${wanted}: what is ${JSON.stringify(extra)}? Quote a name that has spaces.`,
  )
}
