import { AsyncResource } from 'node:async_hooks';
import type { Socket } from 'node:net';
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

/**
 * Ends a connection over which a statement has run for so long without a byte from the database: it hangs, or the way there is broken and nobody
 * says so. Whoever waits learns of it, and the pool opens another. An idle connection may be silent. `statement_timeout` is the database's own,
 * and of no help when that hangs.
 * @param silence in milliseconds
 */
export function endSilence(client: pg.Client, silence: number): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.setTimeout(silence);
  // Each time, not as a callback of setTimeout, which is called once: it may have been while the connection idled.
  stream.on('timeout', () => {
    const { readyForQuery } = client as unknown as { readyForQuery: boolean };
    if (!readyForQuery) stream.destroy(new Error('Connection terminated: the database does not answer'));
  });
}

/** Opens a pool of connections. One that breaks (a database restart) is logged and replaced, never fatal. */
export function openPool(settings: pg.PoolConfig & { silence: number }, log: Log): pg.Pool {
  const { silence, ...rest } = settings;
  const pool = new pg.Pool({ keepAlive: true, ...rest });
  // The pool does not listen to a connection that it has just handed over, and its new holder not yet: an error in between
  // would end the process. Whoever has it learns of it by its next statement.
  pool.on('connect', (client) => {
    client.on('error', () => {});
    endSilence(client as pg.Client, silence);
  });
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
  const { statementTimeout = 3_000 } = options;
  const pool = openPool(
    {
      connectionString: url,
      Client: watchedClient(statements),
      max: options.connections,
      connectionTimeoutMillis: 3_000,
      statement_timeout: statementTimeout,
      silence: statementTimeout + 1_000,
      idle_in_transaction_session_timeout: 10_000,
    },
    options.log,
  );
  watchConnecting(pool, statements);
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

type Connected = (...args: unknown[]) => void;

/** Counts how long is waited for a connection, which is over when there is none in time, too. */
function watchConnecting(pool: pg.Pool, statements: Statements): void {
  const connect = pool.connect as unknown as (callback?: Connected) => Promise<unknown> | undefined;
  const watched: typeof connect = (callback) => {
    const began = performance.now();
    const over = () => statements.waits.add(performance.now() - began);
    if (!callback) {
      const client = connect.call(pool)!;
      client.then(over, over);
      return client;
    }
    // Who waits gets it in the course of somebody else's work: traces must tell them apart.
    const connected = statements.trace ? AsyncResource.bind(callback) : callback;
    return connect.call(pool, (...args) => {
      over();
      connected(...args);
    });
  };
  pool.connect = watched as never;
}

/** Prisma's codes for a database that cannot be reached, closed the connection, or has none to spare. */
const awayCodes = ['P1001', 'P1002', 'P1017', 'P2024', 'P2037'];
/**
 * The same as PostgreSQL and its client say it. 57P01 to 57P03 are its own for "stopped", "crashed" and "not yet up", 53100 to 53300 for a full disk,
 * no memory and no connection to spare, 25006 for one that only reads for the moment.
 */
const awayTexts = [
  /Can't reach database server|Server has closed the connection|Connection terminated|connection error and is not queryable/,
  /timeout exceeded when trying to connect|Unable to start a transaction in the given time/,
  /terminating connection|the database system is (?:starting up|shutting down|in recovery mode|not yet accepting connections)/,
  /too many clients|connection slots are reserved|No space left on device|in a read-only transaction/,
  /\b(?:57P0[123]|53[123]00|25006)\b/,
];

/** Whether something failed because the database is away: for the moment, and through no fault of the request. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    awayCodes.includes((error as { code?: string }).code ?? '') || awayTexts.some((text) => text.test(error.message))
  );
}
