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
const crowd = 10;

/** Names and lengths, in days, of the times that are looked back on. */
const periods = [
  ['1d', 1],
  ['7d', 7],
  ['30d', 30],
] as const;
/** Of those who were here within so many days, it is told who uses what. */
const adopting = 30;

const hour = 3600_000;
/** After a failure it is tried again no sooner, in milliseconds. */
const pause = 300_000;

interface Business {
  readonly active: readonly Figure[];
  readonly adoption: readonly Figure[];
  readonly outcomes: readonly Figure[];
}

/** By period, in their order. */
type Counts = { people: bigint[]; count: bigint[] };

/**
 * How Jarvis is used, in round numbers of many. Each figure is a statement of its own: one for all of them takes longer than a statement may
 * where there are many people.
 */
export async function readBusiness(db: Db, domains: readonly Pick<Domain, 'usage'>[], now: Date): Promise<Business> {
  const usages = domains.flatMap(({ usage }) => (usage ? [usage()] : []));
  const seen = usages.flatMap(({ visits = [] }) => visits);
  const found: Record<keyof Business, Figure[]> = { active: [], adoption: [], outcomes: [] };
  if (seen.length === 0) return found;
  const visits = Prisma.join(
    seen.map((rows) => Prisma.sql`SELECT user_id, at FROM (${rows}) AS rows`),
    ' UNION ALL ',
  );
  const { people } = await countByPeriod(db, visits, now);
  periods.forEach(([period], i) => {
    found.active.push({ labels: { period }, value: told(people[i]!, people[i]!) });
  });
  for (const [feature, users] of usages.flatMap(({ features = {} }) => Object.entries(features))) {
    const [row] = await db.$queryRaw<{ people: bigint }[]>`
      SELECT count(*) AS people FROM (
        SELECT user_id FROM (${visits}) AS visits
        WHERE at >= ${daysBefore(now, adopting)}::timestamptz AND at <= ${now}::timestamptz GROUP BY user_id
      ) AS active WHERE user_id IN (${users})`;
    found.adoption.push({ labels: { feature }, value: told(row!.people, row!.people) });
  }
  for (const [outcome, rows] of usages.flatMap(({ outcomes = {} }) => Object.entries(outcomes))) {
    const counts = await countByPeriod(db, rows, now);
    periods.forEach(([period], i) => {
      found.outcomes.push({ labels: { outcome, period }, value: told(counts.people[i]!, counts.count[i]!) });
    });
  }
  return found;
}

/** How many rows of `user_id` and `at` there are in each period, and of how many people. By person first: distinct people are dear to count. */
async function countByPeriod(db: Db, rows: Prisma.Sql, now: Date): Promise<Counts> {
  const within = (days: number) => Prisma.sql`count(*) FILTER (WHERE at >= ${daysBefore(now, days)}::timestamptz)`;
  const longest = Math.max(...periods.map(([, days]) => days));
  const [counts] = await db.$queryRaw<[Counts]>`
    SELECT ARRAY[count(*) FILTER (WHERE times[1] > 0), count(*) FILTER (WHERE times[2] > 0), count(*) FILTER (WHERE times[3] > 0)] AS people,
      ARRAY[coalesce(sum(times[1]), 0)::bigint, coalesce(sum(times[2]), 0)::bigint, coalesce(sum(times[3]), 0)::bigint] AS count
    FROM (
      SELECT ARRAY[${Prisma.join(periods.map(([, days]) => within(days)))}] AS times FROM (${rows}) AS rows
      WHERE at >= ${daysBefore(now, longest)}::timestamptz AND at <= ${now}::timestamptz GROUP BY user_id
    ) AS persons`;
  return counts;
}

const daysBefore = (now: Date, days: number) => new Date(now.getTime() - days * 24 * hour);
const told = (people: bigint, count: bigint) => (people < crowd ? 0 : Math.floor(Number(count) / crowd) * crowd);

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
    `Of those who were here within ${adopting} days, those who have set something up, in steps of ${crowd}`,
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
