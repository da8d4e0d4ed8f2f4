import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = dirname(dirname(import.meta.dirname))

/** A copy of parts of the project in a folder of its own, as of somebody who has just cloned it. */
export function copyProject(parts: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-'))
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true })
  // Windows lets anybody make a junction, but not a symbolic link.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return folder
}

export function removeProject(folder: string): void {
  rmSync(folder, { recursive: true, maxRetries: 5 })
}
