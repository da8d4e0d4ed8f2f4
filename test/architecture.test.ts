import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { expect, test } from 'vitest'

/** A folder of `src` imports from itself and from folders to its left; the files beside them import what they like. */
const order = [
  'base',
  'generation',
  'wire',
  'providers',
  'catalogue',
  'ledger',
  'routing',
  'activity',
  'cache',
  'accounts',
  'gateway',
  'api',
  'console',
]

/** Formats do not know each other, nor do the ways to authenticate: what they share lies beside their folders. */
const withSeparateSiblings = new Set(['wire', 'providers'])

const source = join(import.meta.dirname, '..', 'src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ({ path: path.split(sep).join('/'), text: readFileSync(join(source, path), 'utf8') }))

interface Import {
  from: string
  to: string
  typeOnly: boolean
}

const imports = files.flatMap(({ path, text }) => importsOf(path, text))

test('a folder imports only from itself and from folders to its left', () => {
  const rightwards = imports.filter((each) => !namesBindings(each) && rank(each.to) > rank(each.from))
  expect(rightwards.map(describe)).toEqual([])
})

test('siblings inside wire and providers do not import each other', () => {
  const across = imports.filter(({ from, to }) => {
    const [folder = '', sibling, below] = from.split('/')
    const [otherFolder, otherSibling, otherBelow] = to.split('/')
    if (below === undefined || otherBelow === undefined) return false
    return withSeparateSiblings.has(folder) && otherFolder === folder && otherSibling !== sibling
  })
  expect(across.map(describe)).toEqual([])
})

test('every folder of src has a place in the order', () => {
  const folders = new Set(files.filter(({ path }) => path.includes('/')).map(({ path }) => folderOf(path)))
  expect([...folders].filter((folder) => !order.includes(folder))).toEqual([])
})

test('no file of src is longer than 400 lines', () => {
  const long = files.filter(({ text }) => text.split('\n').length > 401)
  expect(long.map(({ path }) => path)).toEqual([])
})

const outgoing = new Set(['providers/fetch.ts'])

test('only one module talks to the outside world', () => {
  const calling = files.filter(({ text }) => /(?<![.\w#])(?:globalThis\.)?fetch\(/.test(withoutMethods(text)))
  expect(calling.map(({ path }) => path).filter((path) => !outgoing.has(path))).toEqual([])
})

/** The imports of a file that lead to other files of `src`. */
function importsOf(from: string, text: string): Import[] {
  const pattern =
    /^(?:import|export)(\s+type)?\b[^'"]*?from\s+'(\.[^']+)'|\bimport\('(\.[^']+)'\)|^import\s+'(\.[^']+)'/gm
  return [...text.matchAll(pattern)].map(([, type, named, dynamic, bare]) => ({
    from,
    to: relative(source, join(source, dirname(from), named ?? dynamic ?? bare ?? ''))
      .split(sep)
      .join('/'),
    typeOnly: type !== undefined,
  }))
}

/** The types of env.ts name what any folder may be handed. */
function namesBindings({ to, typeOnly }: Import): boolean {
  return to === 'env.ts' && typeOnly
}

function rank(path: string): number {
  return path.includes('/') ? order.indexOf(folderOf(path)) : order.length
}

function folderOf(path: string): string {
  return path.split('/')[0] ?? ''
}

/** `async fetch(request) {` declares what a Worker or an object answers; it calls nothing. */
function withoutMethods(text: string): string {
  return text.replaceAll(/^\s*(?:override\s+)?(?:async\s+)?fetch\([^\n]*\{$/gm, '')
}

function describe({ from, to }: Import): string {
  return `${from} imports ${to}`
}
