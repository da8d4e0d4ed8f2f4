import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import * as z from 'zod'

/** What the figures were measured on and with. */
export interface Environment {
  date: string
  machine: string
  versions: string
  rounds: number
  loadBefore: number
}

export function environment(rounds: number): Environment {
  const [cpu] = cpus()
  const packages = ['wrangler', 'miniflare', 'workerd', 'hono', 'zod']
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpu?.model.trim() || process.arch}, ${process.platform}`,
    versions: [`switchyard ${version('.')}`, `node ${process.versions.node}`, ...packages.map(named)].join(
      ', ',
    ),
    rounds,
    loadBefore: loadavg()[0] ?? Number.NaN,
  }
}

function named(name: string): string {
  return `${name} ${version(`node_modules/${name}`)}`
}

function version(folder: string): string {
  const manifest = z.object({ version: z.string() })
  return manifest.parse(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))).version
}
