import type { TestProject } from 'vitest/node'
import { startUpstream } from './upstream.ts'

declare module 'vitest' {
  interface ProvidedContext {
    upstreamUrl: string
  }
}

/** One fault-injecting upstream per run, for the tests of all projects: `inject('upstreamUrl')`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const upstream = await startUpstream()
  project.provide('upstreamUrl', upstream.url)
  return upstream.close
}
