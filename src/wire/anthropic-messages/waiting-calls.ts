import type { Seal } from '../../generation/conversation.ts'
import type { AnswerEvent } from '../dialect.ts'

export type CallDelta = Extract<AnswerEvent, { type: 'tool-call-delta' }>

/** A call as far as its fragments have told. */
export interface WaitingCall {
  index: number
  id: string
  name: string
  arguments: string
  seal?: Seal
}

/** Calls that came while another one was open: other formats send their fragments side by side. */
export class WaitingCalls {
  readonly #calls = new Map<number, WaitingCall>()

  add({ index, id = '', name = '', arguments: text }: CallDelta): void {
    const call = this.#calls.get(index) ?? { index, id: '', name: '', arguments: '' }
    call.id ||= id
    call.name ||= name
    call.arguments += text
    this.#calls.set(index, call)
  }

  /** Whether the call waits; then its seal does too. */
  seal(index: number, seal: Seal): boolean {
    const call = this.#calls.get(index)
    if (call) call.seal = seal
    return call !== undefined
  }

  /** The first that can begin: without a name there is nothing to begin with. */
  take(): WaitingCall | undefined {
    const call = this.#calls.values().find(({ name }) => name !== '')
    if (call) this.#calls.delete(call.index)
    return call
  }
}
