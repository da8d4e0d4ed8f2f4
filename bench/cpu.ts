import { readFileSync, readdirSync } from 'node:fs'

/** CPU seconds are read from /proc, so on Linux only; elsewhere the report says that they were not measured. */
export const cpuMeasurable = process.platform === 'linux'

/** Clock ticks per second: what Linux has told user space on every architecture since 2.6. */
const tickMs = 10

/** The workerd processes this one has started. */
export function workerdIds(): number[] {
  if (!cpuMeasurable) return []
  const children = readdirSync('/proc/self/task').flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
  return children.filter((id) => readFileSync(`/proc/${id}/comm`, 'utf8').trim() === 'workerd')
}

/** CPU time a process has used, user and system, in milliseconds. */
export function cpuMs(processId: number): number {
  const stat = readFileSync(`/proc/${processId}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tickMs
}
