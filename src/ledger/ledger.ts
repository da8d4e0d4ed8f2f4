import { DurableObject } from 'cloudflare:workers'
import type { Env } from '../env.ts'

/** The money of one account. */
export class Ledger extends DurableObject<Env> {}
