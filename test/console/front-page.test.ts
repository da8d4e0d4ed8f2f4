import { describe, expect, test } from 'vitest'
import { version } from '../../package.json'
import { shown, snippets } from './page-text.ts'
import { page } from './page.ts'

/** Every file of the page that is deployed beside the Worker, by the path it is asked for. */
const assets = new Map(
  Object.entries(
    import.meta.glob<string>(['../../public/**', '!../../public/catalogue/**'], {
      eager: true,
      query: '?raw',
      import: 'default',
    }),
  ).map(([path, text]) => [path.replace('../../public', ''), text]),
)

describe('the page', () => {
  test('tells that the gateway is up, its version, its address, and what is live', async () => {
    const { response, html } = await page()
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8')
    expect(html).toMatch(/^<!doctype html>\s*<html lang="en">/)
    const text = shown(html)
    expect(text).toContain(`In service${version}`)
    expect(text).toContain('Simulator 6 models')
    expect(text).toContain('1 live, 6 models as JSON')
    expect(html).toContain('<a href="/api/v1/models">')
    expect(snippets(html).get('base-url')).toBe('https://gateway.test/api/v1')
  })

  test('is sent with headers that let nothing foreign into it, and keeps nothing', async () => {
    const { response } = await page()
    const sent = Object.fromEntries(response.headers)
    expect(sent).toMatchObject({
      'content-security-policy':
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    expect(sent).not.toHaveProperty('set-cookie')
  })

  test('needs nothing that its policy forbids: no style, script or handler within, nothing from elsewhere', async () => {
    const { html } = await page()
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|data:/)
    expect(html.match(/<script[^>]*>[^<]*/g)).toEqual(['<script src="/console/page.js" defer>'])
    const loaded = [...html.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(([, url]) => url)
    expect(loaded.filter((url) => !/^\/[^/]/.test(url ?? ''))).toEqual([])
  })

  test('refers to files that are there, and to all of them', async () => {
    const { html } = await page()
    const used = [...html.matchAll(/"(\/console\/[^"]*)"/g)].map(([, path]) => path ?? '')
    expect(new Set(used)).toEqual(new Set([...assets.keys()].filter((path) => path !== '/_headers')))
    // The style sheet and the mark load nothing themselves.
    const loading = [...assets.values()].filter((text) => /url\(|@import|xlink:href/.test(text))
    expect(loading).toEqual([])
  })

  test('answers HEAD with the same headers and no body', async () => {
    const [get, head] = [await page(), await page(undefined, {}, { method: 'HEAD' })]
    expect(head.response.status).toBe(200)
    expect(head.html).toBe('')
    expect(Object.fromEntries(head.response.headers)).toEqual(Object.fromEntries(get.response.headers))
  })

  test('is not what a lost client is sent to', async () => {
    const { response, html } = await page(undefined, {}, { method: 'POST' })
    expect(response.status).toBe(404)
    expect(html).toContain('/api/v1')
  })

  test('shows nothing of what is set', async () => {
    const { html } = await page('https://gateway.test/?key=5ecre7', {
      OPENAI_API_KEY: '5ecre7',
      OLLAMA_BASE_URL: 'https://5ecre7.example',
      OLLAMA_HEADERS: '{"cf-access-client-secret": "5ecre7"}',
    })
    expect(html).not.toContain('5ecre7')
    expect(html).not.toMatch(/sk-or-v1-[0-9a-f]/)
  })
})

describe('the address', () => {
  test.for([
    ['http://localhost:8787/', 'http://localhost:8787/api/v1'],
    ['http://[::1]:8787/', 'http://[::1]:8787/api/v1'],
    ['https://my_gateway.example.workers.dev/?a=b', 'https://my_gateway.example.workers.dev/api/v1'],
    ['https://BÜCHER.example/', 'https://xn--bcher-kva.example/api/v1'],
  ] as const)('of %s is %s', async ([url, baseUrl]) => {
    const { html } = await page(url)
    expect(snippets(html).get('base-url')).toBe(baseUrl)
  })

  test('is the one that was asked, not one that a header claims', async () => {
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'ftp',
      forwarded: 'host=evil.example',
    }
    const { html } = await page(undefined, {}, { headers })
    expect(snippets(html).get('base-url')).toBe('https://gateway.test/api/v1')
    expect(html).not.toContain('evil')
  })

  test.for(['$(reboot)', '`reboot`', "a'b", 'a"b', 'a;b', 'a&b', 'a{b', '"onload="alert(1)'])(
    'with letters that mean something to a shell or to HTML is refused: %s',
    async (host) => {
      const { response, html } = await page(`https://${host}.example/`)
      expect(response.status).toBe(400)
      expect(response.headers.get('content-type')).toContain('application/json')
      expect(html).toContain('Host: has letters that no host name has')
      expect(html).not.toContain(host)
    },
  )
})

describe('providers', () => {
  test('without any the page says how to add one, here and where it is deployed', async () => {
    for (const host of ['localhost', '[::1]', '192.168.0.5']) {
      const local = snippets((await page(`http://${host}:8787/`)).html)
      expect(local.get('add-provider')).toBe('OPENAI_API_KEY=sk-… npm run dev')
    }
    const { html } = await page()
    expect(shown(html.split('<details>')[0] ?? '')).toContain(
      'Only the simulator is live: it answers offline, and is no language model. Set a provider’s variable, and its models are served.',
    )
    expect(snippets(html).get('add-provider')).toBe(
      "echo 'OPENAI_API_KEY=sk-…' >> .env.production\nnpm run deploy",
    )
    expect(shown(html)).toContain('OllamaOLLAMA_BASE_URL')
  })

  test('those that are live are listed with their models, and the others are a click away', async () => {
    const variables = { OPENAI_API_KEY: 'x', GROQ_API_KEY: 'x', OLLAMA_BASE_URL: 'http://127.0.0.1:9' }
    const { html } = await page(undefined, variables)
    const rows = [...html.matchAll(/<th scope="row">(.*?)<\/tr>/gs)].map(([, row = '']) => shown(row))
    expect(rows).toEqual([
      expect.stringMatching(/^OpenAI \d+ models$/),
      expect.stringMatching(/^Groq \d+ models$/),
      'Ollama whatever it has',
    ])
    expect(shown(html.split('<details>')[1] ?? '')).toMatch(
      /^\d+ more providers, and the variable of each Set a provider’s variable/,
    )
    expect(shown(html)).not.toContain('Only the simulator')
  })

  test.for<[string, Record<string, string>, string]>([
    ['the simulator is what costs nothing', { SIMULATOR: 'on', GROQ_API_KEY: 'x' }, 'simulator/echo'],
    ['the cheapest model is', { GROQ_API_KEY: 'x' }, 'meta-llama/llama-3-8b-instruct'],
    [
      'a host that lists none has some of its own',
      { OLLAMA_BASE_URL: 'http://127.0.0.1:9' },
      'ollama/your-model',
    ],
  ])('snippets name a model that is live: %s', async ([, variables, model]) => {
    const { html } = await page(undefined, variables)
    expect(snippets(html).get('curl-1')).toContain(`"model": "${model}"`)
  })
})
