import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import * as z from 'zod'

const project = join(import.meta.dirname, '..')
const migrations = join(project, 'migrations')
const schema = readFileSync(join(project, 'schema.sql'), 'utf8')

test('the migrations, in order, add up to schema.sql', () => {
  const names = readdirSync(migrations).toSorted()
  expect(names.filter((name) => !/^\d{4}_[a-z0-9_]+\.sql$/.test(name))).toEqual([])
  expect(contents(names.map((name) => readFileSync(join(migrations, name), 'utf8')))).toEqual(
    contents([schema]),
  )
})

test('every table is strict and has one comment before it', () => {
  const tables = [...schema.matchAll(/^create table (\w+)/gm)].map((match) => match[1])
  const commented = [...schema.matchAll(/(?<=^|\n\n)(?:-- [^\n]+\n)+create table (\w+)/g)].map(
    (match) => match[1],
  )
  const strict = database([schema])
    .prepare("select name from pragma_table_list where schema = 'main' and strict = 1")
    .all()
  expect(commented).toEqual(tables)
  expect(new Set(strict.map((row) => row['name']))).toEqual(new Set(tables))
})

const rows = z.array(z.object({ type: z.string(), name: z.string(), sql: z.string() }))

/** What an empty database holds after the scripts, in a form that layout and comments do not change. */
function contents(scripts: string[]): unknown {
  const query = 'select type, name, sql from sqlite_schema where sql is not null order by type, name'
  return rows.parse(database(scripts).prepare(query).all()).map(({ type, name, sql }) => ({
    type,
    name,
    sql: sql
      .replaceAll(/--[^\n]*/g, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/ ?([(),]) ?/g, '$1')
      .toLowerCase(),
  }))
}

function database(scripts: string[]): DatabaseSync {
  const empty = new DatabaseSync(':memory:')
  for (const script of scripts) empty.exec(script)
  return empty
}
