/** What follows a provider's slug in the name of a variable: no other variable reaches a provider. */
const suffixes = [
  'API_KEY',
  'BASE_URL',
  'CHAT_BASE_URL',
  'RESPONSES_BASE_URL',
  'ANTHROPIC_BASE_URL',
  'GOOGLE_BASE_URL',
  'CONVERSE_BASE_URL',
  'COHERE_BASE_URL',
  'EMBEDDINGS_BASE_URL',
  'HEADERS',
  'REGION',
  'PROJECT',
  'RESOURCE',
  'ACCOUNT',
  'SERVICE_ACCOUNT',
  'ACCESS_KEY_ID',
  'SECRET_ACCESS_KEY',
  'SESSION_TOKEN',
  'API_VERSION',
] as const

export type Suffix = (typeof suffixes)[number]

export type ProviderVariable = `${string}_${Suffix}`

/** `together-ai` and `API_KEY` make `TOGETHER_AI_API_KEY`. */
export function variableName(slug: string, suffix: Suffix): ProviderVariable {
  return `${slug.toUpperCase().replaceAll('-', '_')}_${suffix}`
}

const placeholder = /\{([A-Z_]+)(?::([^}]*))?\}/g

/** A variable of one provider. */
export type Setting = (suffix: Suffix) => string | undefined

/** An address with names of variables in braces, or what makes one of variables. */
export type Address = string | ((setting: Setting) => string)

/** The names in braces in an address, with their defaults. */
export function placeholders(address: Address): { suffix: Suffix; otherwise: string | undefined }[] {
  if (typeof address === 'function') return []
  return [...address.matchAll(placeholder)].map(([, name, otherwise]) => ({
    suffix: suffixOf(name),
    otherwise,
  }))
}

/** The address with its placeholders filled; each value may hold what a host name or a path segment may. */
export function fill(address: Address, setting: Setting): string {
  if (typeof address === 'function') return address(setting)
  return address.replaceAll(placeholder, (_, name: string, otherwise: string | undefined) => {
    const value = setting(suffixOf(name)) ?? otherwise ?? ''
    return /^[\w.-]+$/.test(value) ? value : ''
  })
}

function suffixOf(name: string | undefined): Suffix {
  const suffix = suffixes.find((each) => each === name)
  if (!suffix) throw new Error(`${name} is no suffix of a variable`)
  return suffix
}
