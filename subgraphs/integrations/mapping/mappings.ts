import type { ProgressMapping } from '../../../prisma/generated/client.ts';
import type { UserContext } from '../../shared/context.ts';
import { Prisma } from '../../shared/db.ts';
import { limit, notFound } from '../../shared/errors.ts';
import { type Publisher, publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Checks } from '../../shared/input.ts';
import { readClock, todayOf } from '../../shared/personalClock.ts';
import { changesOf, expectVersion, inputHash, lockRow, sameCreation } from '../../shared/stored.ts';
import { metricKind } from '../device/metrics.ts';
import type {
  CreateProgressMappingInput,
  MappingAggregation,
  MappingSource,
  UpdateProgressMappingInput,
} from '../generated.ts';
import { checkReferences } from '../references.ts';
import { markAllDays } from './days.ts';

const mostPerGoal = 20;
const mostMappings = 200;
const day = 86_400_000;

const usualAggregation = (source: MappingSource, metric: string | null | undefined): MappingAggregation => {
  if (source === 'HEALTH') return metricKind(metric ?? '', '').aggregation;
  return source === 'RECEIVED' ? 'COUNT' : 'SUM';
};

/**
 * Lets data become a goal's progress, from some days before today on.
 * @throws UserErrors INVALID, REQUIRED, NOT_FOUND (goal), CONFLICT (id), LIMIT.
 */
export async function createMapping(ctx: UserContext, input: CreateProgressMappingInput): Promise<ProgressMapping> {
  const { db, userId } = ctx;
  const now = ctx.now();
  const checks = new Checks();
  checks.newId(['id'], 'mapping', input.id);
  checks.text(['matching'], input.matching, 200);
  checks.text(['metric'], input.metric, 100);
  checks.number(['backfillDays'], input.backfillDays, 0, 3_660);
  checkFactor(checks, input.factor);
  if (input.source === 'HEALTH') checks.required(['metric'], input.metric);
  else checks.that(input.metric == null, ['metric'], 'Only HEALTH has a metric.');
  const aggregation = input.aggregation ?? usualAggregation(input.source, input.metric);
  const isMoney = input.source === 'TRANSACTIONS' || input.source === 'RECEIVED';
  if (input.currency != null) {
    checks.that(isMoney, ['currency'], 'Only money has a currency.');
    checks.that(/^[A-Z]{3}$/.test(input.currency), ['currency'], 'A currency has three capital letters.');
  } else if (input.source === 'TRANSACTIONS' && aggregation !== 'COUNT') checks.required(['currency'], null);
  await checkReferences(checks, db, userId, [{ id: input.goalId, path: ['goalId'] }], 'goal');
  checks.done();

  const id = input.id ?? newId('mapping', now);
  const today = todayOf(await readClock(db, userId), now);
  const row: ProgressMapping = {
    userId,
    id,
    goalId: input.goalId,
    source: input.source,
    metric: input.metric ?? null,
    matching: input.matching ?? null,
    currency: input.currency ?? null,
    aggregation,
    // The default of the schema comes as text.
    factor: new Prisma.Decimal(String(input.factor)),
    since: new Date(Date.parse(today) - input.backfillDays * day),
    active: true,
    problem: null,
    inputHash: inputHash(input),
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const { count } = await db.progressMapping.createMany({ data: [row], skipDuplicates: true });
  if (count === 0) {
    const existing = await db.progressMapping.findUniqueOrThrow({ where: { userId_id: { userId, id } } });
    return sameCreation(existing, row.inputHash);
  }
  if ((await db.progressMapping.count({ where: { userId, goalId: input.goalId } })) > mostPerGoal) {
    throw limit(['goalId'], `A goal may have at most ${mostPerGoal} mappings.`);
  }
  if ((await db.progressMapping.count({ where: { userId } })) > mostMappings) {
    throw limit([], `One may have at most ${mostMappings} mappings.`);
  }
  await markAllDays(ctx, id);
  await publish(ctx, { type: 'progressMapping.created', subjectId: id, data: { goalId: row.goalId } });
  return row;
}

function checkFactor(checks: Checks, factor: Parameters<Checks['number']>[1]): void {
  checks.number(['factor'], factor, -1_000_000, 1_000_000);
  if (factor != null) checks.that(Number(factor) !== 0, ['factor'], '"factor" must not be 0.');
}

/**
 * Changes a mapping; all its days are reckoned anew.
 * @throws UserErrors INVALID, NOT_FOUND, CONFLICT with the current mapping.
 */
export async function updateMapping(ctx: UserContext, input: UpdateProgressMappingInput): Promise<ProgressMapping> {
  await lockRow(ctx, 'mapping', input.id, 'mapping');
  const where = { userId_id: { userId: ctx.userId, id: input.id } };
  const current = await ctx.db.progressMapping.findUniqueOrThrow({ where });
  expectVersion(current.version, input.expectedVersion, { progressMapping: current });
  const checks = new Checks();
  checks.text(['matching'], input.matching, 200);
  checkFactor(checks, input.factor);
  const aggregation = input.aggregation ?? undefined;
  if (current.source === 'TRANSACTIONS' && current.currency === null) {
    checks.that(
      aggregation === undefined || aggregation === 'COUNT',
      ['aggregation'],
      'Without a currency movements can only be counted.',
    );
  }
  checks.done();
  const factor = input.factor == null ? current.factor : new Prisma.Decimal(String(input.factor));
  const changes = {
    ...changesOf(current, { matching: input.matching, aggregation, active: input.active ?? undefined }),
    ...(!factor.equals(current.factor) && { factor }),
  };
  if (Object.keys(changes).length === 0) return current;
  const data = { ...changes, problem: null, version: current.version + 1, updatedAt: ctx.now() };
  const changed = await ctx.db.progressMapping.update({ where, data });
  await markAllDays(ctx, input.id);
  await publish(ctx, { type: 'progressMapping.updated', subjectId: input.id, data: { goalId: changed.goalId } });
  return changed;
}

/**
 * Deletes a mapping; what it logged stays.
 * @throws UserErrors NOT_FOUND.
 */
export async function deleteMapping(ctx: UserContext, id: string): Promise<void> {
  const [row] = await ctx.db.$queryRaw<{ goal_id: string }[]>`
    DELETE FROM progress_mappings WHERE user_id = ${ctx.userId} AND id = ${id} RETURNING goal_id`;
  if (!row) throw notFound(['id'], 'mapping');
  await publish(ctx, { type: 'progressMapping.deleted', subjectId: id, data: { goalId: row.goal_id } });
}

/** Deletes the mappings of a goal that is no more. */
export async function deleteMappingsOf(ctx: Publisher, goalId: string): Promise<void> {
  const rows = await ctx.db.$queryRaw<{ id: string }[]>`
    DELETE FROM progress_mappings WHERE user_id = ${ctx.userId} AND goal_id = ${goalId} RETURNING id`;
  await publish(
    ctx,
    ...rows.map(({ id }) => ({ type: 'progressMapping.deleted' as const, subjectId: id, data: { goalId } })),
  );
}
