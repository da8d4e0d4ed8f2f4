import * as z from 'zod/mini'
import { GatewayError } from '../base/errors.ts'
import { answerOf } from '../base/sql.ts'
import type { Env } from '../env.ts'
import { publishState } from './publish.ts'
import type { DataPolicy } from './model.ts'
import type { SeedModel, SeedPrice } from './seed.ts'
import type { Overrides } from './state.ts'

/** The most that an operator decides by hand; more is a list of its own. */
const overridesMax = 500

const row = z.object({
  model: z.string(),
  kind: z.enum(['hidden', 'price', 'model', 'policy']),
  provider: z.string(),
  value: z.string(),
  updated_at: z.int(),
})

type Row = z.infer<typeof row>

/** One decision, as it is stored. */
export interface Override {
  /** Empty for a policy of whatever a provider serves. */
  model: string
  kind: Row['kind']
  /** Of a price and of a policy, whose; else empty. */
  provider: string
  value: SeedPrice | SeedModel | DataPolicy | Record<string, never>
}

/** Every decision, in the order of their models. */
export async function listOverrides(env: Env): Promise<Row[]> {
  const query = env.DB.prepare(
    `select * from catalogue_overrides union all select * from catalogue_policies
     order by model, kind, provider`,
  )
  return z.array(row).parse((await answerOf(query.all())).results)
}

/** Stores a decision in place of the one before, and tells the isolates. */
export async function setOverride(env: Env, override: Override, nowMs: number): Promise<void> {
  const { model, kind, provider, value } = override
  const insert = env.DB.prepare(
    `insert into ${tableOf(kind)} (model, kind, provider, value, updated_at)
     select ?1, ?2, ?3, ?4, ?5
     where (select count(*) from ${tableOf(kind)}) < ?6
       or exists (select 1 from ${tableOf(kind)} where model = ?1 and kind = ?2 and provider = ?3)
     on conflict (model, kind, provider) do update set value = excluded.value, updated_at = excluded.updated_at`,
  ).bind(model, kind, provider, JSON.stringify(value), nowMs, overridesMax)
  const { meta } = await answerOf(insert.run())
  if (meta.changes === 0) {
    throw new GatewayError('conflict', `There are ${overridesMax} decisions already. Take one back first.`)
  }
  await publishState(env, await readOverrides(env), nowMs)
}

/** Takes a decision back; false where there is none. */
export async function dropOverride(
  env: Env,
  { model, kind, provider }: Omit<Override, 'value'>,
  nowMs: number,
): Promise<boolean> {
  const query = env.DB.prepare(`delete from ${tableOf(kind)} where model = ? and kind = ? and provider = ?`)
  const { meta } = await answerOf(query.bind(model, kind, provider).run())
  if (meta.changes > 0) await publishState(env, await readOverrides(env), nowMs)
  return meta.changes > 0
}

function tableOf(kind: Row['kind']): 'catalogue_policies' | 'catalogue_overrides' {
  return kind === 'policy' ? 'catalogue_policies' : 'catalogue_overrides'
}

/** Every decision as the isolates need it. */
export async function readOverrides(env: Env): Promise<Overrides> {
  const rows = await listOverrides(env)
  const hidden = rows.filter(({ kind }) => kind === 'hidden').map(({ model }) => model)
  const prices = rows
    .filter(({ kind }) => kind === 'price')
    .map(({ model, provider, value }) => {
      const price: SeedPrice = JSON.parse(value)
      return { model, provider, price }
    })
  const models = rows
    .filter(({ kind }) => kind === 'model')
    .map(({ value }) => {
      const model: SeedModel = JSON.parse(value)
      return model
    })
  const policies = rows
    .filter(({ kind }) => kind === 'policy')
    .map(({ model, provider, value }) => {
      const policy: DataPolicy = JSON.parse(value)
      return { model, provider, policy }
    })
  return { hidden, prices, models, policies }
}
