import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { inspect, parseArgs } from 'node:util'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { pageChecks } from '../test/console/page-checks.ts'
import { serveGateway } from '../test/support/served-gateway.ts'
import { forgetTheRest } from './surroundings.ts'

/**
 * `npm run test:browser`: the page at `/` in an installed Chromium, wide and narrow, light and dark, and without
 * scripts. `-- --screenshots FOLDER` keeps pictures of it. The last line is `N passed, N failed`.
 */
const { values } = parseArgs({ options: { screenshots: { type: 'string' } } })
const tally = { passed: 0, failed: 0 }

const widths = [1280, 360]
const colorSchemes = ['light', 'dark'] as const

const program =
  process.env['CHROMIUM_PATH'] ?? programOnPath(['chromium', 'chromium-browser', 'google-chrome'])
if (program === undefined || !existsSync(program)) {
  console.error(
    'There is no Chromium to test with. Install one (Debian: apt-get install chromium), or set CHROMIUM_PATH to its program.',
  )
  process.exit(1)
}
forgetTheRest()

const gateway = await serveGateway({})
const browser = await chromium
  .launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu'] })
  .catch(async (error: unknown) => {
    await gateway.stop()
    throw error
  })
try {
  for (const width of widths) {
    for (const colorScheme of colorSchemes) await inspectLook(browser, { width, colorScheme })
  }
  await inspectWithoutScripts(browser)
} finally {
  await browser.close()
  await gateway.stop()
}
console.log(`${tally.passed} passed, ${tally.failed} failed`)
process.exitCode = tally.failed === 0 ? 0 : 1

/** The page at one width, in one colour scheme. What it and the browser complain of meanwhile fails it too. */
async function inspectLook(
  on: Browser,
  look: { width: number; colorScheme: 'light' | 'dark' },
): Promise<void> {
  const name = `${look.width} ${look.colorScheme}`
  const viewport = { width: look.width, height: 900 }
  const { page, complaints } = await open(on, { viewport, colorScheme: look.colorScheme })
  for (const [behaviour, check] of pageChecks) await tell(`${name}: ${behaviour}`, () => check(page))
  await tell(`${name}: nothing fails or is blocked`, async () => assert.deepEqual(complaints, []))
  if (values.screenshots !== undefined) {
    const path = join(values.screenshots, `${name.replace(' ', '-')}.png`)
    await page.screenshot({ path, fullPage: true })
  }
  await page.context().close()
}

async function inspectWithoutScripts(on: Browser): Promise<void> {
  const { page } = await open(on, { javaScriptEnabled: false })
  await tell('without scripts: every text to copy can be read, and no button promises more', async () => {
    const read = new Set<string>()
    for (const label of await page.locator('label').all()) {
      await label.click()
      for (const text of await page.locator('code[id]:visible').all()) {
        read.add((await text.getAttribute('id')) ?? '')
      }
    }
    assert.equal(read.size, await page.locator('code[id]').count())
    assert.equal(await page.locator('button:visible').count(), 0)
  })
  await page.context().close()
}

async function open(
  on: Browser,
  options: BrowserContextOptions,
): Promise<{ page: Page; complaints: string[] }> {
  const context = await on.newContext(options)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: gateway.origin })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`))
  page.on('response', (response) => {
    if (!response.ok()) complaints.push(`${response.url()} answered ${response.status()}`)
  })
  await page.goto(gateway.origin)
  return { page, complaints }
}

async function tell(name: string, check: () => Promise<void>): Promise<void> {
  try {
    await check()
    tally.passed += 1
    console.log(`✓ ${name}`)
  } catch (error) {
    tally.failed += 1
    console.log(`✗ ${name}\n${inspect(error)}`)
  }
}

function programOnPath(names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path))
}
