import * as z from 'zod'
import { keyPrefix } from '../src/base/key-text.ts'
import { masterKeysOf } from '../src/base/master-key.ts'
import { limitsOf } from '../src/gateway/limits.ts'
import { providers, variables } from '../src/providers/table.ts'
import { Failure } from './failure.ts'
import { chosenVariables } from './secrets.ts'
import type { Environment } from './surroundings.ts'

/** What a person may set for the Worker, here and deployed: of all variables of a machine, no others reach it. */
export const workerVariables: readonly string[] = [
  ...providers.flatMap(variables),
  'CATALOGUE_HOSTS',
  'CATALOGUE_MINUTES',
  'CATALOGUE_URL',
  'KEY_PREFIX',
  'LIMITS',
  'MASTER_KEY_PREVIOUS',
  'SIMULATOR',
]

/** Those that are set; with one that is wrong a Worker would refuse every request, so it is refused before. */
export function chosenForWorker(environment: Environment, file: string): Record<string, string> {
  const chosen = chosenVariables(workerVariables, environment, file)
  limitsOf(chosen)
  keyPrefix(chosen['KEY_PREFIX'])
  masterKeysOf({ MASTER_KEY: '', MASTER_KEY_PREVIOUS: chosen['MASTER_KEY_PREVIOUS'] })
  for (const [name, value] of Object.entries(chosen)) {
    const form = forms.find(({ ending }) => name.endsWith(ending))
    if (form && value.trim() !== '' && !form.fits(value)) {
      throw new Failure(`${name} is not ${form.says}. Correct it, or leave it out.`)
    }
  }
  return chosen
}

const headers = z.record(z.string(), z.string())

const forms = [
  {
    ending: '_BASE_URL',
    says: 'an address such as https://ai.example.com/v1',
    fits: (text: string) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''),
  },
  {
    ending: '_HEADERS',
    says: 'JSON such as {"X-Name": "value"}',
    fits: (text: string) => headers.safeParse(jsonOf(text)).success,
  },
]

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
