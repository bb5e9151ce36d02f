import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { pendingMigrations } from '../../prisma/migrate.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';

/** Milliseconds between two looks. */
const pause = 1_000;

/**
 * Returns once the database has every migration that this program has. Until then the process lives and is not ready: a server in the place of the
 * real one says so at the paths of health.
 * @throws MigrationError when the database has what this program cannot live with.
 */
export async function waitForMigrations(config: Config, databaseUrl: string, log: Log): Promise<void> {
  const look = async (): Promise<string[]> => pendingMigrations(databaseUrl);
  let pending = await look();
  if (pending.length === 0) return;
  log.warn({ pending }, 'waiting for migrations: run npm run migrate');
  const server = createServer((request, response) => {
    const isLive = request.url === '/health/live';
    const body = isLive ? { status: 'live' } : { status: 'not ready', ready: false, migrations: { pending } };
    response.writeHead(isLive ? 200 : 503, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(config.PORT, config.HOST, done);
  });
  // Told to end while it waits, it has nothing to finish.
  const leave = () => process.exit(0);
  process.on('SIGTERM', leave).on('SIGINT', leave);
  try {
    while (pending.length > 0) {
      await setTimeout(pause);
      // A database that is away for a moment has not become another.
      pending = await look().catch((error: Error) => {
        if (error.name === 'MigrationError') throw error;
        return pending;
      });
    }
    log.info({}, 'the migrations are there');
  } finally {
    process.off('SIGTERM', leave).off('SIGINT', leave);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}
