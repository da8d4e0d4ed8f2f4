import { expect, test } from 'vitest'
import { defaultAccountId } from '../../src/base/ids.ts'
import { keyLabel, mintKey, readKey, rootKeys } from '../../src/base/key-text.ts'

const env = { MASTER_KEY: '0f'.repeat(32) }
const older = { MASTER_KEY: '1f'.repeat(32) }
const rotated = { ...env, MASTER_KEY_PREVIOUS: older.MASTER_KEY }

test('a minted key names its account, and any changed digit makes it junk', async () => {
  const key = await mintKey(env, '0123456789abcdef')
  expect(key).toMatch(/^sk-or-v1-0123456789abcdef[0-9a-f]{48}$/)
  const claim = await readKey(env, key)
  expect(claim?.accountId).toBe('0123456789abcdef')
  expect(claim?.hash).toMatch(/^[0-9a-f]{64}$/)
  for (const index of [9, 30, 72]) {
    const digit = key[index] === '0' ? '1' : '0'
    expect(await readKey(env, key.slice(0, index) + digit + key.slice(index + 1))).toBeUndefined()
  }
})

test('a key of another deployment, a hash and an empty text are junk', async () => {
  expect(await readKey(env, await mintKey(older, defaultAccountId))).toBeUndefined()
  expect(await readKey(env, 'a'.repeat(64))).toBeUndefined()
  expect(await readKey(env, '')).toBeUndefined()
})

test('the root keys are the same at every start, differ from each other, and belong to the default account', async () => {
  const keys = await rootKeys(env.MASTER_KEY)
  expect(keys).toEqual(await rootKeys(env.MASTER_KEY))
  expect(keys.inference).not.toBe(keys.management)
  expect((await readKey(env, keys.management))?.accountId).toBe(defaultAccountId)
})

test('a key outlives its master key where that is named as the previous one, and new keys bear the current tag', async () => {
  const old = await mintKey(older, '0123456789abcdef')
  expect(await readKey(rotated, old)).toEqual(await readKey(older, old))
  const young = await mintKey(rotated, '0123456789abcdef')
  expect(await readKey(env, young)).toEqual(await readKey(rotated, young))
  expect(await readKey(older, young)).toBeUndefined()
})

test('the root keys of the previous master key are junk, for whoever found it can derive them', async () => {
  const { inference, management } = await rootKeys(older.MASTER_KEY)
  for (const key of [inference, management, management.replace('sk-or-v1-', 'sy-')]) {
    expect(await readKey(older, key)).toBeDefined()
    expect(await readKey(rotated, key)).toBeUndefined()
  }
  const same = { ...older, MASTER_KEY_PREVIOUS: older.MASTER_KEY }
  expect(await readKey(same, management)).toEqual(await readKey(older, management))
})

test.for(['not hex', '0F'.repeat(32), '0f'.repeat(31), '0f'.repeat(33)])(
  'MASTER_KEY_PREVIOUS = %s is named in a 503, without its value',
  async (MASTER_KEY_PREVIOUS) => {
    await expect(readKey({ ...env, MASTER_KEY_PREVIOUS }, '')).rejects.toMatchObject({
      type: 'service_unavailable',
      message:
        'MASTER_KEY_PREVIOUS is not 64 of the digits 0-9a-f. Set it to the MASTER_KEY before this one, or remove it.',
    })
  },
)

test('blank variables count as absent', async () => {
  const blank = { ...env, MASTER_KEY_PREVIOUS: ' ', KEY_PREFIX: '' }
  const key = await mintKey(blank, '0123456789abcdef')
  expect(key).toMatch(/^sk-or-v1-/)
  expect(await readKey(blank, key)).toEqual(await readKey(env, key))
})

test('new keys begin with KEY_PREFIX, and older ones are read as before', async () => {
  const own = { ...env, KEY_PREFIX: 'sy-' }
  const key = await mintKey(own, '0123456789abcdef')
  expect(key).toMatch(/^sy-0123456789abcdef[0-9a-f]{48}$/)
  const former = await mintKey(env, '0123456789abcdef')
  expect(await readKey(own, former)).toEqual(await readKey(env, former))
  expect(await readKey({ ...env, KEY_PREFIX: 'acme_prod_' }, key)).toEqual(await readKey(own, key))
  const { management } = await rootKeys(env.MASTER_KEY, 'sy-')
  expect(management).toBe((await rootKeys(env.MASTER_KEY)).management.replace('sk-or-v1-', 'sy-'))
})

test('a key under a prefix that is not its own has another public id', async () => {
  const key = await mintKey(env, '0123456789abcdef')
  const [claim, other] = [await readKey(env, key), await readKey(env, key.replace('sk-or-v1-', 'sy-'))]
  expect(other?.accountId).toBe(claim?.accountId)
  expect(other?.hash).not.toBe(claim?.hash)
})

test.for(['sy', '-', '-sy-', 'a prefix-', 'über-', 'a-prefix-of-seventeen-', 'sy-\n-'])(
  'KEY_PREFIX = %j is named in a 503',
  async (KEY_PREFIX) => {
    const problem = {
      type: 'service_unavailable',
      message:
        'KEY_PREFIX must be 2 to 16 letters, digits, - and _, begin with a letter or digit and end with - or _, ' +
        'such as sy-. Change it, or remove it.',
    }
    await expect(mintKey({ ...env, KEY_PREFIX }, '0123456789abcdef')).rejects.toMatchObject(problem)
    await expect(readKey({ ...env, KEY_PREFIX }, '')).rejects.toMatchObject(problem)
    await expect(rootKeys(env.MASTER_KEY, KEY_PREFIX)).rejects.toMatchObject(problem)
  },
)

test.for(['sk-or-v1-', 'sy-'])('a label shows the ends of a key only: %s', (prefix) => {
  expect(keyLabel(`${prefix}${'abc'.padEnd(61, '0')}def`)).toBe(`${prefix}abc...def`)
})
