export const secondMs = 1_000
export const minuteMs = 60_000
export const hourMs = 3_600_000
export const dayMs = 86_400_000

/** How a key's spending limit starts anew, always at 00:00 UTC: each day, each Monday, each first of a month. */
export type LimitReset = 'daily' | 'weekly' | 'monthly'

/** First instants of the UTC day, week (from Monday) and month that hold `nowMs`, in Unix milliseconds. */
export function periodStarts(nowMs: number): { day: number; week: number; month: number } {
  const day = Math.floor(nowMs / dayMs) * dayMs
  const date = new Date(day)
  const sinceMonday = (date.getUTCDay() + 6) % 7
  return {
    day,
    week: day - sinceMonday * dayMs,
    month: Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1),
  }
}
