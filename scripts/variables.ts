import { providers, variables } from '../src/providers/table.ts'

/** What a person may set for the Worker, here and deployed: of all variables of a machine, no others reach it. */
export const workerVariables: readonly string[] = [
  ...providers.flatMap(variables),
  'KEY_PREFIX',
  'LIMITS',
  'MASTER_KEY_PREVIOUS',
  'SIMULATOR',
]
