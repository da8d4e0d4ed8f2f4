import { env } from 'cloudflare:workers'
import { createExecutionContext } from 'cloudflare:test'
import { app } from '../../src/app.ts'

/** The page as a browser is sent it, by a gateway with these variables set. */
export async function page(
  url = 'https://gateway.test/',
  variables: Record<string, string> = {},
  init: RequestInit = {},
): Promise<{ response: Response; html: string }> {
  const context = createExecutionContext()
  const response = await app.fetch(new Request(url, init), { ...env, ...variables }, context)
  return { response, html: await response.text() }
}
