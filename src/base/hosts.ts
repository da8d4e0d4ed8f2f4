const suffixes = /\.(?:localhost|local|internal|lan|home\.arpa)$/
const ipv4 = /^\d+\.\d+\.\d+\.\d+$/
const privateIpv4 =
  /^(?:0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./
const privateIpv6 = /^\[(?:::1?|::ffff:.*|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$/

/** Whether a host, as `URL` gives it, is on this machine or in a private network, where no public network leads. */
export function isPrivateHost(hostname: string): boolean {
  if (ipv4.test(hostname)) return privateIpv4.test(hostname)
  if (hostname.startsWith('[')) return privateIpv6.test(hostname)
  const name = hostname.replace(/\.$/, '')
  return !name.includes('.') || suffixes.test(name)
}
