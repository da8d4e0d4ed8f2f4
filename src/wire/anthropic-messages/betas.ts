import type { JsonObject } from '../../base/json.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { readArray, readObject, readText } from '../json.ts'
import type { UpstreamTarget } from '../protocol.ts'

/** What the clouds know of Anthropic's betas; they refuse a request that names any other. */
export const cloudBetas: readonly string[] = [
  'computer-use-2024-10-22',
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-1m-2025-08-07',
  'context-management-2025-06-27',
  'fine-grained-tool-streaming-2025-05-14',
  'interleaved-thinking-2025-05-14',
  'output-128k-2025-02-19',
  'token-efficient-tools-2025-02-19',
]

/** Betas that a part of the body needs: they are asked for where the client has not done so. */
const needed: readonly { beta: string; by: (body: JsonObject) => boolean }[] = [
  { beta: 'fast-mode-2026-02-01', by: (body) => body['speed'] === 'fast' },
  {
    beta: 'context-management-2025-06-27',
    by: (body) => edits(body).some((type) => type.startsWith('clear_')),
  },
  { beta: 'compact-2026-01-12', by: (body) => edits(body).includes('compact_20260112') },
  { beta: 'mid-conversation-tool-changes-2026-07-01', by: changesTools },
]

/** The betas to ask a host for: those the client named and the host knows, and those the body needs. */
export function betasFor(request: GenerationRequest, body: JsonObject, { quirks }: UpstreamTarget): string[] {
  const { betas: known = [] } = quirks
  const named = (request.native.headers?.['anthropic-beta'] ?? '').split(',').map((beta) => beta.trim())
  const asked = [...named.filter(isName), ...needed.filter(({ by }) => by(body)).map(({ beta }) => beta)]
  return [...new Set(asked)].filter((beta) => known === 'all' || known.includes(beta))
}

/** A header is made of them: nothing else a client writes gets there. */
function isName(beta: string): boolean {
  return /^[a-z0-9-]{1,100}$/.test(beta)
}

function edits(body: JsonObject): string[] {
  const listed = readArray(readObject(body['context_management'])?.['edits']) ?? []
  return listed.map((edit) => readText(readObject(edit)?.['type']) ?? '')
}

function changesTools(body: JsonObject): boolean {
  return (readArray(body['messages']) ?? []).some((message) => {
    const { role, content } = readObject(message) ?? {}
    if (role !== 'system') return false
    return (readArray(content) ?? []).some((block) =>
      readText(readObject(block)?.['type'])?.startsWith('tool_'),
    )
  })
}
