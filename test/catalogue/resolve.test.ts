import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { errorObject, GatewayError } from '../../src/base/errors.ts'
import { catalogueOf } from '../../src/catalogue/catalogue.ts'
import { membersOf } from '../../src/catalogue/family.ts'
import { openModel } from '../../src/catalogue/open-model.ts'
import { resolve, resolveName, selectModel } from '../../src/catalogue/resolve.ts'

const offline = { ...env, SIMULATOR: 'on' }

/** What an id means with these providers live. */
async function resolved(id: string, live: string[]) {
  const catalogue = await catalogueOf(env)
  const base = await catalogue.model(id.split(':')[0] ?? '')
  return resolve(id, { model: (await catalogue.model(id)) ?? openModel(id), base }, new Set(live), {})
}

async function providersOf(id: string, live: string[]): Promise<string[]> {
  const resolution = await resolved(id, live)
  if (resolution.kind !== 'model') throw new Error(`${id} is ${resolution.kind}`)
  return resolution.endpoints.map(({ provider, upstreamModel }) => `${provider}:${upstreamModel}`)
}

async function refusal(id: string | undefined, variables: Record<string, string> = {}) {
  try {
    await selectModel({ ...offline, ...variables }, id)
  } catch (error) {
    if (error instanceof GatewayError) return errorObject(error)
    throw error
  }
  throw new Error(`${id} was not refused`)
}

/** The names that the refusal of an unknown model offers. */
async function near(id: string): Promise<unknown> {
  const { metadata } = await refusal(id)
  return z.object({ near: z.array(z.string()).optional() }).parse(metadata).near ?? []
}

describe('a known model', () => {
  test('has the endpoints whose providers are live, cheapest first', async () => {
    expect(await providersOf('openai/gpt-oss-120b', ['groq', 'deepinfra', 'together', 'simulator'])).toEqual([
      'deepinfra:openai/gpt-oss-120b',
      'groq:openai/gpt-oss-120b',
      'together:openai/gpt-oss-120b',
      'deepinfra:openai/gpt-oss-120b-Turbo',
    ])
    expect(await providersOf('openai/gpt-oss-120b', ['together'])).toEqual(['together:openai/gpt-oss-120b'])
  })

  test('of the simulator fails at its cheaper endpoint first', async () => {
    expect(await providersOf('simulator/unreliable', ['simulator'])).toEqual([
      'simulator:unreliable-broken',
      'simulator:unreliable-steady',
    ])
  })

  test('without a key is a 404 that names the variable to set', async () => {
    expect(await refusal('openai/gpt-4o-mini')).toEqual({
      code: 404,
      message: 'openai/gpt-4o-mini is known here; set OPENAI_API_KEY to use it',
      metadata: {
        error_type: 'not_found',
        variables: expect.arrayContaining(['OPENAI_API_KEY', 'OPENROUTER_API_KEY']),
      },
      error_type: 'not_found',
      http_status: 404,
      availability: {
        code: 'no_endpoints',
        retryable: false,
        requested_models: ['openai/gpt-4o-mini'],
        docs_url: 'https://openrouter.ai/docs/errors#no_endpoints',
      },
    })
    expect((await refusal('anthropic/claude-haiku-4.5'))['message']).toBe(
      'anthropic/claude-haiku-4.5 is known here; set ANTHROPIC_API_KEY to use it',
    )
    expect((await refusal('ollama/llama3.2:3b'))['message']).toBe(
      'ollama/llama3.2:3b is known here; set OLLAMA_BASE_URL to use it',
    )
    expect(
      (await refusal('simulator/echo', { SIMULATOR: 'off', OPENAI_API_KEY: 'sk-test' }))['message'],
    ).toBe('simulator/echo is known here; set SIMULATOR=on to use it')
  })
})

test('a host that serves whatever it has gets the rest of the id as it is, for nothing', async () => {
  for (const id of ['ollama/llama3.2:3b', 'vllm/hf.co/Qwen/Qwen3-8B:free', 'lmstudio/qwen/qwen3-8b']) {
    const [provider = '', ...rest] = id.split('/')
    const resolution = await resolved(id, [provider])
    expect(resolution).toMatchObject({
      kind: 'model',
      endpoints: [{ provider, upstreamModel: rest.join('/'), price: { promptPicos: 0, completionPicos: 0 } }],
    })
  }
  expect(await resolved('ollama/', ['ollama'])).toEqual({ kind: 'unknown' })
})

