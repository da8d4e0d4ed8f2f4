import { beforeAll, expect, test } from 'vitest'
import { clients } from '../../src/console/clients.ts'
import { app } from '../../src/app.ts'
import { snippets, textOf } from './page-text.ts'
import { page } from './page.ts'

const baseUrl = 'https://gateway.test/api/v1'
let html = ''
let shown = new Map<string, string>()
beforeAll(async () => {
  html = (await page()).html
  shown = snippets(html)
})

test('every client has its panel, in the order of the list', () => {
  const panels = [...html.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, name]) => name)
  expect(panels).toEqual([
    'curl',
    'OpenAI SDK, Python',
    'OpenAI SDK, TypeScript',
    'LangChain',
    'Aider',
    'OpenCode',
    'Continue',
    'Claude Code',
    'Codex',
  ])
})

test('every client is told this address and this model, and takes its key from the environment or a file', () => {
  for (const { slug, steps } of clients) {
    const texts = steps({ baseUrl, rootUrl: 'https://gateway.test/api', model: 'simulator/echo' }).map(
      (_, index) => shown.get(`${slug}-${index + 1}`) ?? '',
    )
    const whole = texts.join('\n')
    expect(whole).toContain('https://gateway.test/api')
    expect(whole).toContain('simulator/echo')
    expect(whole).toContain('SWITCHYARD_API_KEY')
    expect(whole).not.toMatch(/sk-or-v1-[^…]/)
  }
})

test('everything to copy has a button, hidden until a script makes it work', () => {
  const buttons = [...html.matchAll(/<button type="button" data-copy="([\w-]+)" [^>]*hidden>/g)]
  expect(buttons.map(([, id]) => id)).toEqual([...shown.keys()])
})

test('the set-up of OpenCode is its JSON', () => {
  expect(JSON.parse(shown.get('opencode-1') ?? '')).toEqual({
    $schema: 'https://opencode.ai/config.json',
    model: 'switchyard/simulator/echo',
    provider: {
      switchyard: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Switchyard',
        options: { baseURL: baseUrl, apiKey: '{env:SWITCHYARD_API_KEY}' },
        models: { 'simulator/echo': { limit: { context: 32_768, output: 8_192 } } },
      },
    },
  })
})

test('the set-up of Continue is its YAML', () => {
  expect(shown.get('continue-1')).toBe(
    [
      'name: Switchyard',
      'version: 0.0.1',
      'schema: v1',
      'models:',
      '  - name: Switchyard',
      '    provider: openai',
      '    model: simulator/echo',
      `    apiBase: ${baseUrl}`,
      '    apiKey: ${{ secrets.SWITCHYARD_API_KEY }}',
      '    roles: [chat, edit, apply]',
    ].join('\n'),
  )
})

test('the set-up of Codex is its TOML', () => {
  expect(shown.get('codex-1')).toBe(
    [
      'model = "simulator/echo"',
      'model_provider = "switchyard"',
      '',
      '[model_providers.switchyard]',
      'name = "Switchyard"',
      `base_url = "${baseUrl}"`,
      'env_key = "SWITCHYARD_API_KEY"',
      'wire_api = "responses"',
    ].join('\n'),
  )
})

test('a client whose dialect has no route is marked, and only such a one', () => {
  const served = new Set(app.routes.filter(({ method }) => method === 'POST').map(({ path }) => path))
  for (const { slug, dialect } of clients) {
    const panel = html.split(`id="${slug}">`)[1]?.split('<figure>')[0] ?? ''
    const mark = `Needs the ${dialect.name} dialect, which this release does not speak yet.`
    expect(textOf(panel).includes(mark)).toBe(!served.has(`/api/v1${dialect.path}`))
    expect(html).toContain(
      `<label for="choose-${slug}"><span class="lamp${served.has(`/api/v1${dialect.path}`) ? ' lit' : ''}">`,
    )
  }
  expect(served).toContain('/api/v1/chat/completions')
})
