/** The longest a provider is believed when it says how long to stay away, seconds. */
const hintMax = 120

/**
 * How long a provider asks to be left alone, in whole seconds from 0 to 120, in whichever way it says so; `undefined`
 * where it does not, or says nothing readable. Who refuses the request itself asks nobody to wait, whatever its headers
 * say of limits: they are on every answer. `toldInBody` counts where no header says more.
 */
export function retryHint(
  { status, headers }: Response,
  nowMs: number,
  toldInBody?: number,
): number | undefined {
  if (status !== 429 && status < 500) return undefined
  const candidates = [
    milliseconds(headers.get('retry-after-ms')),
    seconds(headers.get('retry-after')) ?? untilDate(headers.get('retry-after'), nowMs),
    status === 429 ? longest(...['requests', 'tokens'].map((each) => reset(headers, each))) : undefined,
    longest(
      ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map((each) => refill(headers, each, nowMs)),
    ),
    toldInBody,
  ]
  const hint = candidates.find((candidate) => candidate !== undefined)
  return hint === undefined ? undefined : Math.min(hintMax, Math.max(0, Math.ceil(hint)))
}

function seconds(text: string | null): number | undefined {
  return text !== null && /^\s*-?\d+(\.\d+)?(e\d+)?\s*$/i.test(text) ? Number(text) : undefined
}

function milliseconds(text: string | null): number | undefined {
  const value = seconds(text)
  return value === undefined ? undefined : value / 1_000
}

function untilDate(text: string | null, nowMs: number): number | undefined {
  // Without the comma of an HTTP date, `Date.parse` sees dates in many texts.
  const date = text !== null && /^\w{3}, /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : (date - nowMs) / 1_000
}

/** `1.2s`, `6m0s`, `120ms`, as OpenAI and Groq write them. */
function duration(text: string | null): number | undefined {
  const match = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(text ?? '')
  if (!match || match[0] === '') return undefined
  const [, hours = 0, minutes = 0, secs = 0, millis = 0] = match
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(secs) + Number(millis) / 1_000
}

/** When one of the limits of OpenAI's kind is full again, unless something of it is left. */
function reset(headers: Headers, limit: string): number | undefined {
  const left = headers.get(`x-ratelimit-remaining-${limit}`) ?? '0'
  return left === '0' ? duration(headers.get(`x-ratelimit-reset-${limit}`)) : undefined
}

/** When one of Anthropic's limits is full again, where nothing of it is left. */
function refill(headers: Headers, limit: string, nowMs: number): number | undefined {
  const left = headers.get(`anthropic-ratelimit-${limit}-remaining`)
  const date = Date.parse(headers.get(`anthropic-ratelimit-${limit}-reset`) ?? '')
  return left === '0' && !Number.isNaN(date) ? (date - nowMs) / 1_000 : undefined
}

function longest(...durations: (number | undefined)[]): number | undefined {
  const told = durations.filter((value) => value !== undefined)
  return told.length === 0 ? undefined : Math.max(...told)
}
