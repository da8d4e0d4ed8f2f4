import { expect, test } from 'vitest'
import { defaultAccountId } from '../../src/base/ids.ts'
import { keyLabel, mintKey, readKey, rootKeys } from '../../src/base/key-text.ts'

const masterKey = '0f'.repeat(32)

test('a minted key names its account, and any changed digit makes it junk', async () => {
  const key = await mintKey(masterKey, '0123456789abcdef')
  expect(key).toMatch(/^sk-or-v1-0123456789abcdef[0-9a-f]{48}$/)
  const claim = await readKey(masterKey, key)
  expect(claim?.accountId).toBe('0123456789abcdef')
  expect(claim?.hash).toMatch(/^[0-9a-f]{64}$/)
  for (const index of [9, 30, 72]) {
    const digit = key[index] === '0' ? '1' : '0'
    expect(await readKey(masterKey, key.slice(0, index) + digit + key.slice(index + 1))).toBeUndefined()
  }
})

test('a key of another deployment, a hash and an empty text are junk', async () => {
  expect(await readKey(masterKey, await mintKey('1f'.repeat(32), defaultAccountId))).toBeUndefined()
  expect(await readKey(masterKey, 'a'.repeat(64))).toBeUndefined()
  expect(await readKey(masterKey, '')).toBeUndefined()
})

test('the root keys are the same at every start, differ from each other, and belong to the default account', async () => {
  const keys = await rootKeys(masterKey)
  expect(keys).toEqual(await rootKeys(masterKey))
  expect(keys.inference).not.toBe(keys.management)
  expect((await readKey(masterKey, keys.management))?.accountId).toBe(defaultAccountId)
})

test('a label shows the ends of a key only', () => {
  expect(keyLabel(`sk-or-v1-${'abc'.padEnd(61, '0')}def`)).toBe('sk-or-v1-abc...def')
})
