import { type Goal, Prisma, type ProgressEntry } from '../../prisma/generated/client.ts';
import type { Tx } from '../shared/db.ts';
import { type ClockRow, type PersonalClock, toClock } from '../shared/personalClock.ts';
import type { LocalDate } from './calendar.ts';
import { entryColumns, goalColumns } from './rows.ts';

/**
 * Everything that writes entries goes through here, because three things change together: the entries, `goal_days` (what
 * each day comes to), and the counters on the goal (`total`, `entry_count`, `progress_version`).
 *
 * Locks are always taken in this order: goals by id, entries and days, achievements, the event counter. The goal's row lock
 * makes writers of one goal take turns, so each adds to what the one before has left.
 */
export interface NewEntry {
  id: string;
  goalId: string;
  value: Prisma.Decimal;
  skip: boolean;
  localDate: LocalDate;
  occurredAt: Date;
  timeZone: string;
  source: string;
  note: string | null;
  externalId: string | null;
  inputHash: string;
}

/** What a goal's counters are after a write, and its latest day with a value (of those up to today) before and after. */
export interface GoalChange {
  goalId: string;
  total: Prisma.Decimal;
  entryCount: number;
  progressVersion: number;
  before: LatestDay | null;
  after: LatestDay | null;
  /** Ids of the entries that were inserted: an id that was taken is left out. */
  inserted: string[];
}

export interface LatestDay {
  localDate: LocalDate;
  value: Prisma.Decimal;
}

/** Locks a person's goals for writing, in the order of their ids, and reads the person's clock along the way. */
export async function lockGoals(
  db: Tx,
  userId: string,
  ids: readonly string[],
): Promise<{ goals: Map<string, Goal>; clock: PersonalClock }> {
  const rows = await db.$queryRaw<(Goal & ClockRow)[]>`
    SELECT ${goalColumns('g')}, u.time_zone, u.day_start_minutes, u.week_start
    FROM goals g LEFT JOIN users u ON u.id = g.user_id
    WHERE g.user_id = ${userId} AND g.id = ANY(${[...new Set(ids)]}::text[])
    ORDER BY g.id FOR UPDATE OF g`;
  return {
    goals: new Map(
      rows.map(({ time_zone: _zone, day_start_minutes: _start, week_start: _week, ...goal }) => [goal.id, goal]),
    ),
    clock: toClock(rows[0]),
  };
}

interface ChangeRow {
  id: string;
  total: Prisma.Decimal;
  entry_count: number;
  progress_version: number;
  old_latest: [string, string] | null;
  new_latest: [string, string] | null;
  inserted: string[] | null;
}

const toChange = (row: ChangeRow): GoalChange => {
  const latest = (pair: [string, string] | null) => pair && { localDate: pair[0], value: new Prisma.Decimal(pair[1]) };
  const [before, fresh] = [latest(row.old_latest), latest(row.new_latest)];
  return {
    goalId: row.id,
    total: row.total,
    entryCount: row.entry_count,
    progressVersion: row.progress_version,
    before,
    // Of the days just written only one at or after the latest so far makes a new latest one.
    after: fresh && (!before || fresh.localDate >= before.localDate) ? fresh : before,
    inserted: row.inserted ?? [],
  };
};

const dayValue = (day: string) =>
  Prisma.raw(
    `goal_day_value(g.aggregation, ${day}.skipped, ${day}.count, ${day}.sum, ${day}.min, ${day}.max, ${day}.last)`,
  );

/** What a set of entries comes to, day by day: the rows of `goal_days`. */
const dayAggregates = Prisma.sql`
  bool_and(e.skip) AS skipped,
  (count(*) FILTER (WHERE NOT e.skip))::int AS count,
  (count(*) FILTER (WHERE e.skip))::int AS skips,
  coalesce(sum(e.value) FILTER (WHERE NOT e.skip), 0) AS sum,
  coalesce(min(e.value) FILTER (WHERE NOT e.skip), 0) AS min,
  coalesce(max(e.value) FILTER (WHERE NOT e.skip), 0) AS max,
  coalesce((array_agg(e.value ORDER BY e.occurred_at DESC, e.id DESC) FILTER (WHERE NOT e.skip))[1], 0) AS last,
  (array_agg(e.occurred_at ORDER BY e.occurred_at DESC, e.id DESC) FILTER (WHERE NOT e.skip))[1] AS last_at,
  (array_agg(e.id ORDER BY e.occurred_at DESC, e.id DESC) FILTER (WHERE NOT e.skip))[1] AS last_id`;

/**
 * Inserts entries, adds them to their days and to their goals' counters, all in one statement. The goals must be locked.
 * @returns one change a goal that got at least one entry.
 */
