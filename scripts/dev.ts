import type { ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { rootKeys } from '../src/base/key-text.ts'
import { curlLine } from './curl.ts'
import { Failure } from './failure.ts'
import { program } from './program.ts'
import { root } from './run.ts'
import { masterKey, writeEnvFile } from './secrets.ts'
import { chosenForWorker } from './variables.ts'
import { welcome } from './welcome.ts'
import { migrate, ready, serve } from './wrangler.ts'

const usage = `Usage: npm run dev -- [--port N]

  --port N  listen on this port instead of 8787`

const secretsFolder = join(root, '.switchyard')
const dataFolder = join(root, '.wrangler', 'state')

/** `npm run dev`: the gateway on this machine, with its keys, its history and, at the first start, its first credit. */
async function dev(port: number): Promise<void> {
  await claim(port)
  const secret = masterKey(secretsFolder)
  const chosen = chosenForWorker(process.env, join(root, '.dev.vars'))
  const keys = await rootKeys(secret, chosen['KEY_PREFIX'])
  const envFile = writeEnvFile(secretsFolder, { MASTER_KEY: secret, ...chosen })

  const migrated = await migrate(dataFolder)
  if (!migrated.ok) {
    throw new Failure(`The local database could not be brought up to date.\n${migrated.output}`)
  }

  const server = serve(port, envFile, dataFolder)
  endTogether(server)
  const origin = `http://localhost:${port}`
  try {
    const answered = await ready(origin)
    if (!answered) throw new Failure(`The gateway does not answer at ${origin}/healthz.`)
    const { gateway, apiKey, managementKey, curl } = await welcome({ origin, isLocal: true, keys })
    console.log([gateway, apiKey, managementKey, '', curlLine(curl)].join('\n'))
  } catch (error) {
    server.kill('SIGTERM')
    throw error
  }
}

function portOf(values: { port?: string }): number {
  const port = Number(values.port ?? 8787)
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port
  throw new Failure(`--port ${values.port}: a port is a number from 1 to 65535.\n\n${usage}`)
}

/** Fails while another program listens on the port, under either address that `localhost` stands for. */
async function claim(port: number): Promise<void> {
  for (const host of ['127.0.0.1', '::1']) {
    const code = await bindingError(port, host)
    if (code === 'EADDRINUSE') {
      const other = port === 8787 ? 8788 : 8787
      throw new Failure(`Port ${port} is busy. Choose another: npm run dev -- --port ${other}`)
    }
    if (code === 'EACCES') throw new Failure(`Port ${port} needs more rights. Choose one above 1023.`)
  }
}

/** The code of the error that listening there would give; a machine without IPv6 gives one that does not matter. */
async function bindingError(port: number, host: string): Promise<string | undefined> {
  const probe = createServer()
  const code = Promise.withResolvers<string | undefined>()
  probe.once('error', (error: NodeJS.ErrnoException) => code.resolve(error.code))
  probe.listen(port, host, () => probe.close(() => code.resolve(undefined)))
  return await code.promise
}

/** Ends with the server, and the server with us, so that nothing is left listening. */
function endTogether(server: ChildProcess): void {
  let asked = false
  const stop = () => {
    asked = true
    server.kill('SIGTERM')
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  // A signal to npm ends npm and the shell between it and us, but does not come through.
  const parent = process.ppid
  const fromNpm = process.env['npm_lifecycle_event'] !== undefined
  if (fromNpm) setInterval(() => process.ppid !== parent && stop(), 500).unref()
  server.once('exit', () => process.exit(asked ? 0 : 1))
}

await program(usage, (args) => dev(portOf(parseArgs({ args, options: { port: { type: 'string' } } }).values)))
