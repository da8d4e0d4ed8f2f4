import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

/** A fixed key: tests must not see the secrets of a working copy, and want the same keys at every run. */
const masterKey = '5a'.repeat(32)

export default defineConfig({
  test: {
    globalSetup: ['./test/support/upstream-setup.ts'],
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            remoteBindings: false,
            miniflare: { bindings: { MASTER_KEY: masterKey } },
          }),
        ],
        test: {
          name: 'workers',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.node.test.ts', 'test/clients/**'],
          setupFiles: ['./test/support/setup.ts'],
        },
      },
      { test: { name: 'node', include: ['test/**/*.node.test.ts'], exclude: ['test/clients/**'] } },
    ],
  },
})
