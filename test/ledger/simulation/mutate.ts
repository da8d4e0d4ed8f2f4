import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { MutableFile, Mutant } from './mutants.ts'

const ledgerFolder = new URL('../../../src/ledger/', import.meta.url)
const files: MutableFile[] = ['core.ts', 'state.ts', 'flush.ts', 'usage-windows.ts']

/**
 * The URL of a copy of one of the ledger's files in which the mutant lives. The files a mutant may be in are copied
 * together, so that each sees the others' copies; what else they import is the real thing.
 */
export function mutate(mutant: Mutant, entry: MutableFile): string {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-mutant-'))
  for (const file of files) {
    const source = readFileSync(fileURLToPath(new URL(file, ledgerFolder).href), 'utf8')
    const edited = file === mutant.file ? edit(source, mutant) : source
    const script = stripTypeScriptTypes(edited, { mode: 'strip' })
    const linked = script.replaceAll(/from '(\.[^']+)'/g, (_, path: string) => `from '${target(path)}'`)
    writeFileSync(join(folder, file.replace('.ts', '.mjs')), linked)
  }
  return pathToFileURL(join(folder, entry.replace('.ts', '.mjs'))).href
}

function edit(source: string, { name, find, replace }: Mutant): string {
  if (source.split(find).length !== 2)
    throw new Error(`The place of the mutant "${name}" is not in the source once`)
  return source.replace(find, () => replace)
}

function target(path: string): string {
  const copied = files.find((file) => path === `./${file}`)
  return copied ? path.replace('.ts', '.mjs') : new URL(path, ledgerFolder).href
}
