import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { Prisma, PrismaClient } from '../../prisma/generated/client.ts';
import type { Log } from './log.ts';

/** The database, through Prisma. `Tx` is the same inside a transaction; domain functions take whichever they are given. */
export type Db = PrismaClient;
export type Tx = Prisma.TransactionClient;
export { Prisma };

export interface OpenDb {
  db: Db;
  pool: pg.Pool;
  close(): Promise<void>;
}

/**
 * Opens a pool and Prisma over it. A statement is given up after 3 s and a transaction that idles after 10 s, so that
 * nothing waits for ever; an idle connection that breaks (a database restart) is logged and replaced, not fatal.
 */
export function openDb(url: string, options: { connections: number; log: Log; statementTimeout?: number }): OpenDb {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections,
    connectionTimeoutMillis: 3_000,
    statement_timeout: options.statementTimeout ?? 3_000,
    idle_in_transaction_session_timeout: 10_000,
  });
  pool.on('error', (error) => options.log.warn({ error: error.message }, 'an idle database connection broke'));
  const db = new PrismaClient({
    adapter: new PrismaPg(pool),
    // `throw` already reaches us; Prisma's own printing would put SQL and values on the console.
    log: [],
    // And its messages would quote the arguments of the call.
    errorFormat: 'minimal',
    transactionOptions: { maxWait: 3_000, timeout: 10_000 },
  });
  return {
    db,
    pool,
    async close() {
      await db.$disconnect();
      await pool.end().catch(() => {});
    },
  };
}
