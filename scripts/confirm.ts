import { createInterface } from 'node:readline/promises'
import { Failure } from './failure.ts'

/** Goes on only when the person has typed the name, here or after `--confirm`. */
export async function confirm(warning: string, name: string, given: string | undefined): Promise<void> {
  console.log(warning)
  const typed = given ?? (await answerTo(`Type ${name} to go on: `))
  if (typed.trim() === name) return
  throw new Failure(`Nothing was done. To go on without being asked: --confirm ${name}`)
}

/** Empty where nobody is there to answer. */
async function answerTo(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    return await Promise.race([terminal.question(question), closed])
  } finally {
    terminal.close()
  }
}
