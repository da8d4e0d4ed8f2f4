import type { Context } from 'hono'
import { Hono } from 'hono/tiny'
import { authenticate, identify } from '../accounts/caller.ts'
import {
  capturePreset,
  deletePreset,
  getPreset,
  getVersion,
  listPresets,
  listVersions,
  presetPage,
} from '../accounts/presets.ts'
import type { Env } from '../env.ts'
import { readBody } from '../gateway/body.ts'
import { limitsOf } from '../gateway/limits.ts'
import { anthropicMessagesDialect } from '../wire/anthropic-messages/dialect.ts'
import type { Dialect } from '../wire/dialect.ts'
import { openaiChatDialect } from '../wire/openai-chat/dialect.ts'
import { openaiResponsesDialect } from '../wire/openai-responses/dialect.ts'
import { noParameters, queryOf } from './input.ts'

/** The presets of an account, for any of its keys. */
export const presets = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    const accountId = await accountOf(c)
    return c.json(await listPresets(c.env, accountId, queryOf(c, presetPage)))
  })
  .get('/:slug', async (c) => {
    const accountId = await accountOf(c)
    queryOf(c, noParameters)
    return c.json({ data: await getPreset(c.env, accountId, c.req.param('slug')) })
  })
  .get('/:slug/versions', async (c) => {
    const accountId = await accountOf(c)
    return c.json(await listVersions(c.env, accountId, c.req.param('slug'), queryOf(c, presetPage)))
  })
  .get('/:slug/versions/:version', async (c) => {
    const accountId = await accountOf(c)
    queryOf(c, noParameters)
    const { slug, version } = c.req.param()
    return c.json({ data: await getVersion(c.env, accountId, slug, version) })
  })
  .delete('/:slug', async (c) => {
    const accountId = await accountOf(c)
    queryOf(c, noParameters)
    await deletePreset(c.env, accountId, c.req.param('slug'))
    return c.json({ deleted: true })
  })
  .post('/:slug/chat/completions', (c) => capture(c, c.req.param('slug'), openaiChatDialect))
  .post('/:slug/messages', (c) => capture(c, c.req.param('slug'), anthropicMessagesDialect))
  .post('/:slug/responses', (c) => capture(c, c.req.param('slug'), openaiResponsesDialect))

type PresetContext = Context<{ Bindings: Env }>

async function capture(c: PresetContext, slug: string, dialect: Dialect): Promise<Response> {
  const accountId = await accountOf(c)
  queryOf(c, noParameters)
  const body = await readBody(c.req.raw, limitsOf(c.env))
  return c.json({ data: await capturePreset(c.env, accountId, { slug, body, dialect }, Date.now()) })
}

async function accountOf(c: PresetContext): Promise<string> {
  const caller = await authenticate(c.env, c.req.raw.headers)
  await identify(c.env, caller)
  return caller.accountId
}
