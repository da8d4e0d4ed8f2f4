import type { UsdNanos } from '../base/money.ts'
import { periodStarts, type LimitReset } from '../base/time.ts'
import type { KeyUsage } from './contract.ts'

/** What one key spent: ever, and in the last day, week and month it was charged in, each named by its first instant. */
export interface UsageWindows {
  day: number
  dayNanos: UsdNanos
  week: number
  weekNanos: UsdNanos
  month: number
  monthNanos: UsdNanos
  totalNanos: UsdNanos
}

export const noUsageWindows: UsageWindows = {
  day: 0,
  dayNanos: 0,
  week: 0,
  weekNanos: 0,
  month: 0,
  monthNanos: 0,
  totalNanos: 0,
}

/**
 * The windows after a charge to the periods of `admittedAtMs`. A newer period replaces the one kept; a charge that
 * comes too late for a period which has been replaced counts in the total only.
 */
export function charged(usage: UsageWindows, nanos: UsdNanos, admittedAtMs: number): UsageWindows {
  const { day, week, month } = periodStarts(admittedAtMs)
  return {
    day: Math.max(usage.day, day),
    dayNanos: spent(usage.dayNanos, usage.day, day, nanos),
    week: Math.max(usage.week, week),
    weekNanos: spent(usage.weekNanos, usage.week, week, nanos),
    month: Math.max(usage.month, month),
    monthNanos: spent(usage.monthNanos, usage.month, month, nanos),
    totalNanos: usage.totalNanos + nanos,
  }
}

/** What counts now: a window whose period is over has spent nothing. */
export function usageAt(usage: UsageWindows, nowMs: number): KeyUsage {
  const { day, week, month } = periodStarts(nowMs)
  return {
    totalNanos: usage.totalNanos,
    dailyNanos: usage.day === day ? usage.dayNanos : 0,
    weeklyNanos: usage.week === week ? usage.weekNanos : 0,
    monthlyNanos: usage.month === month ? usage.monthNanos : 0,
  }
}

/** What counts against a limit with the given reset. */
export function spentAgainst(usage: UsageWindows, reset: LimitReset | null, nowMs: number): UsdNanos {
  const { totalNanos, dailyNanos, weeklyNanos, monthlyNanos } = usageAt(usage, nowMs)
  switch (reset) {
    case null:
      return totalNanos
    case 'daily':
      return dailyNanos
    case 'weekly':
      return weeklyNanos
    case 'monthly':
      return monthlyNanos
  }
}

function spent(before: UsdNanos, kept: number, period: number, nanos: UsdNanos): UsdNanos {
  if (period < kept) return before
  return period === kept ? before + nanos : nanos
}
