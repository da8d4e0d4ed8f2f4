import { expect, test } from 'vitest'
import { healthObjects } from '../support/health-objects.ts'

test('what several isolates tell the object of a model adds up, and the answer is what all saw', async () => {
  const stub = healthObjects?.getByName('author/told')
  const minute = `m${Math.floor(Date.now() / 60_000)}`
  await stub?.exchange({ 'author/told one': { [minute]: { ok: 2 } } })
  const view = await stub?.exchange({ 'author/told one': { [minute]: { ok: 1, failed: 1 } } })
  expect(view).toEqual({ 'author/told one': { [minute]: { ok: 3, failed: 1 } } })
})
