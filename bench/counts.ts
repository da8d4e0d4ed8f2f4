import * as z from 'zod'

/** What the bindings were asked for, as the counting Worker tells it. */
export const counts = z.object({
  requests: z.number(),
  /** Calls of objects, by method, before the upstream was asked and after. */
  callsBeforeDispatch: z.record(z.string(), z.number()),
  callsAfterDispatch: z.record(z.string(), z.number()),
  /** D1 statements and batches of the Worker itself. */
  databaseCallsBeforeDispatch: z.number(),
  databaseCallsAfterDispatch: z.number(),
  /** Rows the Ledger objects wrote into their own storage; an alarm set is one. */
  objectRowsWritten: z.number(),
  alarmsSet: z.number(),
  alarmsRun: z.number(),
  /** What the objects wrote to D1. */
  databaseBatches: z.number(),
  databaseRowsWritten: z.number(),
})

export type Counts = z.infer<typeof counts>

export const noCounts: Counts = {
  requests: 0,
  callsBeforeDispatch: {},
  callsAfterDispatch: {},
  databaseCallsBeforeDispatch: 0,
  databaseCallsAfterDispatch: 0,
  objectRowsWritten: 0,
  alarmsSet: 0,
  alarmsRun: 0,
  databaseBatches: 0,
  databaseRowsWritten: 0,
}
