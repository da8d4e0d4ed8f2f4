import type { DataPolicy } from './model.ts'

/** Of a provider that has published nothing we know of. */
const unknown: DataPolicy = { training: true, retains: true, retentionDays: null }

/** What a provider's published policy says of what it is sent. */
export function dataPolicyOf(_provider: string): DataPolicy {
  return unknown
}
