import { limit } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { keyset, type Page, type PageArgs, readSlice, type SortKey, toPage } from '../shared/pagination.ts';
import { nextRuns, type ScheduledRun } from '../shared/schedules/schedule.ts';
import { changesOf, expectVersion, inputHash, lockRow, sameCreation } from '../shared/stored.ts';
import type { ResearchUserContext } from './context.ts';
import type {
  CreateResearchCategoryInput,
  DeleteResearchCategoryInput,
  UpdateResearchCategoryInput,
} from './generated.ts';
import type { CategoryRow } from './rows.ts';
import { nextColumns, readSchedule, scheduleColumns, scheduleOf } from './schedule.ts';

/** Most categories of one person. */
const mostCategories = 100;

const byName: readonly SortKey[] = [
  { name: 'name', kind: 'text' },
  { name: 'id', kind: 'text' },
];

/** The user's categories in the order of the alphabet. */
export async function listCategories(
  ctx: ResearchUserContext,
  active: boolean | null | undefined,
  args: PageArgs,
): Promise<Page<CategoryRow>> {
  const slice = readSlice(args, byName.length);
  const { where, ...rest } = keyset(byName, slice);
  const rows = (await ctx.db.researchCategory.findMany({
    where: { userId: ctx.userId, ...(active != null && { active }), AND: [where] },
    ...rest,
  })) as CategoryRow[];
  return toPage(rows, slice, (row) => [row.name, row.id]);
}

/** Which active category's schedule comes next. */
export async function nextOfAll(
  ctx: ResearchUserContext,
): Promise<{ category: CategoryRow; run: ScheduledRun } | null> {
  const categories = (await ctx.db.researchCategory.findMany({
    where: { userId: ctx.userId, active: true, scheduleKind: { not: null } },
    take: mostCategories,
  })) as CategoryRow[];
  const next = categories.flatMap((category) => {
    const [run] = nextRuns(scheduleOf(category)!, ctx.now(), 1);
    return run ? [{ category, run }] : [];
  });
  return next.sort((a, b) => a.run.at.getTime() - b.run.at.getTime())[0] ?? null;
}

const find = (ctx: ResearchUserContext, id: string) =>
  ctx.db.researchCategory.findUnique({
    where: { userId_id: { userId: ctx.userId, id } },
  }) as Promise<CategoryRow | null>;

type Texts = Pick<UpdateResearchCategoryInput, 'name' | 'description' | 'prompt' | 'sources'>;

function checkTexts(checks: Checks, input: Texts): void {
  checks.text(['name'], input.name, 100);
  checks.text(['description'], input.description, 10_000, 0);
  checks.text(['prompt'], input.prompt, 10_000, 0);
  checks.list(['sources'], input.sources, 50);
}

export async function createCategory(ctx: ResearchUserContext, input: CreateResearchCategoryInput) {
  const { userId } = ctx;
  const now = ctx.now();
  const hash = inputHash(input);
  // Before the schedule is judged: what was possible when it was first sent may be over by now.
  const earlier = input.id == null ? null : await find(ctx, input.id);
  if (earlier) return { category: sameCreation(earlier, hash) };
  const checks = new Checks();
  checks.newId(['id'], 'category', input.id);
  checkTexts(checks, input);
  const schedule = input.schedule ? readSchedule(checks, ['schedule'], input.schedule, now) : null;
  checks.done();

  const id = input.id ?? newId('category', now);
  const { count } = await ctx.db.researchCategory.createMany({
    data: [
      {
        userId,
        id,
        name: input.name,
        description: input.description ?? '',
        prompt: input.prompt ?? '',
        sources: [...new Set(input.sources ?? [])],
        ...scheduleColumns(schedule),
        ...nextColumns(schedule, input.active ?? true, now),
        active: input.active ?? true,
        missedRunPolicy: input.missedRunPolicy ?? 'ONCE',
        inputHash: hash,
        createdAt: now,
        updatedAt: now,
      },
    ],
    skipDuplicates: true,
  });
  const category = (await find(ctx, id))!;
  if (count === 0) return { category: sameCreation(category, hash) };
  if ((await ctx.db.researchCategory.count({ where: { userId } })) > mostCategories) {
    throw limit([], `There may be at most ${mostCategories} categories; delete some first.`);
  }
  await publish(ctx, { type: 'researchCategory.created', subjectId: id, data: {} });
  return { category };
}

export async function updateCategory(ctx: ResearchUserContext, input: UpdateResearchCategoryInput) {
  const checks = new Checks();
  checkTexts(checks, input);
  const schedule = input.schedule ? readSchedule(checks, ['schedule'], input.schedule, ctx.now()) : null;
  checks.done();
  await lockRow(ctx, 'category', input.id, 'category');
  const current = (await find(ctx, input.id))!;
  expectVersion(current.version, input.expectedVersion, { category: current });
  const active = input.active ?? current.active;
  const columns = input.schedule === undefined ? {} : scheduleColumns(schedule);
  // What is due at this moment stays due, unless this is about the schedule.
  const isOtherwise = active !== current.active || Object.keys(changesOf(current, columns)).length > 0;
  const followed = input.schedule === undefined ? scheduleOf(current) : schedule;
  const category = (await ctx.db.researchCategory.update({
    where: { userId_id: { userId: ctx.userId, id: input.id } },
    data: {
      name: input.name ?? current.name,
      description: input.description ?? current.description,
      prompt: input.prompt ?? current.prompt,
      sources: input.sources ? [...new Set(input.sources)] : current.sources,
      ...columns,
      ...(isOtherwise && nextColumns(followed, active, ctx.now())),
      active,
      missedRunPolicy: input.missedRunPolicy ?? current.missedRunPolicy,
      version: { increment: 1 },
      updatedAt: ctx.now(),
    },
  })) as CategoryRow;
  await publish(ctx, { type: 'researchCategory.updated', subjectId: category.id, data: {} });
  return { category };
}

export async function deleteCategory(ctx: ResearchUserContext, input: DeleteResearchCategoryInput) {
  const { userId } = ctx;
  await lockRow(ctx, 'category', input.id, 'category');
  const current = (await find(ctx, input.id))!;
  expectVersion(current.version, input.expectedVersion, { category: current });
  const results = await ctx.db.researchResult.findMany({
    where: { userId, categoryId: input.id },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  const runs = await ctx.db.researchRun.findMany({
    where: { userId, categoryId: input.id },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  await ctx.db.researchCategory.delete({ where: { userId_id: { userId, id: input.id } } });
  await publish(
    ctx,
    ...results.map(({ id }) => ({
      type: 'researchResult.deleted' as const,
      subjectId: id,
      data: { categoryId: input.id },
    })),
    ...runs.map(({ id }) => ({
      type: 'researchRun.deleted' as const,
      subjectId: id,
      data: { categoryId: input.id },
    })),
    { type: 'researchCategory.deleted', subjectId: input.id, data: {} },
  );
  ctx.afterCommit(() => {
    for (const { id } of runs) ctx.bus.publish('stops', id);
  });
  return { deletedId: input.id };
}
