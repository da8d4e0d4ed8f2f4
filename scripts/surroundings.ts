/**
 * What a program needs to know of the machine it runs on: where programs, homes and temporary files are, how to reach
 * a package registry. Nothing else of a person's environment is handed on, so that provider keys reach neither a test
 * nor a process that does not need them.
 */
const names = new Set([
  'ALL_PROXY',
  'APPDATA',
  'CI',
  'COLORTERM',
  'COMSPEC',
  'FORCE_COLOR',
  'HOME',
  'HOMEDRIVE',
  'HOMEPATH',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'LANG',
  'LOCALAPPDATA',
  'NODE_EXTRA_CA_CERTS',
  'NODE_COMPILE_CACHE',
  'NO_COLOR',
  'NO_PROXY',
  'NUMBER_OF_PROCESSORS',
  'PATH',
  'PATHEXT',
  'PROCESSOR_ARCHITECTURE',
  'PROGRAMDATA',
  'SSL_CERT_FILE',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TERM',
  'TMP',
  'TMPDIR',
  'TZ',
  'USER',
  'USERNAME',
  'USERPROFILE',
  'WINDIR',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
])

const prefixes = ['LC_', 'NPM_']

export type Environment = Record<string, string | undefined>

/** The part of an environment that describes the machine. */
export function surroundings(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => describesMachine(name)))
}

/** Takes everything else out of this process's own environment. */
export function forgetTheRest(): void {
  for (const name of Object.keys(process.env)) {
    if (!describesMachine(name)) delete process.env[name]
  }
}

/** Windows does not tell upper case from lower, and proxies are written both ways everywhere. */
function describesMachine(name: string): boolean {
  const upper = name.toUpperCase()
  return names.has(upper) || prefixes.some((prefix) => upper.startsWith(prefix))
}
