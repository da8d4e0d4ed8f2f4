import { isPrivateHost } from '../base/hosts.ts'

/** Where the gateway runs, as far as a request shows it. */
export interface Place {
  /** `own`: a person's machine or network, for it is reached under a name that leads nowhere else. */
  network: 'own' | 'public'
  /** The data centre that took the request: `HKG`. */
  colo: string | null
}

export function placeOf({ url, cf }: Request): Place {
  if (isPrivateHost(new URL(url).hostname)) return { network: 'own', colo: null }
  const colo = cf && 'colo' in cf ? cf.colo : null
  return { network: 'public', colo: typeof colo === 'string' && /^[A-Z]{3}$/.test(colo) ? colo : null }
}
