import { join } from 'node:path';
import pg from 'pg';
import { MigrationError, migrate } from '../../prisma/migrate.ts';
import { type Bus, createMemoryBus, createPostgresBus, createRedisBus } from './bus.ts';
import { addressVariable, type Config, ConfigError, subgraphNames } from './config.ts';
import { createSecrets, encryptionKeys } from './crypto.ts';
import { openDb } from './db.ts';
import { startEmbeddedPostgres } from './embeddedPostgres.ts';
import { createGraphClient } from './graph.ts';
import { createHttpClient } from './http.ts';
import { createJobs, migrateQueues } from './jobs.ts';
import type { Log } from './log.ts';
import type { Domain, Platform } from './platform.ts';
import { openTracing } from './telemetry/tracing.ts';
import { waitForMigrations } from './waiting.ts';

export interface StartedPlatform {
  platform: Platform;
  databaseUrl: string;
  /** What is in use, for the start banner. */
  summary: string;
  /** Closes in the order that loses nothing: jobs first, the database last. Says what it closes. */
  close(onStep?: (what: string) => void): Promise<void>;
}

/**
 * Opens everything a process stands on: the database (embedded unless DATABASE_URL is set), its migrations, the bus and
 * the queues, and the way to the graph.
 * @param service what spans say that this process is.
 * @param graphUrl where the gateway takes operations; asked each time, for its port may be known late.
 * @throws ConfigError with one sentence that says what to change.
 */
export async function startPlatform(
  config: Config,
  log: Log,
  onProgress: (what: string) => void,
  domains: readonly Domain[],
  service: string,
  graphUrl: () => string = () => config.GATEWAY_URL ?? `${config.publicUrl}/graphql`,
): Promise<StartedPlatform> {
  const embedded = config.DATABASE_URL
    ? null
    : await startEmbeddedPostgres({ directory: join(config.DATA_DIR, 'postgres'), onProgress }).catch(
        (error: Error) => {
          throw new ConfigError(error.message);
        },
      );
  const databaseUrl = embedded ? embedded.url() : config.DATABASE_URL!;
  const closers: [what: string, close: () => Promise<void>][] = [
    ['the embedded PostgreSQL', async () => embedded?.stop()],
  ];
  const close = async (onStep?: (what: string) => void) => {
    for (const [what, closer] of closers.splice(0).reverse()) {
      onStep?.(what);
      await closer().catch((error: Error) => log.warn({ error: error.message, what }, 'closing failed'));
    }
  };
  try {
    if (embedded || config.migrates) {
      const applied = await migrateDatabase(config, databaseUrl, onProgress);
      if (applied.length > 0)
        onProgress(`applied ${applied.length} database migration${applied.length === 1 ? '' : 's'}`);
    } else {
      await checkDatabase(databaseUrl);
      await waitForMigrations(config, databaseUrl, log);
      if (!config.REDIS_URL) await migrateQueues(databaseUrl);
    }
    const { DATABASE_POOL: connections, SLOW_QUERY_MS: slowMs } = config;
    const { db, pool, statements, close: closeDb } = openDb(databaseUrl, { connections, log, slowMs });
    const watched = { pool, statements };
    closers.push(['the database', closeDb]);
    const tracing = await openTracing(config, service, statements, log);
    closers.push(['the way of spans', async () => tracing?.stop()]);
    const bus = await openBus(config, databaseUrl, log);
    closers.push(['the bus', () => bus.close()]);
    const graph = createGraphClient(graphUrl, config.REQUEST_TIMEOUT_MS + 1_000);
    closers.push(['the way to the graph', () => graph.close()]);
    const http = createHttpClient({
      allowPrivate: config.ALLOW_PRIVATE_ADDRESSES === 'yes',
      ports: config.OUTBOUND_PORTS,
    });
    closers.push(['the way to the web', async () => void (await http.close())]);
    // Last to open, first to close: jobs that end use all of the others.
    const jobs = createJobs({ redisUrl: config.REDIS_URL, databaseUrl }, log);
    closers.push(['jobs', () => jobs.close()]);
    const secrets = createSecrets(encryptionKeys(config));
    const now = () => new Date();
    const platform: Platform = {
      config,
      db,
      databaseUrl,
      database: watched,
      tracing,
      bus,
      jobs,
      secrets,
      log,
      now,
      graph,
      http,
      domains,
    };
    const database = embedded ? `embedded PostgreSQL in ${config.DATA_DIR}` : 'PostgreSQL at DATABASE_URL';
    return {
      platform,
      databaseUrl,
      summary: `${database}, queues and bus ${config.REDIS_URL ? 'on Redis' : 'without Redis'}`,
      close,
    };
  } catch (error) {
    await close();
    throw inASentence(error);
  }
}

/**
 * Brings a database to the schema of this version, the tables of the queues included.
 * @returns the names of the migrations that were applied
 * @throws ConfigError with one sentence that says what to change.
 */
export async function migrateDatabase(
  config: Config,
  databaseUrl: string,
  say: (what: string) => void,
): Promise<string[]> {
  await checkDatabase(databaseUrl);
  try {
    const applied = await migrate(databaseUrl, undefined, { say });
    if (!config.REDIS_URL) await migrateQueues(databaseUrl);
    return applied;
  } catch (error) {
    throw inASentence(error);
  }
}

function inASentence(error: unknown): unknown {
  if (error instanceof MigrationError) return new ConfigError(error.message);
  if (error instanceof pg.DatabaseError)
    return new ConfigError(`The database refused to be prepared (${error.message}). Give its user that right.`);
  return error;
}

/** Longer than everything that stopping waits for, in milliseconds: who is still here then hangs. */
const longestStop = 60_000;

/**
 * Called when a process begins to stop: ends it at last, though something never ends. Nothing is lost by it: what is
 * acknowledged is committed, locks of jobs run out, and an embedded database runs on until the next start finds it.
 * @param at what it was waiting for, asked then.
 * @param patience in milliseconds
 */
export function exitAtLast(log: Log, at: () => string, patience = longestStop): void {
  setTimeout(() => {
    log.error(
      { waitingFor: at(), resources: process.getActiveResourcesInfo() },
      'stopping hangs: leaving all the same',
    );
    // Once the log has written that. Not by `process.exit`, which waits for threads to end.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1_000);
  }, patience).unref();
}

/** In one process the bus is a function call; between processes it is Redis where there is one, else NOTIFY. */
async function openBus(config: Config, databaseUrl: string, log: Log): Promise<Bus> {
  if (config.REDIS_URL) {
    return createRedisBus(config.REDIS_URL, log).catch((error: Error) => {
      throw new ConfigError(
        `REDIS_URL does not lead to a Redis that answers (${error.message}). Start it, or unset REDIS_URL.`,
      );
    });
  }
  const alone = config.DATABASE_URL === undefined && subgraphNames.every((name) => !config[addressVariable(name)]);
  return alone ? createMemoryBus(log) : createPostgresBus(databaseUrl, log);
}

const oldestPostgres = 150_000;

/** @throws ConfigError with a sentence when there is no PostgreSQL that can be used. */
export async function checkDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    const { rows } = await client.query(`SELECT current_setting('server_version_num')::int AS version`);
    if (rows[0].version < oldestPostgres) {
      throw new Error(`it is version ${Math.floor(rows[0].version / 10_000)}; Jarvis needs PostgreSQL 15 or newer`);
    }
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    throw new ConfigError(
      `DATABASE_URL does not lead to a PostgreSQL that can be used (${message || code}). Correct it, or unset it for the embedded one.`,
    );
  } finally {
    await client.end().catch(() => {});
  }
}