export async function insertEntries(
  db: Tx,
  userId: string,
  entries: readonly NewEntry[],
  now: Date,
  today: LocalDate,
): Promise<GoalChange[]> {
  if (entries.length === 0) return [];
  const json = JSON.stringify(
    entries.map((entry) => ({
      id: entry.id,
      goal_id: entry.goalId,
      value: entry.value.toFixed(),
      skip: entry.skip,
      local_date: entry.localDate,
      occurred_at: entry.occurredAt,
      time_zone: entry.timeZone,
      source: entry.source,
      note: entry.note,
      external_id: entry.externalId,
      input_hash: entry.inputHash,
    })),
  );
  const newer = Prisma.sql`excluded.last_id IS NOT NULL
    AND (old.last_id IS NULL OR (excluded.last_at, excluded.last_id) > (old.last_at, old.last_id))`;
  const rows = await db.$queryRaw<ChangeRow[]>`
    WITH e AS (
      INSERT INTO progress_entries (user_id, id, goal_id, value, skip, local_date, occurred_at, time_zone, source, note, external_id,
                                    input_hash, created_at, updated_at)
      SELECT ${userId}, id, goal_id, value, skip, local_date, occurred_at, time_zone, source, note, external_id, input_hash,
             ${now}::timestamptz, ${now}::timestamptz
      FROM jsonb_to_recordset(${json}::jsonb) AS asked(
        id text, goal_id text, value numeric, skip boolean, local_date date, occurred_at timestamptz, time_zone text, source text,
        note text, external_id text, input_hash text)
      ON CONFLICT DO NOTHING
      RETURNING id, goal_id, value, skip, local_date, occurred_at
    ), added AS (
      SELECT e.goal_id, e.local_date, ${dayAggregates} FROM e GROUP BY e.goal_id, e.local_date
    ), old_day AS (
      SELECT day.* FROM goal_days day JOIN added USING (goal_id, local_date) WHERE day.user_id = ${userId}
    ), day AS (
      INSERT INTO goal_days AS old (user_id, goal_id, local_date, skipped, count, skips, sum, min, max, last, last_at, last_id)
      SELECT ${userId}, goal_id, local_date, skipped, count, skips, sum, min, max, last, last_at, last_id FROM added
      ON CONFLICT (user_id, goal_id, local_date) DO UPDATE SET
        skipped = old.skipped AND excluded.skipped,
        count = old.count + excluded.count,
        skips = old.skips + excluded.skips,
        sum = old.sum + excluded.sum,
        min = CASE WHEN old.count = 0 THEN excluded.min WHEN excluded.count = 0 THEN old.min ELSE least(old.min, excluded.min) END,
        max = CASE WHEN old.count = 0 THEN excluded.max WHEN excluded.count = 0 THEN old.max ELSE greatest(old.max, excluded.max) END,
        last = CASE WHEN ${newer} THEN excluded.last ELSE old.last END,
        last_at = CASE WHEN ${newer} THEN excluded.last_at ELSE old.last_at END,
        last_id = CASE WHEN ${newer} THEN excluded.last_id ELSE old.last_id END
      RETURNING *
    ), change AS (
      SELECT day.goal_id, sum(${dayValue('day')} - coalesce(${dayValue('old_day')}, 0)) AS total
      FROM day JOIN goals g ON g.user_id = day.user_id AND g.id = day.goal_id
      LEFT JOIN old_day ON old_day.goal_id = day.goal_id AND old_day.local_date = day.local_date
      GROUP BY day.goal_id
    ), counted AS (
      SELECT goal_id, count(*)::int AS count, array_agg(id) AS ids FROM e GROUP BY goal_id
    )
    UPDATE goals g
    SET total = g.total + change.total, entry_count = g.entry_count + counted.count, progress_version = g.progress_version + 1
    FROM change JOIN counted USING (goal_id)
    WHERE g.user_id = ${userId} AND g.id = change.goal_id
    RETURNING g.id, g.total, g.entry_count, g.progress_version, counted.ids AS inserted,
      (SELECT jsonb_build_array(d.local_date, ${dayValue('d')}::text) FROM goal_days d
       WHERE d.user_id = g.user_id AND d.goal_id = g.id AND NOT d.skipped AND d.local_date <= ${today}::date
       ORDER BY d.local_date DESC LIMIT 1) AS old_latest,
      (SELECT jsonb_build_array(day.local_date, ${dayValue('day')}::text) FROM day
       WHERE day.goal_id = g.id AND NOT day.skipped AND day.local_date <= ${today}::date
       ORDER BY day.local_date DESC LIMIT 1) AS new_latest`;
  return rows.map(toChange);
}

/**
 * Changes what entries say (not whose they are, nor where they came from), in one statement. Their days, old and new, have to
 * be counted anew afterwards.
 */
