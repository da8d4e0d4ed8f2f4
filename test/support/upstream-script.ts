import * as z from 'zod'

/**
 * What the fault-injecting upstream does with one connection, step by step. When the steps run out, the response ends
 * properly. Steps after the client has left are skipped.
 */
export const step = z.discriminatedUnion('do', [
  /** Status line and headers. Without `chunked` the body ends where the headers say, or with the connection. */
  z.object({
    do: z.literal('head'),
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    chunked: z.boolean(),
  }),
  /** Body text, framed as the head promised; with `cut`, so many bytes per write and per frame. */
  z.object({ do: z.literal('send'), text: z.string(), cut: z.int().positive().optional() }),
  /** Body bytes in hex, for what no text can say, such as invalid UTF-8. */
  z.object({ do: z.literal('bytes'), hex: z.string() }),
  /** Bytes on the socket as they are: broken status lines, headers that never end, wrong chunk sizes. */
  z.object({ do: z.literal('raw'), text: z.string() }),
  /** The same text again and again; without `times`, until the client leaves. */
  z.object({
    do: z.literal('repeat'),
    text: z.string(),
    times: z.int().positive().optional(),
    everyMs: z.int().nonnegative(),
  }),
  /** One letter, so many times: a line that does not fit into memory needs no megabytes of script. */
  z.object({ do: z.literal('fill'), letter: z.string().length(1), bytes: z.int().positive() }),
  /** The request's headers as a JSON object. */
  z.object({ do: z.literal('echo') }),
  z.object({ do: z.literal('wait'), ms: z.int().nonnegative() }),
  /** Until the test opens the gate of that name. */
  z.object({ do: z.literal('gate'), name: z.string() }),
  /** Nothing, with the connection open, until the client leaves. */
  z.object({ do: z.literal('silence') }),
  /** TCP reset. */
  z.object({ do: z.literal('reset') }),
  /** Our side of the connection is closed without the proper end of the body; what the client sends is still read. */
  z.object({ do: z.literal('half-close') }),
])

export type Step = z.infer<typeof step>

/**
 * Successive calls take successive attempts; the last one repeats. With an `id` the script takes the place of the one
 * that had it, log included: for a gateway whose base URL cannot change.
 */
export const script = z.object({ id: z.string().optional(), attempts: z.array(z.array(step)).min(1) })

export type Script = z.infer<typeof script>

/** What the upstream saw and did. Times are Unix milliseconds of the upstream's clock. */
export const call = z.object({
  method: z.string(),
  path: z.string(),
  /** As on the wire: order and repetitions kept, names as written. */
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string(),
  bytesSent: z.int(),
  requestedAtMs: z.number(),
  /** When the steps ran out; null while they run, or where the client left before. */
  completedAtMs: z.number().nullable(),
  /** When the client's side closed or was reset before the steps ran out. */
  abortedAtMs: z.number().nullable(),
})

export type Call = z.infer<typeof call>
export const calls = z.array(call)
