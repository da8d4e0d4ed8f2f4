import { GatewayError } from '../src/base/errors.ts'
import { Failure } from './failure.ts'

/** Runs what this process was started for. What a person can do something about is shown without a stack. */
export async function program(usage: string, work: (args: string[]) => Promise<void>): Promise<void> {
  const args = process.argv.slice(2)
  if (args.includes('--help')) return console.log(usage)
  try {
    await work(args)
  } catch (error) {
    console.error(plain(error, usage) ?? error)
    process.exitCode = 1
  }
}

/** What is to be said of an error that is no fault of ours: a variable that the Worker would refuse is one. */
function plain(error: unknown, usage: string): string | undefined {
  if (error instanceof Failure || error instanceof GatewayError) return error.message
  const isOfParser =
    error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  return isOfParser ? `${error.message}\n\n${usage}` : undefined
}
