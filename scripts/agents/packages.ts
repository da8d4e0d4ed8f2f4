import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { root, run } from '../run.ts'

/** The agents, in the versions that the README's table was printed with. */
export const packages = {
  '@anthropic-ai/claude-code': '2.1.330',
  '@earendil-works/pi-coding-agent': '0.87.1',
  '@openai/codex': '0.169.0',
  cline: '3.0.65',
  'opencode-ai': '1.18.33',
} as const

/** Their binaries come inside packages for each system; these put the right one in its place. */
const allowScripts = { '@anthropic-ai/claude-code': true, cline: true, 'opencode-ai': true } as const

const folder = join(root, '.switchyard', 'agents')
const stamp = join(folder, 'node_modules', '.installed')

/** Where the programs of the agents are. They are large, so they are installed once, for who wants to run them. */
export async function installAgents(): Promise<string> {
  const programs = join(folder, 'node_modules', '.bin')
  const wanted = JSON.stringify({ private: true, dependencies: packages, allowScripts }, null, 2)
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return programs
  const npm = process.env['npm_execpath']
  if (npm === undefined)
    throw new Failure('The agents are not installed yet: start this as `npm run agents`.')
  console.log('Installing the agents, about 1.7 GB, once.')
  await mkdir(folder, { recursive: true })
  await rm(join(folder, 'package-lock.json'), { force: true })
  await writeFile(join(folder, 'package.json'), wanted)
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund']
  const installed = await run(npm, args, { cwd: folder })
  if (!installed.ok) throw new Failure(`npm could not install the agents:\n${installed.output}`)
  await writeFile(stamp, wanted)
  return programs
}
