import { randomBytes } from 'node:crypto';
import { createMemoryBus } from '../../subgraphs/shared/bus.ts';
import { readConfig } from '../../subgraphs/shared/config.ts';
import { createSecrets } from '../../subgraphs/shared/crypto.ts';
import { openDb } from '../../subgraphs/shared/db.ts';
import { createHttpClient } from '../../subgraphs/shared/http.ts';
import type { Jobs } from '../../subgraphs/shared/jobs.ts';
import { createLog, type Log } from '../../subgraphs/shared/log.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { createDatabase } from './database.ts';

/** What shared rooms stand on, without the five subgraphs: a database of its own, a bus in memory, no queues. */
export async function startTestPlatform(options: { connections?: number; log?: Log } = {}) {
  const database = await createDatabase();
  const log = options.log ?? createLog(process.env.TEST_LOG ?? 'silent');
  const { db, pool, statements, close } = openDb(database.url, { connections: options.connections ?? 10, log });
  const jobs: Jobs = {
    add: async () => {},
    work: async () => {},
    figures: async () => ({ counts: {}, oldestMs: 0 }),
    failed: async () => [],
    retry: async () => false,
    forget: async () => 0,
    rest: async () => {},
    close: async () => {},
  };
  const platform: Platform = {
    config: readConfig({ NODE_ENV: 'test', DATABASE_URL: database.url }),
    db,
    database: { pool, statements },
    tracing: null,
    databaseUrl: database.url,
    bus: createMemoryBus(log),
    jobs,
    secrets: createSecrets([randomBytes(32)]),
    log,
    now: () => new Date('2026-03-10T12:00:00.000Z'),
    graph: {
      ask: async () => {
        throw new Error('There is no graph here.');
      },
    },
    http: createHttpClient(),
    domains: [],
  };
  return {
    platform,
    db,
    pool,
    url: database.url,
    async stop() {
      await close();
      await database.drop();
    },
  };
}

/** A log that keeps its lines. */
export function recordingLog(level = 'debug') {
  const lines: string[] = [];
  return { lines, log: createLog(level, 'test', { write: (line) => void lines.push(line) }) };
}
