import { type Db, Prisma } from '../db.ts';
import type { Domain, Platform } from '../platform.ts';
import type { Figure } from './distribution.ts';
import type { Metrics } from './metrics.ts';

/** What a domain tells of how it is used: SQL over all people, of which only counts of many leave the database. */
export interface Usage {
  /** Rows of `user_id` and `at`: when somebody was here. */
  readonly visits?: readonly Prisma.Sql[];
  /** By the name of a part of Jarvis: rows of `user_id`, of those who have set it up. */
  readonly features?: Readonly<Record<string, Prisma.Sql>>;
  /** By the name of what happens: rows of `user_id` and `at`, one for each time. */
  readonly outcomes?: Readonly<Record<string, Prisma.Sql>>;
}

/**
 * Fewer people than these are not told of, and counts are rounded down to its multiples: of two figures that follow each other the difference is
 * seldom one person.
 */
export const crowd = 10;

/** Names and lengths, in days, of the times that are looked back on. */
const windows = { '1d': 1, '7d': 7, '30d': 30 } as const;
/** Of those who were here within this window, it is told who uses what. */
const adopting = '30d';

const hour = 3600_000;
/** After a failure it is tried again no sooner, in milliseconds. */
const pause = 300_000;

export interface Business {
  readonly active: readonly Figure[];
  readonly adoption: readonly Figure[];
  readonly outcomes: readonly Figure[];
}

type Counted = { kind: keyof Business; name: string; period: string; people: bigint; count: bigint };

/** How Jarvis is used, in round numbers of many: one statement, which reads whole tables. */
export async function readBusiness(db: Db, domains: readonly Pick<Domain, 'usage'>[], now: Date): Promise<Business> {
  const usages = domains.flatMap(({ usage }) => (usage ? [usage()] : []));
  const visits = usages.flatMap((usage) => usage.visits ?? []);
  if (visits.length === 0) return { active: [], adoption: [], outcomes: [] };
  const periods = Prisma.sql`(VALUES ${Prisma.join(
    Object.entries(windows).map(([name, days]) => Prisma.sql`(${name}::text, ${daysBefore(now, days)}::timestamptz)`),
  )}) AS period(name, since)`;
  const parts = [
    Prisma.sql`SELECT 'active' AS kind, '' AS name, period.name AS period, count(DISTINCT user_id) AS people, count(DISTINCT user_id) AS count
      FROM ${periods} LEFT JOIN visits ON at >= since AND at <= ${now}::timestamptz GROUP BY period.name`,
    ...usages.flatMap(({ features = {} }) =>
      Object.entries(features).map(
        ([name, users]) => Prisma.sql`
          SELECT 'adoption', ${name}::text, ${adopting}::text, count(DISTINCT user_id), count(DISTINCT user_id) FROM (${users}) AS users
          WHERE user_id IN (SELECT user_id FROM visits
            WHERE at >= ${daysBefore(now, windows[adopting])}::timestamptz AND at <= ${now}::timestamptz)`,
      ),
    ),
    ...usages.flatMap(({ outcomes = {} }) =>
      Object.entries(outcomes).map(
        ([name, rows]) => Prisma.sql`
          SELECT 'outcomes', ${name}::text, period.name, count(DISTINCT user_id), count(user_id) FROM ${periods}
          LEFT JOIN (${rows}) AS happened ON at >= since AND at <= ${now}::timestamptz GROUP BY period.name`,
      ),
    ),
  ];
  const rows = await db.$queryRaw<Counted[]>`
    WITH visits AS MATERIALIZED (${Prisma.join(
      visits.map((rows) => Prisma.sql`SELECT user_id, at FROM (${rows}) AS rows`),
      ' UNION ALL ',
    )}) ${Prisma.join(parts, ' UNION ALL ')}`;
  const figures = (kind: Counted['kind'], labels: (row: Counted) => Figure['labels']) =>
    rows
      .filter((row) => row.kind === kind)
      .map((row) => ({ labels: labels(row), value: row.people < crowd ? 0 : rounded(row.count) }));
  return {
    active: figures('active', ({ period }) => ({ period })),
    adoption: figures('adoption', ({ name }) => ({ feature: name })),
    outcomes: figures('outcomes', ({ name, period }) => ({ outcome: name, period })),
  };
}

const daysBefore = (now: Date, days: number) => new Date(now.getTime() - days * 24 * hour);
const rounded = (count: bigint) => Math.floor(Number(count) / crowd) * crowd;

/**
 * Shows it, counted once an hour and no scrape waiting for it: the first after a start finds nothing yet. A count that fails, such as one that
 * takes longer than a statement may, leaves the figures as they were; their age shows it.
 */
export function watchBusiness(metrics: Metrics, { db, domains, now, log }: Platform): void {
  let found: Business | null = null;
  let foundAt: Date | null = null;
  let counting = false;
  let nextAt = 0;
  const read = (): Business | null => {
    const at = now().getTime();
    if (!counting && at >= nextAt) {
      counting = true;
      readBusiness(db, domains, now())
        .then(
          (business) => {
            found = business;
            foundAt = new Date(at);
            nextAt = at + hour;
          },
          (error) => {
            nextAt = at + pause;
            log.warn({ error }, 'how Jarvis is used could not be counted');
          },
        )
        .finally(() => {
          counting = false;
        });
    }
    return found;
  };
  metrics.watch(
    'jarvis_active_people',
    `People who were here within the period, in steps of ${crowd}`,
    () => read()?.active ?? [],
  );
  metrics.watch(
    'jarvis_feature_people',
    `Of those who were here within ${windows[adopting]} days, those who have set something up, in steps of ${crowd}`,
    () => read()?.adoption ?? [],
  );
  metrics.watch(
    'jarvis_outcomes',
    `What happened within the period, in steps of ${crowd}; 0 when it did so to fewer than ${crowd} people`,
    () => read()?.outcomes ?? [],
  );
  metrics.watch(
    'jarvis_business_counted_timestamp_seconds',
    'When the figures of how Jarvis is used were counted',
    () => (foundAt ? [{ labels: {}, value: foundAt.getTime() / 1_000 }] : []),
  );
}
