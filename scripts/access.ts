/** A service token of Cloudflare Access, for a gateway that has a login in front of it. */
export const accessVariables = ['CF_ACCESS_CLIENT_ID', 'CF_ACCESS_CLIENT_SECRET'] as const

/** What the login wants to see. */
export function accessHeaders(variables: Record<string, string>): Record<string, string> {
  const { CF_ACCESS_CLIENT_ID: id, CF_ACCESS_CLIENT_SECRET: secret } = variables
  return id && secret ? { 'cf-access-client-id': id, 'cf-access-client-secret': secret } : {}
}