describe('a name without its author', () => {
  const keys = { ANTHROPIC_API_KEY: 'key', OPENAI_API_KEY: 'key' }

  // What Claude Code and Codex ask for of themselves.
  test.each([
    ['claude-sonnet-5-5', 'anthropic/claude-sonnet-5.5'],
    ['claude-sonnet-4-5-20250929', 'anthropic/claude-sonnet-4.5'],
    ['claude-haiku-4-5-20251001', 'anthropic/claude-haiku-4.5'],
    ['claude-opus-4-1', 'anthropic/claude-opus-4.1'],
    ['gpt-5.1', 'openai/gpt-5.1'],
    ['gpt-4o-2024-08-06', 'openai/gpt-4o-2024-08-06'],
  ])('%s, as its maker writes it, is %s', async (name, id) => {
    expect((await selectModel({ ...offline, ...keys }, name)).model.id).toBe(id)
  })

  test('is refused as that model would be, where it has no key', async () => {
    expect((await refusal('claude-haiku-4-5'))['message']).toBe(
      'claude-haiku-4-5 is known here; set ANTHROPIC_API_KEY to use it',
    )
  })

  test('has no variants and no presets', async () => {
    for (const name of [
      'gpt-5.1:nitro',
      'gpt-5.1:free',
      'claude-sonnet-4-5@20250929',
      'gpt-5.1/x',
      'claude',
    ]) {
      expect((await refusal(name, keys))['message']).toBe(`${name} is not a valid model ID`)
    }
  })
})

describe('an unknown model (64)', () => {
  test('is a 400 that ends as the contract has it, with near names beside it', async () => {
    expect(await refusal('openai/gpt-4o-mni')).toEqual({
      code: 400,
      message: 'openai/gpt-4o-mni is not a valid model ID',
      metadata: {
        error_type: 'invalid_request',
        near: ['openai/gpt-4o-mini', 'openai/gpt-4.1-mini', 'openai/gpt-5-mini'],
      },
      error_type: 'invalid_request',
      http_status: 400,
      availability: {
        code: 'model_not_found',
        retryable: false,
        requested_models: ['openai/gpt-4o-mni'],
        docs_url: 'https://openrouter.ai/docs/errors#model_not_found',
      },
    })
  })

  test.each([
    ['gpt-4o-mni', 'openai/gpt-4o-mini'],
    ['OpenAI/GPT-4o-Mini', 'openai/gpt-4o-mini'],
    ['simulator/eko', 'simulator/echo'],
    ['simulator', 'simulator/echo'],
    ['meta/llama-3.3-70b', 'meta-llama/llama-3.3-70b-instruct'],
    ['llama-3.3', 'meta-llama/llama-3.3-70b-instruct'],
  ])('%s is near %s', async (mistyped, id) => {
    expect(await near(mistyped)).toContain(id)
  })

  test('far from everything, or absurdly long, has no near names and is not repeated whole', async () => {
    expect(await near('wholly/unlike-anything-sold')).toEqual([])
    const long = 'x'.repeat(1_000_000)
    expect(await near(long)).toEqual([])
    expect((await refusal(long))['message']).toBe(`${'x'.repeat(200)}… is not a valid model ID`)
  })

  test.each([
    '__proto__',
    'constructor',
    '',
    ' ',
    '/',
    'openai/',
    'openai/gpt-4o:cheap',
    'openai/no-such:free',
    'openrouter/auto',
    '@preset/mine',
  ])('%j is one', async (id) => {
    expect(await resolved(id, ['openai', 'ollama'])).toMatchObject({ kind: 'unknown' })
  })
})

test('a request without a model is asked for one', async () => {
  expect(await refusal(undefined)).toEqual({
    code: 400,
    message: 'model: name the model to use, such as openai/gpt-4o-mini',
    metadata: { error_type: 'invalid_request' },
  })
})

