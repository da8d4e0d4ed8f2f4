const suffixes = /\.(?:localhost|local|internal|intranet|lan|home|corp|private|home\.arpa)$/
const ipv4 = /^\d+\.\d+\.\d+\.\d+$/
const privateIpv4 =
  /^(?:0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./
const privateIpv6 = /^\[(?:::1?|::ffff:.*|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$/

/** Whether a host, as `URL` gives it, is on this machine or in a private network, where no public network leads. */
export function isPrivateHost(hostname: string): boolean {
  if (ipv4.test(hostname)) return privateIpv4.test(hostname)
  if (hostname.startsWith('[')) return privateIpv6.test(hostname)
  const name = hostname.replace(/\.+$/, '')
  return !name.includes('.') || suffixes.test(name)
}

/**
 * Whether a host, as `URL` gives it, is a name of the public internet. `URL` has by then made every spelling of an IPv4
 * address (`2130706433`, `0x7f.1`, `①②⑦.0.0.1`) the one with four numbers; no address is a name, whatever it leads to.
 */
export function isPublicHost(hostname: string): boolean {
  return !hostname.startsWith('[') && !ipv4.test(hostname) && !isPrivateHost(hostname)
}

/** Whether an address may be asked: a public one over https, or at a host that its operator approved. */
export function mayBeAsked(url: URL, approved: string | undefined): boolean {
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false
  if (namesHost(approved, url)) return /^https?:$/.test(url.protocol)
  return url.protocol === 'https:' && isPublicHost(url.hostname)
}

/** Whether a list of hosts, by comma, names the one of an address, with its port or for every port. */
export function namesHost(list: string | undefined, { host, hostname }: URL): boolean {
  return (list ?? '').split(',').some((each) => [host, hostname].includes(each.trim().toLowerCase()))
}
