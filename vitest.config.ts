import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler'

/** A fixed key: tests must not see the secrets of a working copy, and want the same keys at every run. */
const masterKey = '5a'.repeat(32)

/** Far above what a test takes, so that a busy machine fails none: what a test times, it times itself. */
const patience = { testTimeout: 60_000, hookTimeout: 60_000 }

/**
 * The bindings of wrangler.toml, but not the variables that wrangler would add from a `.dev.vars` or `.env` beside it:
 * those are a person's own provider keys. It looks for them in the folder the config says it comes from.
 */
const { workerOptions } = unstable_getMiniflareWorkerOptions({
  ...unstable_readConfig({ config: './wrangler.toml' }),
  userConfigPath: './test/support/wrangler.toml',
})

/** Those that read the project's files or start programs; all others run inside the Workers runtime. */
const nodeTests = ['test/**/*.node.test.ts', 'test/architecture.test.ts']

/** Those of code that keeps nothing: they share a runtime, which starts once for all of them. */
const pureTests = ['base', 'cache', 'providers', 'routing', 'wire'].map(
  (folder) => `test/${folder}/*.test.ts`,
)

const workers = cloudflareTest({
  main: './src/index.ts',
  remoteBindings: false,
  miniflare: {
    ...workerOptions,
    rootPath: '.',
    bindings: { MASTER_KEY: masterKey, CATALOGUE_URL: 'off' },
  },
})

export default defineConfig({
  test: {
    // Of two processors two workers used little more than one: most of our time is spent waiting for timers and servers.
    maxWorkers: 3,
    // What a passing test writes is nobody's business.
    silent: 'passed-only',
    globalSetup: ['./test/support/upstream-setup.ts'],
    projects: [
      {
        plugins: [workers],
        test: {
          name: 'workers',
          include: ['test/**/*.test.ts'],
          exclude: [...pureTests, ...nodeTests, 'test/clients/**', '**/node_modules/**'],
          setupFiles: ['./test/support/setup.ts'],
          ...patience,
        },
      },
      {
        plugins: [workers],
        test: {
          name: 'pure',
          include: pureTests,
          exclude: nodeTests,
          isolate: false,
          ...patience,
        },
      },
      {
        test: {
          name: 'node',
          include: nodeTests,
          exclude: ['test/clients/**', '**/node_modules/**'],
          ...patience,
        },
      },
      {
        test: {
          name: 'clients',
          include: ['test/clients/*.test.ts'],
          globalSetup: ['./test/clients/setup.ts'],
          setupFiles: ['./test/clients/loopback.ts'],
          ...patience,
        },
      },
    ],
  },
})
