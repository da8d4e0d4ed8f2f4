import { toUsd } from '../base/money.ts'
import type { LimitReset } from '../base/time.ts'
import type { Balance, KeyUsage } from '../ledger/contract.ts'
import { routingObject } from './routing-settings.ts'

/** A row of the table `keys`. */
export interface KeyRecord {
  hash: string
  account_id: string
  name: string
  label: string
  class: 'inference' | 'management'
  disabled: number
  limit_nanos: number | null
  limit_reset: LimitReset | null
  include_byok_in_limit: number
  requests_per_minute: number | null
  requests_per_day: number | null
  concurrent_requests: number | null
  /** JSON: RoutingSettings. */
  routing: string
  expires_at: number | null
  version: number
  created_at: number
  updated_at: number | null
  deleted_at: number | null
}

/** A key as the management routes show it. */
export function keyObject(record: KeyRecord, usage: KeyUsage): object {
  return {
    hash: record.hash,
    name: record.name,
    disabled: record.disabled === 1,
    ...spendingOf(record, usage),
    routing: routingObject(record.routing),
    creator_user_id: null,
    external_user: null,
    workspace_id: record.account_id,
    created_at: new Date(record.created_at).toISOString(),
    updated_at: isoOrNull(record.updated_at),
  }
}

/** What a key is told of itself (`GET /key`). */
export function ownKeyObject(record: KeyRecord, usage: KeyUsage, balance: Balance): object {
  const isManagementKey = record.class === 'management'
  return {
    ...spendingOf(record, usage),
    is_free_tier: !balance.purchased && !balance.unlimited,
    is_management_key: isManagementKey,
    is_provisioning_key: isManagementKey,
    creator_user_id: null,
    organization_id: null,
    workspace_id: record.account_id,
    allowed_data_regions: ['global'],
    free_model_daily_requests: freeRequestsOf(balance),
    rate_limit: { requests: -1, interval: '10s', note: 'This field is deprecated and safe to ignore.' },
  }
}

/** All keys of an account share them; -1 says "no limit". */
function freeRequestsOf({ freeRequests }: Balance): object {
  if (!freeRequests) return { limit: -1, remaining: -1, used: 0 }
  const { limit, used } = freeRequests
  return { limit, remaining: Math.max(0, limit - used), used }
}

function spendingOf(record: KeyRecord, usage: KeyUsage): object {
  const { limit_nanos: limit } = record
  return {
    label: record.label,
    limit: limit === null ? null : toUsd(limit),
    limit_remaining: limit === null ? null : toUsd(Math.max(0, limit - spentInPeriod(record, usage))),
    limit_reset: record.limit_reset,
    include_byok_in_limit: record.include_byok_in_limit === 1,
    usage: toUsd(usage.totalNanos),
    usage_daily: toUsd(usage.dailyNanos),
    usage_weekly: toUsd(usage.weeklyNanos),
    usage_monthly: toUsd(usage.monthlyNanos),
    byok_usage: 0,
    byok_usage_daily: 0,
    byok_usage_weekly: 0,
    byok_usage_monthly: 0,
    requests_per_minute: record.requests_per_minute,
    requests_per_day: record.requests_per_day,
    concurrent_requests: record.concurrent_requests,
    expires_at: isoOrNull(record.expires_at),
  }
}

function spentInPeriod(record: KeyRecord, usage: KeyUsage): number {
  switch (record.limit_reset) {
    case 'daily':
      return usage.dailyNanos
    case 'weekly':
      return usage.weeklyNanos
    case 'monthly':
      return usage.monthlyNanos
    case null:
      return usage.totalNanos
  }
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
