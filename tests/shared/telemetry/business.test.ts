import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { subgraphs } from '../../../subgraphs/index.ts';
import type { Platform } from '../../../subgraphs/shared/platform.ts';
import { readBusiness, watchBusiness } from '../../../subgraphs/shared/telemetry/business.ts';
import { createMetrics } from '../../../subgraphs/shared/telemetry/metrics.ts';
import { watchPlatform } from '../../../subgraphs/shared/telemetry/platform.ts';
import { recordingLog, startTestPlatform } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

const domains = Object.values(subgraphs);
const now = new Date('2026-03-10T12:00:00.000Z');
let house: Awaited<ReturnType<typeof startTestPlatform>>;

/**
 * 47 people: numbers 1 to 9 were here today, to 27 within the week, to 45 within the month, the last two longer ago. 1 to 31 have a conversation, and
 * the two who were not here; 1 to 9 have a category. Numbers 1 to 20 had a goal due last week, and 1 to 12 completed it; number 1 completed 30 more.
 */
beforeAll(async () => {
  house = await startTestPlatform();
  const { db } = house;
  await db.$executeRaw`INSERT INTO users (id, email, time_zone, created_at, updated_at)
    SELECT 'usr_' || n, 'person' || n || '@example.com', 'UTC', ${now}, ${now} FROM generate_series(1, 47) AS n`;
  await db.$executeRaw`INSERT INTO sessions (user_id, id, method, created_at, last_used_at, expires_at)
    SELECT 'usr_' || n, 'ses_' || n || '_' || again, 'apple', ${now}, ${now}::timestamptz - CASE
      WHEN n <= 9 THEN interval '23 hours' WHEN n <= 27 THEN interval '6 days'
      WHEN n <= 45 THEN interval '29 days' ELSE interval '31 days' END, ${now}
    FROM generate_series(1, 47) AS n, generate_series(1, 2) AS again`;
  await db.$executeRaw`INSERT INTO conversations (user_id, id, title, context_ids, active_at, input_hash, created_at, updated_at)
    SELECT 'usr_' || n, 'con_' || n, 'a secret title', '{}', ${now}, '', ${now}, ${now}
    FROM generate_series(1, 47) AS n WHERE n <= 31 OR n > 45`;
  await db.$executeRaw`INSERT INTO research_categories (user_id, id, name, sources, input_hash, created_at, updated_at)
    SELECT 'usr_' || n, 'rct_' || n, 'a secret name', '{}', '', ${now}, ${now} FROM generate_series(1, 9) AS n`;
  await db.$executeRaw`INSERT INTO goals
      (user_id, id, kind, title, direction, cumulative, aggregation, start_date, deadline, auto_complete, completed_at, input_hash, created_at, updated_at)
    SELECT 'usr_' || n, 'goal_' || n, 'MILESTONE', 'a secret title', 'AT_LEAST', false, 'SUM', '2026-01-01'::date, '2026-03-05'::date, false,
      CASE WHEN n <= 12 THEN '2026-03-04T10:00:00Z'::timestamptz END, '', ${now}::timestamptz, ${now}::timestamptz FROM generate_series(1, 20) AS n
    UNION ALL SELECT 'usr_1', 'goal_again_' || n, 'MILESTONE', 'a secret title', 'AT_LEAST', false, 'SUM', '2026-01-01'::date, NULL, false,
      '2026-03-10T10:00:00Z'::timestamptz, '', ${now}::timestamptz, ${now}::timestamptz FROM generate_series(1, 30) AS n`;
});
afterAll(async () => house.stop());

test('people, what they use and what they completed are counted in steps of ten, few of them not at all', async () => {
  const { active, adoption, outcomes } = await readBusiness(house.db, domains, now);
  const told = (figures: typeof active, label: string) =>
    Object.fromEntries(figures.map(({ labels, value }) => [`${labels[label]}`, value]));
  expect(told(active, 'period')).toEqual({ '1d': 0, '7d': 20, '30d': 40 });
  expect(told(adoption, 'feature')).toEqual({
    goals: 20,
    conversations: 30,
    research: 0,
    connections: 0,
    automations: 0,
    reminders: 0,
    webhooks: 0,
  });
  const ofWeek = outcomes.filter(({ labels }) => labels.period === '7d');
  expect(told(ofWeek, 'outcome')).toEqual({ 'goal completed': 40, 'goal due': 20, 'goal due and completed': 10 });
  // One person's thirty goals are one person's business.
  expect(outcomes).toContainEqual({ labels: { outcome: 'goal completed', period: '1d' }, value: 0 });
});

function metricsOf(change: Partial<Platform>, subgraphsHere: string[]) {
  const metrics = createMetrics();
  watchPlatform(metrics, { ...house.platform, domains, ...change }, subgraphsHere);
  return metrics;
}
test('they are shown where they are wanted, and only in processes that know people', async () => {
  const config: Platform['config'] = { ...house.platform.config, BUSINESS_METRICS: 'yes' };
  const metrics = metricsOf({ config }, ['users']);
  await until('the count is there', async () =>
    (await metrics.text()).includes('jarvis_active_people{period="7d"} 20'),
  );
  const text = await metrics.text();
  expect(text).toContain('jarvis_feature_people{feature="conversations"} 30');
  expect(text).toContain('jarvis_outcomes{outcome="goal due and completed",period="30d"} 10');
  expect(text).toContain(`jarvis_business_counted_timestamp_seconds ${now.getTime() / 1_000}`);
  expect(text).not.toMatch(/usr_|secret|example\.com/);
  for (const other of [metricsOf({}, ['users']), metricsOf({ config }, ['goals'])])
    expect(await other.text()).not.toContain('jarvis_active_people');
});

test('they are counted once an hour, and five minutes after a failure', async () => {
  const { log, lines } = recordingLog();
  let time = now.getTime();
  let rounds = 0;
  let away = true;
  const db = {
    $queryRaw: async (...args: [never]) => {
      // Each round begins with the visits.
      if (JSON.stringify(args).includes('FROM sessions') && JSON.stringify(args).includes('AS times')) rounds++;
      if (away) throw new Error('away');
      return house.db.$queryRaw(...args);
    },
  } as unknown as Platform['db'];
  const metrics = createMetrics();
  watchBusiness(metrics, { ...house.platform, domains, db, log, now: () => new Date(time) });
  await until('the failure is logged', async () => {
    await metrics.text();
    return lines.length > 0;
  });
  await metrics.text();
  expect(rounds).toBe(1);
  away = false;
  time += 300_000;
  const counted = async () => (await metrics.text()).includes('jarvis_active_people{period="7d"} 20');
  await until('it is counted', counted);
  time += 3_599_000;
  expect(await counted()).toBe(true);
  expect(rounds).toBe(2);
  time += 1_000;
  await until('it is counted again', async () => (await counted()) && rounds === 3);
});
