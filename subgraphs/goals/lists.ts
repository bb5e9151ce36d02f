import type { Achievement, Goal, LifeArea, ProgressEntry } from '../../prisma/generated/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import type { Tx } from '../shared/db.ts';
import { badInput } from '../shared/errors.ts';
import { keyset, type Page, type PageArgs, readSlice, type Slice, type SortKey, toPage } from '../shared/pagination.ts';
import { isLocalDate } from '../shared/scalars.ts';
import type { LocalDate } from './calendar.ts';
import type { GoalsUserContext } from './context.ts';
import { dateText, dateValue } from './dates.ts';
import { pace } from './figures.ts';
import type { GoalFilter, GoalOrder } from './generated.ts';
import { entryColumns, goalColumns, groupBy } from './rows.ts';
import { lineOf } from './shape.ts';

/** A page that can say how many there are in all, when asked. */
export type CountedPage<Node> = Page<Node> & { count(): number | Promise<number> };

export type LifeAreaPage = CountedPage<LifeArea>;
export type GoalPage = CountedPage<Goal>;

/** The person's life areas in their own order. */
export async function listAreas(
  ctx: GoalsUserContext,
  args: PageArgs & { active?: boolean | null },
): Promise<CountedPage<LifeArea>> {
  const slice = readSlice(args, 2);
  const where = { userId: ctx.userId, ...(args.active != null && { active: args.active }) };
  const page = keyset(
    [
      { name: 'position', kind: 'number' },
      { name: 'id', kind: 'text' },
    ],
    slice,
  );
  const rows = await ctx.db.lifeArea.findMany({ ...page, where: { AND: [where, page.where] } });
  return { ...toPage(rows, slice, (row) => [row.position, row.id]), count: () => ctx.db.lifeArea.count({ where }) };
}

/** What the person has earned, the latest first. */
export async function listAchievements(ctx: GoalsUserContext, args: PageArgs): Promise<Page<Achievement>> {
  const slice = readSlice(args, 2);
  const page = keyset(
    [
      { name: 'earnedAt', kind: 'date', descending: true },
      { name: 'id', kind: 'text', descending: true },
    ],
    slice,
  );
  const rows = await ctx.db.achievement.findMany({ ...page, where: { userId: ctx.userId, ...page.where } });
  return toPage(rows, slice, (row) => [row.earnedAt, row.id]);
}

/**
 * The person's goals. Orders that are computed (urgency, derived deadlines, titles without case) rank all goals that match
 * in memory: nobody has more than a thousand, and their figures come from one statement.
 */
export async function listGoals(
  ctx: GoalsUserContext,
  args: PageArgs & { filter?: GoalFilter | null; orderBy?: GoalOrder | null },
): Promise<CountedPage<Goal>> {
  const slice = readSlice(args, 2);
  const where = goalWhere(ctx.userId, args.filter ?? {});
  const { field, direction } = { field: 'CREATED_AT' as const, ...args.orderBy };
  const descending = direction === 'DESC';
  const count = () => ctx.db.goal.count({ where });
  if (field === 'CREATED_AT' || field === 'UPDATED_AT') {
    const name = field === 'CREATED_AT' ? 'createdAt' : 'updatedAt';
    const keys: SortKey[] = [
      { name, kind: 'date', descending },
      { name: 'id', kind: 'text', descending },
    ];
    const page = keyset(keys, slice);
    const rows = await ctx.db.goal.findMany({ ...page, where: { AND: [where, page.where] } });
    return { ...toPage(rows, slice, (row) => [row[name], row.id]), count };
  }
  const goals = await ctx.db.goal.findMany({ where });
  const ranked = await Promise.all(goals.map(async (goal) => ({ goal, rank: await rankOf(ctx, goal, field) })));
  return { ...rankedPage(ranked, slice, descending), count };
}

async function rankOf(ctx: GoalsUserContext, goal: Goal, field: GoalOrder['field']): Promise<string> {
  if (field === 'URGENCY') return (await pace(ctx, goal)).urgencyKey;
  if (field === 'TITLE') return goal.title.toLowerCase();
  return (goal.deadline && dateText(goal.deadline)) ?? lineOf(goal)?.deadline ?? '9999-12-31';
}

function rankedPage(goals: { goal: Goal; rank: string }[], slice: Slice, descending: boolean): Page<Goal> {
  const position = slice.position?.map(String);
  const compare = (a: readonly string[], b: readonly string[]) =>
    a[0] === b[0] ? (a[1]! < b[1]! ? -1 : a[1]! > b[1]! ? 1 : 0) : a[0]! < b[0]! ? -1 : 1;
  const sign = descending !== slice.backwards ? -1 : 1;
  const rows = goals
    .map(({ goal, rank }) => ({ goal, key: [rank, goal.id] }))
    .filter(({ key }) => !position || sign * compare(key, position) > 0)
    .sort((a, b) => sign * compare(a.key, b.key))
    .slice(0, slice.limit);
  const keys = new Map(rows.map(({ goal, key }) => [goal, key]));
  return toPage(
    rows.map(({ goal }) => goal),
    slice,
    (goal) => keys.get(goal)!,
  );
}

