import { styleText } from 'node:util'
import { formatUsd, nanosPerUsd, parseUsd } from '../src/base/money.ts'

export interface Column<Row> {
  head: string
  /** Numbers stand to the right, so that their digits do not dance. */
  align?: 'right'
  cell: (row: Row) => string
  /** Whether the cell is something to look at. */
  alarming?: (row: Row) => boolean
}

/** Rows under a head, in columns as wide as they must be; coloured where a terminal shows it and NO_COLOR is not set. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines: Cell[][] = rows.map((row) =>
    columns.map((column) => ({
      text: printable(column.cell(row)),
      ...(column.alarming?.(row) && { style: 'red' as const }),
    })),
  )
  const all: Cell[][] = [columns.map(({ head }) => ({ text: head, style: 'dim' as const })), ...lines]
  const widths = columns.map((_, index) => Math.max(...all.map((line) => widthOf(line[index]?.text ?? ''))))
  return all
    .map((line) =>
      line
        .map((cell, index) => {
          const gap = ' '.repeat((widths[index] ?? 0) - widthOf(cell.text))
          const text = cell.style ? styleText(cell.style, cell.text) : cell.text
          const last = index === columns.length - 1
          return columns[index]?.align === 'right' ? gap + text : text + (last ? '' : gap)
        })
        .join('  '),
    )
    .join('\n')
}

interface Cell {
  text: string
  style?: 'dim' | 'red'
}

/** Labels before their values, one to a line. */
export function facts(pairs: readonly (readonly [label: string, value: string])[]): string {
  const width = Math.max(...pairs.map(([label]) => label.length))
  return pairs
    .map(
      ([label, value]) =>
        `${styleText('dim', label)}${' '.repeat(width - label.length)}  ${printable(value)}`,
    )
    .join('\n')
}

/** Dollars of a reply, for people. */
export function dollars(amount: number): string {
  return formatUsd(nanosOf(amount))
}

/** Dollars of a reply as integers, for sums. */
export function nanosOf(amount: number): number {
  return parseUsd(amount) ?? Math.round(amount * nanosPerUsd)
}

/** An instant of a reply where this machine is: `2026-11-21 13:05`. */
export function localTime(instant: string): string {
  // The Swedish write dates so that everybody reads them alike.
  return new Date(instant).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' })
}

function widthOf(text: string): number {
  return [...new Intl.Segmenter().segment(text)].length
}

/** What is shown moves no cursor. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\u{fffd}')
}
