import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  answers,
  asked,
  clients,
  collected,
  decode,
  encoded,
  eventsOf,
  providers,
  target,
  viewOf,
} from './any-answers.ts'
import { bytesOf, charged } from './answers.ts'

/** Any dialect over any protocol: what a client gets is what the model said, whatever formats are in between. */
const pairs = Object.entries(clients).flatMap(([client, spoken]) =>
  Object.entries(providers).map(([provider, speaker]) => ({ client, provider, ...spoken, speaker })),
)

test.each(pairs)(
  '$client over $provider: words, thoughts, calls, end and usage arrive',
  async ({ dialect, protocol, speaker }) => {
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const options = { withIds: !speaker.namesNoCalls }
        const said = viewOf(eventsOf(answer), options)
        const events = await decode(speaker.protocol, speaker.write(answer))
        expect(viewOf(events, options)).toEqual(said)

        const streamed = await decode(protocol, bytesOf(encoded(dialect, events)))
        expect(viewOf(streamed, options)).toEqual(said)

        const fold = dialect.fold()
        for (const event of charged(events)) fold.add([event])
        const whole = await collected(protocol.decodeGeneration(fold.whole(asked), target))
        expect(viewOf(whole, options)).toEqual(said)
      }),
      { numRuns: 40 },
    )
  },
)

test('calls of a host that names none have ids that differ', async () => {
  await fc.assert(
    fc.asyncProperty(answers, async (answer) => {
      const google = providers['google-generate']
      if (!google) throw new Error('unreachable')
      const { calls } = viewOf(await decode(google.protocol, google.write(answer)))
      expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length)
    }),
    { numRuns: 40 },
  )
})
