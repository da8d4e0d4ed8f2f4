import { expect, test } from 'vitest'
import { cellOf, columnNames } from './columns.ts'
import { scenarios } from './scenarios.ts'

test.each(scenarios)('$name: what each provider is asked', (scenario) => {
  const cells = columnNames.map((column) => [column, cellOf(scenario, column)])
  expect(Object.fromEntries(cells)).toEqual(scenario.bodies)
})