test('[R155] an id of before a model was renamed, or of a snapshot, is the model of today', async () => {
  const keys = { ANTHROPIC_API_KEY: 'key', GOOGLE_AI_STUDIO_API_KEY: 'key' }
  for (const [old, id] of [
    ['anthropic/claude-4-5-sonnet', 'anthropic/claude-sonnet-4.5'],
    ['anthropic/claude-4.5-sonnet', 'anthropic/claude-sonnet-4.5'],
    ['anthropic/claude-sonnet-4-5-20250929', 'anthropic/claude-sonnet-4.5'],
    ['google/gemini-flash-1.5', 'google/gemini-1.5-flash'],
  ] as const) {
    expect((await selectModel({ ...offline, ...keys }, old)).model.id).toBe(id)
    expect((await resolveName({ ...offline, ...keys }, old)).via).toBe('alias')
  }
  expect((await refusal('openai/claude-sonnet-4-5'))['message']).toMatch('is not a valid model ID')
})

test('[R77][R98] a free variant that there is not is never the paid model', async () => {
  expect(await refusal('openai/gpt-4o-mini:free', { OPENAI_API_KEY: 'key' })).toEqual({
    code: 404,
    message: 'openai/gpt-4o-mini:free is not free (any more). Ask for openai/gpt-4o-mini to pay for it',
    metadata: { error_type: 'not_found' },
    error_type: 'not_found',
    http_status: 404,
    availability: {
      code: 'free_variant_ended',
      retryable: false,
      requested_models: ['openai/gpt-4o-mini:free'],
      docs_url: 'https://openrouter.ai/docs/errors#free_variant_ended',
      fallback_models: ['openai/gpt-4o-mini'],
    },
  })
})

/** The family of an alias, of models each younger than the one before. */
function newestOf(alias: string, ...ids: string[]): string[] {
  return membersOf(
    alias,
    ids.map((id, index) => ({ id, created: index, price: 1 })),
  )
}

describe('the newest of a family', () => {
  test('is the highest version, whatever the list says of its age', () => {
    expect(
      newestOf('~a/claude-opus-latest', 'a/claude-opus-4.1', 'a/claude-opus-5', 'a/claude-3-opus'),
    ).toEqual(['a/claude-opus-5', 'a/claude-opus-4.1', 'a/claude-3-opus'])
    expect(newestOf('~a/large-latest', 'a/large-3.1', 'a/large-3-5', 'a/large-3')[0]).toBe('a/large-3-5')
  })

  test('is no other model of the same words, and no variant', () => {
    const others = [
      'a/gpt-6-mini',
      'a/gpt-6-fast',
      'a/gpt-6:free',
      'a/gpt-oss-120b',
      'a/gpt-6-image',
      'b/gpt-7',
    ]
    expect(newestOf('~a/gpt-latest', 'a/gpt-5', ...others)).toEqual(['a/gpt-5'])
    expect(newestOf('~a/gpt-mini-latest', 'a/gpt-5', ...others)).toEqual(['a/gpt-6-mini'])
  })

  test('is a preview only where its version is sold as nothing else', () => {
    expect(newestOf('~a/pro-latest', 'a/pro-3', 'a/pro-3-preview')[0]).toBe('a/pro-3')
    expect(newestOf('~a/pro-latest', 'a/pro-3', 'a/pro-3.1-preview')[0]).toBe('a/pro-3.1-preview')
  })

  test('is the dearest of a release of several', () => {
    const release = [
      { id: 'a/gpt-6-luna', created: 1, price: 1 },
      { id: 'a/gpt-6-sol', created: 1, price: 9 },
    ]
    expect(membersOf('~a/gpt-latest', release)[0]).toBe('a/gpt-6-sol')
  })

  test('[R104] is what an alias means, of what can be called', async () => {
    const keys = { ANTHROPIC_API_KEY: 'key' }
    const { model, endpoints } = await selectModel({ ...offline, ...keys }, '~anthropic/claude-opus-latest')
    expect(model.id).toMatch(/^anthropic\/claude-opus-[\d.]+$/)
    expect(endpoints.map(({ provider }) => provider)).toEqual(['anthropic'])
    // Of one's own models as well: nothing is known of them beforehand.
    expect((await selectModel(offline, '~simulator/echo-latest')).model.id).toBe('simulator/echo')
  })

  test('[R106] of a family that there is not is a 404, and of one without a key names the setting', async () => {
    expect(await refusal('~anthropic/claude-latte-latest')).toMatchObject({
      code: 404,
      message: '~anthropic/claude-latte-latest is not a valid model ID',
    })
    expect((await refusal('~anthropic/claude-opus-latest'))['message']).toBe(
      '~anthropic/claude-opus-latest is known here; set ANTHROPIC_API_KEY to use it',
    )
  })
})
