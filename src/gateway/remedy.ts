import type { UpstreamFault } from '../base/errors.ts'
import { isPrivateHost } from '../base/hosts.ts'
import { settingOf } from '../providers/live.ts'
import { providerOf, variableOf } from '../providers/table.ts'
import { regionRefused } from '../wire/upstream-error.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './exhausted.ts'

/** What the operator can do about a failure that waiting does not mend, as sentences; `undefined` for any other. */
export function remedyFor(
  { endpoint, error }: Failure,
  { env, place }: Pick<Exchange, 'env' | 'place'>,
): string | undefined {
  const provider = providerOf(endpoint.provider)
  const { upstream } = error.details
  if (!provider || !upstream) return undefined
  const onPublicNetwork = place.network === 'public'

  if (upstream.code === regionRefused) {
    const refuses = `${provider.name} refuses requests from the country of this`
    if (!onPublicNetwork) return `${refuses} machine.`
    const centre = place.colo === null ? 'data centre' : `data centre (${place.colo})`
    return `${refuses} ${centre}. Run the gateway near another: set PLACEMENT, such as aws:us-east-1, then npm run deploy.`
  }

  if (provider.takesHeaders && isRedirect(upstream)) {
    const variable = variableOf(provider, 'HEADERS')
    return `${provider.name} sends requests elsewhere, as a tunnel does that asks for a login. Check ${variable}.`
  }

  const variable = variableOf(provider, 'BASE_URL')
  const baseUrl = settingOf(env, variable)
  if (onPublicNetwork && baseUrl !== undefined && isPrivateUrl(baseUrl) && isUnreached(upstream)) {
    return (
      `${variable} is an address of a private network, where a deployed gateway cannot reach it. ` +
      'Put a tunnel there and set its public address: see "A local model behind a deployed gateway" in docs/operating.md.'
    )
  }
  return undefined
}

function isPrivateUrl(text: string): boolean {
  return URL.canParse(text) && isPrivateHost(new URL(text).hostname)
}

function isRedirect({ status }: UpstreamFault): boolean {
  return status !== null && status >= 300 && status < 400
}

/** Nobody answered, or Cloudflare did in the host's place. */
function isUnreached({ status }: UpstreamFault): boolean {
  return status === null || status === 403 || status >= 520
}
