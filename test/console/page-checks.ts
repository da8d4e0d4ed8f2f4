import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { clients } from '../../src/console/clients.ts'

const contrast = readFileSync(join(import.meta.dirname, 'contrast.js'), 'utf8')

/** What holds of the page at any width and in either colour scheme. */
export const pageChecks: readonly [name: string, check: (page: Page) => Promise<void>][] = [
  ['never scrolls sideways', neverScrollsSideways],
  ['chooses clients with the arrow keys', choosesWithArrowKeys],
  ['copies each text', copiesEachText],
  ['shows what has the focus', showsFocus],
  ['keeps all text readable', keepsTextReadable],
]

async function neverScrollsSideways(page: Page): Promise<void> {
  await page.locator('summary').click()
  for (const { slug } of clients) {
    await page.locator(`label[for=choose-${slug}]`).click()
    const root = 'document.documentElement'
    assert.equal(await page.evaluate(`${root}.scrollWidth - ${root}.clientWidth`), 0, slug)
  }
}

async function choosesWithArrowKeys(page: Page): Promise<void> {
  await page.locator('#choose-curl').check({ force: true })
  await page.locator('#choose-curl').focus()
  for (const { slug } of clients) {
    assert.deepEqual(await visiblePanels(page), [slug])
    assert.equal(await page.evaluate('document.activeElement.id'), `choose-${slug}`)
    await page.keyboard.press('ArrowDown')
  }
  assert.deepEqual(await visiblePanels(page), ['curl'])
}

async function visiblePanels(page: Page): Promise<unknown> {
  return await page.evaluate(
    `[...document.querySelectorAll('.panel')].filter((panel) => panel.checkVisibility()).map(({ id }) => id)`,
  )
}

async function copiesEachText(page: Page): Promise<void> {
  for (const { slug } of clients) {
    await page.locator(`label[for=choose-${slug}]`).click()
    for (const button of await page.locator('button[data-copy]:visible').all()) {
      const source = page.locator(`#${await button.getAttribute('data-copy')}`)
      await button.click()
      await button.filter({ hasText: 'Copied' }).waitFor()
      assert.equal(await page.evaluate('navigator.clipboard.readText()'), await source.textContent())
    }
  }
}

async function showsFocus(page: Page): Promise<void> {
  const outlined = `getComputedStyle(document.activeElement.labels?.[0] ?? document.activeElement).outlineStyle`
  // The keyboard goes on from where the mouse was last.
  await page.locator('h1').click()
  const seen: unknown[] = []
  for (let stop = 0; stop < 10; stop++) {
    await page.keyboard.press('Tab')
    seen.push(await page.evaluate(outlined))
  }
  assert.deepEqual(new Set(seen), new Set(['solid']))
}

async function keepsTextReadable(page: Page): Promise<void> {
  assert.deepEqual(await page.evaluate(contrast), [])
}
