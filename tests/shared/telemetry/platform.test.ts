import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Prisma } from '../../../subgraphs/shared/db.ts';
import type { Domain, Platform } from '../../../subgraphs/shared/platform.ts';
import { lately } from '../../../subgraphs/shared/telemetry/lately.ts';
import { createMetrics } from '../../../subgraphs/shared/telemetry/metrics.ts';
import { watchPlatform } from '../../../subgraphs/shared/telemetry/platform.ts';
import { startTestPlatform } from '../../support/platform.ts';

let house: Awaited<ReturnType<typeof startTestPlatform>>;
beforeAll(async () => {
  house = await startTestPlatform();
});
afterAll(async () => house.stop());

const domain = {
  name: 'goals',
  reactions: { 'goal.created': async () => {} },
  watches: () => ({ rules: { types: () => Prisma.empty, react: async () => {} } }),
  dueWork: (now: Date) => ({
    runs: Prisma.sql`SELECT 2 AS count, ${now}::timestamptz - interval '90 seconds' AS since`,
    rest: Prisma.sql`SELECT 0 AS count, NULL::timestamptz AS since`,
  }),
} as unknown as Domain;

async function scrape(change: Partial<Platform> = {}): Promise<string[]> {
  const metrics = createMetrics();
  const platform = { ...house.platform, domains: [domain, { ...domain, name: 'elsewhere' }], ...change };
  watchPlatform(metrics, platform, ['goals']);
  return (await metrics.text()).split('\n');
}

test('tells how far the readers of this process are behind, and what is due', async () => {
  const { db } = house;
  await db.$executeRaw`INSERT INTO users (id, email, time_zone, created_at, updated_at)
    VALUES ('usr_a', 'a@example.com', 'UTC', now(), now()), ('usr_b', 'b@example.com', 'UTC', now(), now())`;
  await db.$executeRaw`INSERT INTO event_counters (user_id, last_seq) VALUES ('usr_a', 3), ('usr_b', 1)`;
  await db.$executeRaw`
    INSERT INTO events (user_id, seq, id, type, subject_id, data, actor_kind, actor_id, at)
    SELECT 'usr_a', n, 'evt_' || n, 'goal.created', 'goal_1', '{}', 'user', 'usr_a',
      '2026-03-10T12:00:00Z'::timestamptz - n * interval '1 second' FROM generate_series(1, 3) AS n`;
  await db.$executeRaw`
    INSERT INTO reaction_cursors (consumer, user_id, seq)
    VALUES ('goals', 'usr_a', 1), ('goals', 'usr_b', 1), ('goals.rules', 'usr_a', 3), ('goals.rules', 'usr_b', 1)`;
  const lines = await scrape();
  for (const line of [
    'jarvis_reaction_lag{reader="goals"} 2',
    'jarvis_reaction_lag_oldest_seconds{reader="goals"} 2',
    'jarvis_reaction_lag{reader="goals.rules"} 0',
    'jarvis_reaction_lag_oldest_seconds{reader="goals.rules"} 0',
    'jarvis_due_work{work="goals.runs"} 2',
    'jarvis_due_work_oldest_seconds{work="goals.runs"} 90',
    'jarvis_due_work{work="goals.rest"} 0',
    'jarvis_queue_oldest_seconds{queue="goals"} 0',
    'jarvis_database_connections_limit 10',
    'jarvis_database_waiting 0',
    'jarvis_database_up 1',
  ])
    expect(lines).toContain(line);
  expect(lines.some((line) => line.startsWith('jarvis_sql_statements_total{operation="INSERT",outcome="ok"}'))).toBe(
    true,
  );
  expect(lines.join()).not.toContain('elsewhere');
});

test('figures that cannot be had are left out: the database and the queues are away, or do not answer', async () => {
  const away = { $queryRaw: () => Promise.reject(new Error('away')) } as unknown as Platform['db'];
  const hung = { ...house.platform.jobs, figures: () => new Promise<never>(() => {}) };
  const began = performance.now();
  const lines = await scrape({ db: away, jobs: hung });
  expect(performance.now() - began).toBeLessThan(4_000);
  expect(lines).toContain('jarvis_database_connections_limit 10');
  expect(lines).toContain('jarvis_database_up 0');
  for (const name of ['reaction_lag', 'due_work', 'queue_jobs'])
    expect(lines.filter((line) => line.startsWith(`jarvis_${name}{`))).toEqual([]);
});

test('a figure is read once for all who ask within some seconds, and again after a failure', async () => {
  let count = 0;
  const read = async () => {
    if (++count === 2) throw new Error('away');
    return count;
  };
  const kept = lately(read, 60_000);
  expect(await Promise.all([kept(), kept()])).toEqual([1, 1]);
  expect(await kept()).toBe(1);
  count = 0;
  const forgetful = lately(read, 0);
  expect([await forgetful(), await forgetful(), await forgetful()]).toEqual([1, null, 3]);
});