export async function changeEntries(
  db: Tx,
  userId: string,
  entries: readonly Omit<NewEntry, 'goalId' | 'source' | 'externalId' | 'inputHash'>[],
  now: Date,
): Promise<Map<string, ProgressEntry>> {
  if (entries.length === 0) return new Map();
  const json = JSON.stringify(
    entries.map((entry) => ({
      id: entry.id,
      value: entry.value.toFixed(),
      skip: entry.skip,
      local_date: entry.localDate,
      occurred_at: entry.occurredAt,
      time_zone: entry.timeZone,
      note: entry.note,
    })),
  );
  const rows = await db.$queryRaw<ProgressEntry[]>`
    UPDATE progress_entries e
    SET value = asked.value, skip = asked.skip, local_date = asked.local_date, occurred_at = asked.occurred_at,
        time_zone = asked.time_zone, note = asked.note, version = e.version + 1, updated_at = ${now}::timestamptz
    FROM jsonb_to_recordset(${json}::jsonb) AS asked(
      id text, value numeric, skip boolean, local_date date, occurred_at timestamptz, time_zone text, note text)
    WHERE e.user_id = ${userId} AND e.id = asked.id
    RETURNING ${entryColumns('e')}`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** A local day of a goal. */
export interface DayKey {
  goalId: string;
  localDate: LocalDate;
}

/**
 * Counts days anew from their entries, and their goals' counters from their days: after entries were changed or deleted,
 * when nothing can simply be added. The goals must be locked.
 */
export async function recountDays(
  db: Tx,
  userId: string,
  days: readonly DayKey[],
  today: LocalDate,
): Promise<GoalChange[]> {
  const goalIds = days.map((day) => day.goalId);
  const dates = days.map((day) => day.localDate);
  await db.$executeRaw`
    WITH asked AS (
      SELECT DISTINCT goal_id, local_date FROM unnest(${goalIds}::text[], ${dates}::date[]) AS asked(goal_id, local_date)
    ), fresh AS (
      SELECT e.goal_id, e.local_date, ${dayAggregates}
      FROM progress_entries e JOIN asked USING (goal_id, local_date) WHERE e.user_id = ${userId}
      GROUP BY e.goal_id, e.local_date
    ), gone AS (
      DELETE FROM goal_days day USING asked
      WHERE day.user_id = ${userId} AND day.goal_id = asked.goal_id AND day.local_date = asked.local_date
        AND NOT EXISTS (SELECT 1 FROM fresh WHERE fresh.goal_id = asked.goal_id AND fresh.local_date = asked.local_date)
    )
    INSERT INTO goal_days (user_id, goal_id, local_date, skipped, count, skips, sum, min, max, last, last_at, last_id)
    SELECT ${userId}, goal_id, local_date, skipped, count, skips, sum, min, max, last, last_at, last_id FROM fresh
    ON CONFLICT (user_id, goal_id, local_date) DO UPDATE SET
      skipped = excluded.skipped, count = excluded.count, skips = excluded.skips, sum = excluded.sum, min = excluded.min,
      max = excluded.max, last = excluded.last, last_at = excluded.last_at, last_id = excluded.last_id`;
  return recountGoals(db, userId, goalIds, today);
}

/** Counts goals anew from their days. The goals must be locked. */
export async function recountGoals(
  db: Tx,
  userId: string,
  goalIds: readonly string[],
  today: LocalDate,
): Promise<GoalChange[]> {
  const rows = await db.$queryRaw<ChangeRow[]>`
    UPDATE goals g SET total = sums.total, entry_count = sums.entries, progress_version = g.progress_version + 1
    FROM unnest(${[...new Set(goalIds)]}::text[]) AS asked(id)
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(${dayValue('d')}), 0) AS total, coalesce(sum(d.count + d.skips), 0)::int AS entries
      FROM goals g LEFT JOIN goal_days d ON d.user_id = g.user_id AND d.goal_id = g.id
      WHERE g.user_id = ${userId} AND g.id = asked.id
    ) sums
    WHERE g.user_id = ${userId} AND g.id = asked.id
    RETURNING g.id, g.total, g.entry_count, g.progress_version, NULL::text[] AS inserted, NULL::jsonb AS old_latest,
      (SELECT jsonb_build_array(d.local_date, ${dayValue('d')}::text) FROM goal_days d
       WHERE d.user_id = g.user_id AND d.goal_id = g.id AND NOT d.skipped AND d.local_date <= ${today}::date
       ORDER BY d.local_date DESC LIMIT 1) AS new_latest`;
  return rows.map(toChange);
}

/** Throws every day of a person away and makes them anew from the entries: `goal_days` holds nothing of its own. */
export async function rebuildDays(db: Tx, userId: string, today: LocalDate): Promise<void> {
  const goals = await db.goal.findMany({ where: { userId }, select: { id: true } });
  const ids = goals.map((goal) => goal.id);
  await lockGoals(db, userId, ids);
  await db.goalDay.deleteMany({ where: { userId } });
  await db.$executeRaw`
    INSERT INTO goal_days (user_id, goal_id, local_date, skipped, count, skips, sum, min, max, last, last_at, last_id)
    SELECT ${userId}, e.goal_id, e.local_date, ${dayAggregates}
    FROM progress_entries e WHERE e.user_id = ${userId} GROUP BY e.goal_id, e.local_date`;
  await recountGoals(db, userId, ids, today);
}

/** The row of an entry that was just inserted. */
export function insertedRow(userId: string, entry: NewEntry, now: Date): ProgressEntry {
  const { localDate, ...rest } = entry;
  return { ...rest, userId, localDate: new Date(`${localDate}T00:00:00Z`), version: 1, createdAt: now, updatedAt: now };
}
