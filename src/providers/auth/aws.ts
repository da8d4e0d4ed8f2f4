import { AwsV4Signer } from 'aws4fetch'
import { keyHeader, type Auth, type Outgoing } from './auth.ts'
import type { Setting } from '../variables.ts'

/** The region that is asked where none is set. */
export const regionDefault = 'us-east-1'

/** An API key of Bedrock as a bearer token; without one, requests are signed for a service of AWS (SigV4). */
export function awsAuth(service: 'bedrock' | 'bedrock-mantle'): Auth {
  return {
    needs: ['API_KEY'],
    instead: [['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY']],
    takes: ['SESSION_TOKEN', 'REGION'],
    headers: async (request, setting, nowMs) => {
      const key = setting('API_KEY')
      if (key !== undefined) return keyHeader('authorization', key, 'Bearer ')
      return await signed(request, { service, setting, nowMs })
    },
  }
}

/** Keys for signing are derived from the secret once a day. Bounded: an operator has one, clients with keys a few. */
const signingKeyCache = new Map<string, ArrayBuffer>()
const signingKeysMax = 100

async function signed(
  { method, url, body }: Outgoing,
  { service, setting, nowMs }: { service: string; setting: Setting; nowMs: number },
): Promise<Record<string, string>> {
  if (signingKeyCache.size >= signingKeysMax) signingKeyCache.clear()
  const sessionToken = setting('SESSION_TOKEN')
  const signer = new AwsV4Signer({
    method,
    url,
    body,
    service,
    region: setting('REGION') ?? regionDefault,
    accessKeyId: setting('ACCESS_KEY_ID') ?? '',
    secretAccessKey: setting('SECRET_ACCESS_KEY') ?? '',
    ...(sessionToken !== undefined && { sessionToken }),
    datetime: new Date(nowMs).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
    cache: signingKeyCache,
  })
  // No header of the request is signed: on its way through the runtime some change, and those that count are ours.
  const { headers } = await signer.sign()
  return Object.fromEntries(headers)
}