function goalWhere(userId: string, filter: GoalFilter): Prisma.GoalWhereInput {
  if (filter.search && filter.search.length > 400) throw badInput('"search" may have at most 200 characters.');
  const conditions: Prisma.GoalWhereInput[] = [];
  if (filter.status) conditions.push({ status: { in: filter.status } });
  if (filter.kind) conditions.push({ kind: { in: filter.kind } });
  if (filter.lifeAreaId != null) conditions.push({ lifeAreaId: filter.lifeAreaId });
  if (filter.withoutLifeArea != null) conditions.push({ lifeAreaId: filter.withoutLifeArea ? null : { not: null } });
  if (filter.deadlineBefore) conditions.push({ deadline: { lte: dateValue(filter.deadlineBefore) } });
  if (filter.deadlineAfter) conditions.push({ deadline: { gte: dateValue(filter.deadlineAfter) } });
  if (filter.search)
    conditions.push({ title: { contains: filter.search.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' } });
  return { userId, AND: conditions };
}

export interface AreaGoalsKey {
  areaId: string;
  slice: Slice;
  status: readonly string[] | null;
}

/** Pages of several areas' goals: one statement for all areas that are asked in the same way. */
export async function readAreaGoals(
  db: Tx,
  userId: string,
  keys: readonly AreaGoalsKey[],
): Promise<CountedPage<Goal>[]> {
  return inGroups(
    keys,
    ({ areaId: _, ...args }) => JSON.stringify(args),
    async (group) => {
      const { slice, status } = group[0]!;
      const [createdAt, id] = slice.position ?? [];
      if (slice.position && (!isInstant(createdAt) || typeof id !== 'string')) throw badCursor();
      const order = slice.backwards ? Prisma.sql`g.created_at DESC, g.id DESC` : Prisma.sql`g.created_at, g.id`;
      const after = !slice.position
        ? Prisma.empty
        : slice.backwards
          ? Prisma.sql`AND (g.created_at, g.id) < (${createdAt}::timestamptz, ${id})`
          : Prisma.sql`AND (g.created_at, g.id) > (${createdAt}::timestamptz, ${id})`;
      const matching = Prisma.sql`g.user_id = ${userId} AND g.life_area_id = area.id
      AND (${status === null} OR g.status = ANY(${[...(status ?? [])]}::text[]))`;
      const ids = group.map((key) => key.areaId);
      const rows = await db.$queryRaw<Goal[]>`
      SELECT ${goalColumns('goal')} FROM unnest(${ids}::text[]) AS area(id)
      CROSS JOIN LATERAL (SELECT * FROM goals g WHERE ${matching} ${after} ORDER BY ${order} LIMIT ${slice.limit}) goal`;
      const counts = await db.$queryRaw<{ id: string; count: number }[]>`
      SELECT area.id, count(g.id)::int AS count FROM unnest(${ids}::text[]) AS area(id) LEFT JOIN goals g ON ${matching} GROUP BY area.id`;
      const byArea = groupBy(rows, (row) => row.lifeAreaId);
      const countOf = new Map(counts.map((row) => [row.id, row.count]));
      return group.map(({ areaId }) => ({
        ...toPage(byArea.get(areaId) ?? [], slice, (row) => [row.createdAt, row.id]),
        count: () => countOf.get(areaId) ?? 0,
      }));
    },
  );
}

export interface EntriesKey {
  goalId: string;
  slice: Slice;
  from: LocalDate | null;
  to: LocalDate | null;
}

/** Pages of several goals' entries, the latest first: one statement for all goals that are asked in the same way. */
export async function readEntriesOfGoals(
  db: Tx,
  userId: string,
  keys: readonly EntriesKey[],
): Promise<Page<ProgressEntry>[]> {
  return inGroups(
    keys,
    ({ goalId: _, ...args }) => JSON.stringify(args),
    async (group) => {
      const { slice, from, to } = group[0]!;
      const [date, at, id] = slice.position ?? [];
      if (slice.position && !(typeof date === 'string' && isLocalDate(date) && isInstant(at) && typeof id === 'string'))
        throw badCursor();
      const order = slice.backwards
        ? Prisma.sql`e.local_date, e.occurred_at, e.id`
        : Prisma.sql`e.local_date DESC, e.occurred_at DESC, e.id DESC`;
      const position = Prisma.sql`(${date}::date, ${at}::timestamptz, ${id})`;
      const after = !slice.position
        ? Prisma.empty
        : slice.backwards
          ? Prisma.sql`AND (e.local_date, e.occurred_at, e.id) > ${position}`
          : Prisma.sql`AND (e.local_date, e.occurred_at, e.id) < ${position}`;
      const rows = await db.$queryRaw<ProgressEntry[]>`
      SELECT ${entryColumns('entry')} FROM unnest(${group.map((key) => key.goalId)}::text[]) AS goal(id)
      CROSS JOIN LATERAL (
        SELECT * FROM progress_entries e
        WHERE e.user_id = ${userId} AND e.goal_id = goal.id ${after}
          ${from === null ? Prisma.empty : Prisma.sql`AND e.local_date >= ${from}::date`}
          ${to === null ? Prisma.empty : Prisma.sql`AND e.local_date <= ${to}::date`}
        ORDER BY ${order} LIMIT ${slice.limit}
      ) entry`;
      const byGoal = groupBy(rows, (row) => row.goalId);
      return group.map(({ goalId }) =>
        toPage(byGoal.get(goalId) ?? [], slice, (row) => [dateText(row.localDate), row.occurredAt, row.id]),
      );
    },
  );
}

/** Answers keys group by group, in the keys' order. */
async function inGroups<Key, Value>(
  keys: readonly Key[],
  groupOf: (key: Key) => string,
  answer: (group: Key[]) => Promise<Value[]>,
): Promise<Value[]> {
  const answers = new Map<Key, Value>();
  for (const group of groupBy(keys, groupOf).values()) {
    const values = await answer(group);
    group.forEach((key, i) => void answers.set(key, values[i]!));
  }
  return keys.map((key) => answers.get(key)!);
}

const isInstant = (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const badCursor = () => badInput('The cursor is not one that this connection gave out.');
