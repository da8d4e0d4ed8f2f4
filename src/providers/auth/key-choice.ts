import { minuteMs } from '../../base/time.ts'

/** A key that its provider refuses is not drawn for so long, as long as there is another. */
const refusedForMs = 5 * minuteMs

/** Until when keys are not drawn, by the bindings that hold them, and by who refused which. */
const refusedCache = new WeakMap<object, Map<string, number>>()
const refusedMax = 1_000

/** The keys of a provider, and who is asked with them: what one refuses, another may take. */
export interface Keys {
  text: string
  host: string
}

interface Choice {
  key: string
  weight: number
}

/**
 * One of several keys of a provider: `first*3, second` gives the first to three requests of four. `random` is from 0
 * up to, and without, 1. A text without a comma is one key.
 */
export function chooseKey(env: object, keys: Keys, random: number, nowMs: number): string {
  const all = choicesOf(keys.text)
  const left = unrefused(env, keys, nowMs)
  const choices = left.length > 0 ? left : all
  let rest = random * choices.reduce((sum, { weight }) => sum + weight, 0)
  for (const { key, weight } of choices) {
    rest -= weight
    if (rest < 0) return key
  }
  return choices.at(-1)?.key ?? ''
}

/** Draws a key no more for a while for who refused it, and tells whether another one is left. */
export function setKeyAside(env: object, keys: Keys, key: string, nowMs: number): boolean {
  const refused = refusedCache.get(env) ?? new Map<string, number>()
  if (refused.size >= refusedMax) refused.clear()
  refusedCache.set(env, refused.set(`${keys.host} ${key}`, nowMs + refusedForMs))
  return unrefused(env, keys, nowMs).length > 0
}

function unrefused(env: object, { text, host }: Keys, nowMs: number): Choice[] {
  const refused = refusedCache.get(env)
  return choicesOf(text).filter(
    ({ key, weight }) => weight > 0 && nowMs >= (refused?.get(`${host} ${key}`) ?? 0),
  )
}

function choicesOf(text: string): Choice[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(weighed)
}

function weighed(entry: string): Choice {
  const [, key = entry, weight = '1'] = /^(.*?)(?:\s*\*\s*(\d{1,4}))?$/.exec(entry) ?? []
  return { key, weight: Number(weight) }
}
