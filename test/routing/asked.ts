import { env } from 'cloudflare:workers'
import { errorObject, GatewayError } from '../../src/base/errors.ts'
import type { Env } from '../../src/env.ts'
import type { RoutingAsk, RoutingSettings } from '../../src/generation/routing.ts'
import type { Selection } from '../../src/routing/candidate.ts'
import { selectCandidates } from '../../src/routing/select.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'

/** What a chat request says besides its models, and who asks it where. */
export interface Asked extends Partial<Omit<RoutingAsk, 'models'>> {
  env?: Env
  settings?: RoutingSettings[]
  body?: object
  random?: () => number
}

/** A gateway at which several makers can be called. */
export const live = {
  ...env,
  OPENAI_API_KEY: 'key',
  ANTHROPIC_API_KEY: 'key',
  OPENROUTER_API_KEY: 'key',
  GOOGLE_AI_STUDIO_API_KEY: 'key',
  OLLAMA_BASE_URL: 'http://127.0.0.1:11434/v1',
}

export async function selected(models: string | string[], asked: Asked = {}): Promise<Selection> {
  const { env: on = live, settings = [], body, random = () => 0, ...ask } = asked
  const chat = { model: 'simulator/echo', messages: [{ role: 'user', content: 'Hi' }], ...body }
  const request = openaiChatDialect.decodeRequest(chat, new Headers())
  const routing = { ...request.routing, ...ask, models: [models].flat() }
  return await selectCandidates(on, { ...request, routing }, settings, random)
}

export async function idsOf(models: string | string[], asked: Asked = {}): Promise<string[]> {
  return (await selected(models, asked)).candidates.map(({ model }) => model.id)
}

export async function refusal(
  models: string | string[],
  asked: Asked = {},
): Promise<Record<string, unknown>> {
  try {
    await selected(models, asked)
  } catch (error) {
    if (error instanceof GatewayError) return errorObject(error)
    throw error
  }
  throw new Error(`${[models].flat().join()} was not refused`)
}
