import type * as z from 'zod/mini'
import { GatewayError } from '../base/errors.ts'
import type { Conversation } from '../generation/conversation.ts'

/** What is wrong with a body, with its path: the first issue; of a union, that of the alternative that came furthest. */
export function firstIssue(issues: readonly z.core.$ZodIssue[], path: PropertyKey[] = []): string {
  const issue = issues[0]
  if (!issue) return 'Invalid request parameters'
  const here = [...path, ...issue.path]
  if (issue.input === undefined && issue.code.startsWith('invalid_')) return `${pathText(here)}: is required`
  if (issue.code !== 'invalid_union') return `${pathText(here)}: ${issue.message}`
  const furthest = issue.errors.toSorted((left, right) => reachOf(right) - reachOf(left))[0]
  if (furthest && reachOf(furthest) > 0) return firstIssue(furthest, here)
  return `${pathText(here)}: ${wanted(issue)}`
}

/** Of a union of which no alternative came anywhere: the values it takes, or else the types. */
function wanted(issue: z.core.$ZodIssueInvalidUnion): string {
  const firsts = issue.errors.flatMap((issues) => issues.slice(0, 1))
  const option = firsts.find(({ code }) => code === 'invalid_value')
  const types = firsts.flatMap((each) => (each.code === 'invalid_type' ? [each.expected] : []))
  return (
    option?.message ??
    (types.length > 0 ? `Invalid input: expected ${[...new Set(types)].join(' or ')}` : issue.message)
  )
}

/** How far into the value an alternative was right: not at all where it wants another type altogether. */
function reachOf(issues: readonly z.core.$ZodIssue[]): number {
  const isOfType = issues.every(({ code }) => code !== 'invalid_type' && code !== 'invalid_value')
  return Math.max(isOfType ? 1 : 0, ...issues.map((issue) => issue.path.length))
}

function pathText(path: PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`))
    .join('')
}

/** Refuses pictures and speech where a format has text alone: without them it would not be the answer asked for. */
export function refuseOtherModalities(modalities: readonly string[] | undefined): void {
  const other = modalities?.find((modality) => modality !== 'text')
  if (other !== undefined)
    throw invalid(`modalities: the provider of this model answers in text, not in ${other}`)
}

/** Refuses a form of the answer beside tools where a format takes one or the other. */
export function refuseFormBesideTools({ answerFormat, tools, toolChoice }: Conversation): void {
  if (answerFormat && tools.length > 0 && toolChoice !== 'none') {
    throw invalid("response_format: this model's provider cannot hold to it beside tools; send one of them")
  }
}

const nameLettersMax = 64

/** Refuses a tool whose name is longer than a format takes: under a shorter one its client would not know it. */
export function refuseLongNames(tools: Conversation['tools']): void {
  const name = tools.find((tool) => tool.name.length > nameLettersMax)?.name
  if (name === undefined) return
  throw invalid(
    `tools: the name ${name} is longer than the ${nameLettersMax} letters this model's provider takes`,
  )
}

/** A file that the client has given to another provider. */
export function notStoredHere(): GatewayError {
  return invalid("file_id: the file is not stored at this model's provider; send the file itself")
}

export function notYet(name: string): GatewayError {
  return invalid(`${name} is not supported yet`)
}

export function invalid(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}
