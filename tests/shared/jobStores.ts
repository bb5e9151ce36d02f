import { Redis } from 'ioredis';
import { type createJobs, migrateQueues } from '../../subgraphs/shared/jobs.ts';
import { createDatabase } from '../support/database.ts';
import { startRedis } from '../support/redis.ts';

/** Where queues may be: the tests of jobs run on each. */

type Connection = Parameters<typeof createJobs>[0];
export const nowhere = 'postgresql://127.0.0.1:1/none';
export const times = { lock: 1_500, stalledCheck: 500, backoff: 20, closing: 20_000, watch: 200 };

async function onPostgres() {
  const database = await createDatabase();
  // Several processes may start at once.
  await Promise.all([migrateQueues(database.url), migrateQueues(database.url), migrateQueues(database.url)]);
  return { connection: { databaseUrl: database.url }, lose: null, stop: () => database.drop() };
}

async function onRedis() {
  const redis = await startRedis();
  const lose = async () => {
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
  };
  return { connection: { redisUrl: redis.url, databaseUrl: nowhere }, lose, stop: redis.stop };
}

/** `lose`: what a Redis does that comes back empty. */
export const stores: [
  string,
  () => Promise<{ connection: Connection; lose: (() => Promise<void>) | null; stop(): Promise<void> }>,
][] = [
  ['PostgreSQL', onPostgres],
  ['Redis', onRedis],
];
