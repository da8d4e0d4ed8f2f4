import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { schemaVersion } from '../src/api/readiness.ts'

const project = join(import.meta.dirname, '..')
const migrations = join(project, 'migrations')
const schema = readFileSync(join(project, 'schema.sql'), 'utf8')
const names = readdirSync(migrations).toSorted()
const texts = names.map((name) => readFileSync(join(migrations, name), 'utf8'))

test('the migrations, in order, add up to schema.sql', () => {
  expect(names.filter((name) => !/^\d{4}_[a-z0-9_]+\.sql$/.test(name))).toEqual([])
  expect(contents(texts)).toEqual(contents([schema]))
})

test('the last migration, the database and the Worker name the same version', () => {
  const last = Number(names.at(-1)?.slice(0, 4))
  expect(schemaVersion).toBe(last)
  for (const scripts of [texts, [schema]]) {
    expect(database(scripts).prepare('select version from schema_version').all()).toEqual([{ version: last }])
  }
})

test('migrations only add, so that the release before goes on during a rollout', () => {
  for (const text of texts) expect(forbidden(text)).toEqual([])
})

test('each migration after the first ends by setting its own number', () => {
  const numbered = names.slice(1).map((name, index) => ({ name, version: index + 2 }))
  expect(numbered.filter(({ name, version }) => Number(name.slice(0, 4)) !== version)).toEqual([])
  expect(numbered.filter(({ version }) => !setsVersion(version, texts[version - 1] ?? ''))).toEqual([])
})

test.for([
  ['nothing', 'create table ok (id text primary key) strict;'],
  ['the number before', 'update schema_version set version = 2;'],
  ['it too early', 'update schema_version set version = 3;\ncreate table late (id text primary key) strict;'],
  [
    'it in a comment',
    'create table ok (id text primary key) strict;\n-- update schema_version set version = 3;',
  ],
] as const)('a third migration that sets %s is refused', ([, text]) => {
  expect(setsVersion(3, text)).toBe(false)
})

test.for([
  'drop table keys',
  'drop index keys_by_account',
  'alter table keys rename to old_keys',
  'alter table keys rename column name to title',
  'alter table keys drop column label',
  'delete from keys where disabled = 1',
  'insert or replace into schema_version values (1, 3)',
  'create unique index names on keys (name)',
  'create trigger t after insert on keys begin delete from keys; end',
  'pragma writable_schema = on',
])('a migration that says %s is refused', (statement) => {
  const text = `-- Innocent.\ncreate table ok (id text primary key) strict;\n${statement};\n`
  expect(forbidden(text).join('; ')).toContain(statement)
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

/**
 * What a statement of a migration may begin with. Anything else is refused, whatever it would do: what takes away, or
 * what old rows or the old release's statements could fail on.
 */
const allowed = [
  /^create table \w+ ?\(/,
  /^create index \w+ on /,
  /^create view /,
  /^alter table \w+ add column /,
  /^insert into /,
  /^update \w+ set /,
]

/** The statements of a script that are none of these. No literal of a migration may hold a semicolon or two dashes. */
function forbidden(script: string): string[] {
  return statements(script).filter((statement) => !allowed.some((pattern) => pattern.test(statement)))
}

/** The second makes the table that holds the number. */
function setsVersion(version: number, script: string): boolean {
  const first = 'insert into schema_version (one, version) values (1, 2)'
  const last = statements(script).at(-1)
  return last === (version === 2 ? first : `update schema_version set version = ${version}`)
}

function statements(script: string): string[] {
  const plain = script.replaceAll(/--[^\n]*/g, '').toLowerCase()
  return plain
    .split(';')
    .map((statement) => statement.replaceAll(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '')
}

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
