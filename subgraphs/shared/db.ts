import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { Prisma, PrismaClient } from '../../prisma/generated/client.ts';
import type { Log } from './log.ts';
import { createStatements, type Statements, watchedClient } from './telemetry/statements.ts';

/** The database, through Prisma. `Tx` is the same inside a transaction; domain functions take whichever they are given. */
export type Db = PrismaClient;
export type Tx = Prisma.TransactionClient;
export { Prisma };

export interface OpenDb {
  db: Db;
  pool: pg.Pool;
  statements: Statements;
  close(): Promise<void>;
}

/** Opens a pool of connections. One that breaks (a database restart) is logged and replaced, never fatal. */
export function openPool(settings: pg.PoolConfig, log: Log): pg.Pool {
  const pool = new pg.Pool(settings);
  // The pool does not listen to a connection that it has just handed over, and its new holder not yet: an error in between
  // would end the process. Whoever has it learns of it by its next statement.
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('error', (error) => log.warn({ error: error.message }, 'an idle database connection broke'));
  return pool;
}

/**
 * Opens a pool and Prisma over it. A statement is given up after 3 s and a transaction that idles after 10 s, so that
 * nothing waits for ever.
 * @param options.slowMs statements that take so many milliseconds or longer are logged; 0 or nothing: none
 */
export function openDb(
  url: string,
  options: { connections: number; log: Log; statementTimeout?: number; slowMs?: number },
): OpenDb {
  const statements = createStatements(options.log, options.slowMs ?? 0);
  const pool = openPool(
    {
      connectionString: url,
      Client: watchedClient(statements),
      max: options.connections,
      connectionTimeoutMillis: 3_000,
      statement_timeout: options.statementTimeout ?? 3_000,
      idle_in_transaction_session_timeout: 10_000,
    },
    options.log,
  );
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
    statements,
    async close() {
      await db.$disconnect();
      await pool.end().catch(() => {});
    },
  };
}

/** Prisma's codes for a database that cannot be reached, closed the connection, or has none to spare. */
const awayCodes = ['P1001', 'P1002', 'P1017', 'P2024'];
/** The same as PostgreSQL and its client say it; 57P01 to 57P03 are its own for "stopped", "crashed" and "not yet up". */
const awayTexts =
  /Can't reach database server|Connection terminated|connection error and is not queryable|terminating connection|the database system is (?:starting up|shutting down|in recovery mode|not yet accepting connections)|\b57P0[123]\b/;

/** Whether something failed because the database is away: for the moment, and through no fault of the request. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return awayCodes.includes((error as { code?: string }).code ?? '') || awayTexts.test(error.message);
}
