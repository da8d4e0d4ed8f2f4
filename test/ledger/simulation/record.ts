import { blankRecord } from '../../../src/ledger/blank-record.ts'
import type { GenerationRecord } from '../../../src/ledger/contract.ts'

/** A generation's record, where only its presence matters. */
export const sampleRecord: GenerationRecord = {
  ...blankRecord,
  status: 200,
  model: 'simulator/echo',
  requestedModel: 'simulator/echo',
  provider: 'simulator',
  providerName: 'Simulator',
  streamed: true,
  finishReason: 'stop',
  promptTokens: 1,
  completionTokens: 1,
  firstTokenMs: 1,
  totalMs: 1,
}
