import { env } from 'cloudflare:workers'

/** The objects that remember how endpoints do. Other tests have none, see `setup.ts`: bind these to have them. */
export const healthObjects = env.HEALTH
