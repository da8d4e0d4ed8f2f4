import { parseArgs } from 'node:util'
import { openAccount } from './cloudflare.ts'
import { confirm } from './confirm.ts'
import { readProject } from './deploy-release.ts'
import { readSettings } from './deploy-settings.ts'
import { deployedWorker, findDatabase, findNamespace, remove, type Kind } from './deploy-worker.ts'
import { program } from './program.ts'

const usage = `Usage: npm run destroy -- [--confirm NAME]

Removes the gateway from your Cloudflare account, with everything it holds.

  --confirm NAME  answer the question with the name of the Worker`

interface Part {
  kind: Kind
  name: string
  holds: string
  path: string
}

/** `npm run destroy`: asks once, then removes what is there. Running it again removes what is left. */
async function destroy(given: string | undefined): Promise<void> {
  const settings = readSettings(process.env)
  const project = await readProject(process.env)
  const account = await openAccount(settings.cloudflare, project.accountId)
  const deployed = await deployedWorker(account, project)
  const database = await findDatabase(account, project, deployed)
  const namespaceId = await findNamespace(account, project, deployed)

  // The Worker first: what it is bound to may not go before it.
  const parts: Part[] = []
  if (deployed) {
    const holds = 'with the objects that hold balances and limits, and all its secrets'
    parts.push({
      kind: 'worker',
      name: `the Worker ${project.name}`,
      holds,
      path: `/workers/scripts/${project.name}?force=true`,
    })
  }
  if (database) {
    const holds = 'with accounts, keys, the ledger and the history'
    parts.push({
      kind: 'database',
      name: `the database ${database.name}`,
      holds,
      path: `/d1/database/${database.uuid}`,
    })
  }
  if (namespaceId !== undefined) {
    parts.push({
      kind: 'namespace',
      name: 'the cache',
      holds: namespaceId,
      path: `/storage/kv/namespaces/${namespaceId}`,
    })
  }
  if (parts.length === 0) return console.log(`Nothing of ${project.name} is deployed in this account.`)

  const list = parts.map(({ name, holds }) => `  ${name}, ${holds}`).join('\n')
  await confirm(`This removes, for good:\n${list}\n`, project.name, given)
  for (const { kind, name, path } of parts) {
    await remove(account, kind, path)
    console.log(`Removed ${name}.`)
  }
  console.log(afterwards)
}

const afterwards = `
Kept here: .switchyard/deployed/, with MASTER_KEY. A later deploy starts empty, with the same API key and management key.
For new ones, delete that folder first.`

const options = { confirm: { type: 'string' } } as const

await program(usage, (args) => destroy(parseArgs({ args, options }).values.confirm))
