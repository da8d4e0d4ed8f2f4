import { expect, test } from 'vitest'
import { liveProviders, type ProviderEnv } from '../../src/providers/live.ts'
import { providers, variables } from '../../src/providers/table.ts'

test.each<[ProviderEnv, string[]]>([
  [{}, ['simulator']],
  [{ OPENAI_API_KEY: ' ' }, ['simulator']],
  [{ OPENAI_BASE_URL: 'http://localhost:1' }, ['simulator']],
  [{ OPENAI_API_KEY: 'k' }, ['openai']],
  [{ OPENAI_API_KEY: 'k', SIMULATOR: 'on' }, ['openai', 'simulator']],
  [{ OPENAI_API_KEY: 'k', SIMULATOR: 'off' }, ['openai']],
  [{ OLLAMA_API_KEY: 'k' }, ['simulator']],
  [{ OLLAMA_BASE_URL: 'http://localhost:11434/v1' }, ['ollama']],
])('with %o the providers are %o', (env, slugs) => {
  expect([...liveProviders(env)]).toEqual(slugs)
})

test('a row reads only variables that carry its own name', () => {
  for (const provider of providers) {
    for (const name of variables(provider)) {
      expect(name).toMatch(new RegExp(`^${provider.slug.toUpperCase().replaceAll('-', '_')}_`))
    }
  }
})
