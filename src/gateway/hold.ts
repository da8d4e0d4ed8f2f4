import type { Caller } from '../accounts/caller.ts'
import type { UsdNanos } from '../base/money.ts'
import type { Env } from '../env.ts'
import { ledger } from '../ledger/client.ts'
import type { Beat, GenerationRecord, HoldClaim, SettleRequest } from '../ledger/contract.ts'

/** Money set aside for one generation until it is settled or voided. Without beats it expires by itself. */
export class Hold {
  /** What is set aside now. */
  amountNanos: UsdNanos
  /** What the tightest limit has left beside this hold, as last heard; null where there is no limit. */
  headroomNanos: UsdNanos | null
  readonly #ledger: ReturnType<typeof ledger>
  readonly #claim: HoldClaim

  constructor(
    env: Env,
    caller: Caller,
    claim: HoldClaim,
    terms: { amountNanos: UsdNanos; headroomNanos: UsdNanos | null },
  ) {
    this.amountNanos = terms.amountNanos
    this.headroomNanos = terms.headroomNanos
    this.#ledger = ledger(env, caller.accountId)
    this.#claim = claim
  }

  /** A sign of life with the cost so far; raises the hold where `amountNanos` is more than it is. */
  async beat(meteredNanos: UsdNanos, amountNanos: UsdNanos): Promise<Beat> {
    const beat = await this.#ledger.beat({ ...this.#claim, meteredNanos, holdNanos: amountNanos })
    if (beat.ok) {
      this.amountNanos = Math.max(this.amountNanos, amountNanos)
      this.headroomNanos = beat.headroomNanos
    }
    return beat
  }

  async settle(costNanos: UsdNanos, record: GenerationRecord, stick?: SettleRequest['stick']): Promise<void> {
    await this.#ledger.settle({ ...this.#claim, costNanos, record, ...(stick && { stick }) })
  }

  async void(record: GenerationRecord): Promise<void> {
    await this.#ledger.void({ ...this.#claim, record })
  }
}
