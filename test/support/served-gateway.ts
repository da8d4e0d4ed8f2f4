import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootKeys } from '../../src/base/key-text.ts'
import { masterKey, writeEnvFile } from '../../scripts/secrets.ts'
import { welcome } from '../../scripts/welcome.ts'
import { migrate, ready, serve } from '../../scripts/wrangler.ts'
import { freePort } from './free-port.ts'

/** A gateway as `npm run dev` starts it, static files included, with an own folder for what it keeps. */
export interface ServedGateway {
  /** `http://localhost:40123`. */
  origin: string
  keys: { inference: string; management: string }
  stop: () => Promise<void>
}

/** Starts one on a free port, with credit on its default account. */
export async function serveGateway(variables: Record<string, string>): Promise<ServedGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-served-'))
  const secret = masterKey(folder)
  const envFile = writeEnvFile(folder, { MASTER_KEY: secret, ...variables })
  const migrated = await migrate(folder)
  if (!migrated.ok) throw new Error(migrated.output)
  const port = await freePort()
  const server = serve(port, envFile, folder)
  const origin = `http://localhost:${port}`
  const keys = await rootKeys(secret)
  const stop = async () => {
    server.kill('SIGTERM')
    if (server.exitCode === null) await once(server, 'exit')
    rmSync(folder, { recursive: true, maxRetries: 5 })
  }
  try {
    if (!(await ready(origin))) throw new Error('the gateway did not start')
    await welcome({ origin, isLocal: true, keys })
  } catch (error) {
    await stop()
    throw error
  }
  return { origin, keys, stop }
}
