import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import type { BookSnapshot } from '../../../src/ledger/invariants.ts'
import type { flushStatements } from '../../../src/ledger/flush.ts'
import type { Flush } from '../../../src/ledger/state.ts'
import type { SimulatedBook } from './book.ts'

const schema = readFileSync(fileURLToPath(new URL('../../../schema.sql', import.meta.url).href), 'utf8')

/** D1 as a SQLite in memory, with the real schema and the real statements. */
export class SqliteBook implements SimulatedBook {
  #database = new DatabaseSync(':memory:')
  readonly #statements: typeof flushStatements

  constructor(statements: typeof flushStatements) {
    this.#statements = statements
    this.#database.exec(schema)
    this.#database.exec(`insert into accounts (id, name, created_at) values ('account', 'account', 0)`)
  }

  flush(flush: Flush): number {
    this.#database.exec('begin')
    for (const { sql, parameters } of this.#statements('account', flush)) {
      const named = Object.fromEntries(parameters.map((value, index) => [`?${index + 1}`, value]))
      this.#database.prepare(sql).run(named)
    }
    this.#database.exec('commit')
    return this.#number('select seq as number from accounts')
  }

  snapshot(): BookSnapshot {
    const lines = this.#database
      .prepare(
        `select seq, -coalesce(posted_nanos, 0) as amountNanos from generations
         union all select seq, amount_nanos from ledger_entries`,
      )
      .all()
      .map(({ seq, amountNanos }) => ({ seq: Number(seq), amountNanos: Number(amountNanos) }))
    const seq = this.#number('select seq as number from accounts')
    return { seq, balanceNanos: this.#number('select balance_nanos as number from accounts'), lines }
  }

  copy(): () => void {
    const tables = ['accounts', 'generations', 'ledger_entries']
    for (const table of tables) {
      this.#database.exec(
        `drop table if exists ${table}_copy; create table ${table}_copy as select * from ${table}`,
      )
    }
    return () => {
      for (const table of tables) {
        this.#database.exec(`delete from ${table}; insert into ${table} select * from ${table}_copy`)
      }
    }
  }

  #number(query: string): number {
    return Number(this.#database.prepare(query).get()?.['number'])
  }
}
