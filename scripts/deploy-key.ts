import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Failure } from './failure.ts'
import { root } from './run.ts'
import { deploymentFolder, keptMasterKey, masterKeyFile, writePrivate } from './secrets.ts'

/** What is known of the one secret, and what of it must be uploaded. */
export interface MasterKey {
  /** On the Worker alone it cannot be read. */
  where: 'here' | 'worker' | 'nowhere'
  /** Absent where it is not here. */
  text: string | undefined
  /** Secrets that the next upload sets. */
  sends: Record<string, string>
  /** What the person should know at the end. */
  advice: string | undefined
  /** To be called when the upload has been taken. */
  keep: () => void
}

interface Situation {
  /** MASTER_KEY as the environment has it. */
  given: string | undefined
  /** Whether the Worker has one, which cannot be read back. */
  deployed: boolean
  /** Where nothing that is written outlives the run. */
  inCi: boolean
}

const path = join(deploymentFolder, masterKeyFile)
const nextPath = `${path}.next`
const shown = relative(root, path)

/** The key of this deployment. A secret that is on the Worker is never overwritten here. */
export function deploymentKey({ given, deployed, inCi }: Situation): MasterKey {
  if (existsSync(nextPath)) {
    throw new Failure(
      'A rotation of MASTER_KEY has begun and not ended. Finish it: npm run deploy -- --rotate',
    )
  }
  const atHand = keyAtHand(given)
  const elsewhere = { text: undefined, sends: {}, keep: () => {} }
  if (atHand === undefined && deployed) return { ...elsewhere, where: 'worker', advice: adviceElsewhere }
  if (atHand === undefined && inCi) return { ...elsewhere, where: 'nowhere', advice: adviceInCi }
  const text = atHand ?? keptMasterKey(path)
  return {
    where: 'here',
    text,
    sends: deployed ? {} : { MASTER_KEY: text },
    advice: undefined,
    keep: () => {},
  }
}

/** A new key in place of the deployed one, which goes along where it is at hand, so that people's keys stay valid. */
export function rotatedKey({ given, deployed }: Situation): MasterKey {
  if (!deployed) throw new Failure('The Worker has no MASTER_KEY to rotate. `npm run deploy` gives it one.')
  if (given !== undefined) {
    throw new Failure(
      `Take MASTER_KEY out of the environment and ${envFile}: --rotate keeps the new one in ${shown}.`,
    )
  }
  const previous = keyAtHand(undefined)
  // Written before the upload, and found again by a run after a crash: whatever the Worker holds is at hand.
  const text = keptMasterKey(nextPath)
  return {
    where: 'here',
    text,
    sends: { MASTER_KEY: text, ...(previous !== undefined && { MASTER_KEY_PREVIOUS: previous }) },
    advice: previous === undefined ? undefined : adviceRotated,
    keep: () => {
      if (previous !== undefined) writePrivate(`${path}.previous`, `${previous}\n`)
      renameSync(nextPath, path)
    },
  }
}

/** What a rotation takes from people who have keys; `undefined` where it takes nothing, or has been agreed to. */
export function lossByRotation(hasPrevious: boolean): string | undefined {
  if (existsSync(nextPath)) return undefined
  if (!existsSync(path)) return lossOfAllKeys
  return hasPrevious ? lossOfOlderKeys : undefined
}

const lossOfAllKeys = `The former MASTER_KEY is not here, so every key made under it stops working at once: the API key, the management key
and every key that was given to anybody. Accounts, balances and history stay.`

const lossOfOlderKeys = `MASTER_KEY was rotated before, and only one former key goes along: keys that were made before that rotation stop
working at once. Accounts, balances and history stay.`

function keyAtHand(given: string | undefined): string | undefined {
  if (!existsSync(path)) return given
  const kept = readFileSync(path, 'utf8').trim()
  if (given !== undefined && given !== kept) {
    throw new Failure(
      `MASTER_KEY is not the one in ${shown}. Take one of them away: they would make different keys.`,
    )
  }
  return keptMasterKey(path)
}

const envFile = '.env.production'

const adviceElsewhere = `The Worker keeps its MASTER_KEY. Cloudflare does not show it again, and ${shown} is not here, so its keys cannot be
printed and no credit was given. Copy that file from where the gateway was first deployed, or set MASTER_KEY in
${envFile}. If it is lost, make a new one: npm run deploy -- --rotate`

const adviceInCi = `The Worker has no MASTER_KEY, and what is made here would be lost with this machine: until it has one, it answers 503.
Make one with \`openssl rand -hex 32\`, keep a copy, and set it: npx wrangler secret put MASTER_KEY`

const adviceRotated = `Keys that people have go on working. The API key and the management key above are new, and the former two no longer
work. When nobody uses a key from before: npx wrangler secret delete MASTER_KEY_PREVIOUS`
