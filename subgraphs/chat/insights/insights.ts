import { UserErrors } from '../../shared/errors.ts';
import { publish } from '../../shared/events.ts';
import { Checks } from '../../shared/input.ts';
import { keyset, type Page, type PageArgs, readSlice, type SortKey, toPage } from '../../shared/pagination.ts';
import { lockRow } from '../../shared/stored.ts';
import type { ChatUserContext } from '../context.ts';
import type { DismissInsightInput, InsightFilter, MarkInsightsReadInput } from '../generated.ts';
import type { InsightRow } from '../rows.ts';

export const newestFirst: readonly SortKey[] = [
  { name: 'createdAt', kind: 'date', descending: true },
  { name: 'id', kind: 'text', descending: true },
];

/** The user's insights, newest first. */
export async function listInsights(
  ctx: ChatUserContext,
  filter: InsightFilter,
  args: PageArgs,
): Promise<Page<InsightRow>> {
  const slice = readSlice(args, newestFirst.length);
  const { where, ...rest } = keyset(newestFirst, slice);
  const rows = (await ctx.db.insight.findMany({
    where: {
      userId: ctx.userId,
      ...(filter.kinds && { kind: { in: filter.kinds } }),
      ...(filter.read != null && { readAt: filter.read ? { not: null } : null }),
      ...(filter.dismissed != null && { dismissedAt: filter.dismissed ? { not: null } : null }),
      AND: [where],
    },
    ...rest,
  })) as unknown as InsightRow[];
  return toPage(rows, slice, (row) => [row.createdAt, row.id]);
}

export async function markInsightsRead(ctx: ChatUserContext, input: MarkInsightsReadInput) {
  const checks = new Checks();
  checks.list(['ids'], input.ids, 100, 1);
  checks.done();
  const { userId } = ctx;
  const now = ctx.now();
  const ids = [...new Set(input.ids)];
  const read = await ctx.db.insight.updateManyAndReturn({
    where: { userId, id: { in: ids }, readAt: null },
    data: { readAt: now, updatedAt: now, version: { increment: 1 } },
    select: { id: true },
  });
  const rows = (await ctx.db.insight.findMany({ where: { userId, id: { in: ids } } })) as unknown as InsightRow[];
  const found = new Map(rows.map((row) => [row.id, row]));
  const missing = input.ids.flatMap((id, i) => (found.has(id) ? [] : [i]));
  if (missing.length > 0) {
    throw new UserErrors(
      missing.map((i) => ({ code: 'NOT_FOUND', path: ['ids', String(i)], message: 'There is no such insight.' })),
    );
  }
  await publish(ctx, ...read.map(({ id }) => ({ type: 'insight.updated' as const, subjectId: id, data: {} })));
  return { insights: input.ids.map((id) => found.get(id)!) };
}

export async function dismissInsight(ctx: ChatUserContext, input: DismissInsightInput) {
  const where = { userId_id: { userId: ctx.userId, id: input.id } };
  await lockRow(ctx, 'insight', input.id, 'insight');
  const current = await ctx.db.insight.findUniqueOrThrow({ where });
  if ((current.dismissedAt !== null) === input.dismissed) return { insight: current as unknown as InsightRow };
  const now = ctx.now();
  const insight = await ctx.db.insight.update({
    where,
    data: { dismissedAt: input.dismissed ? now : null, updatedAt: now, version: { increment: 1 } },
  });
  await publish(ctx, { type: 'insight.updated', subjectId: insight.id, data: {} });
  return { insight: insight as unknown as InsightRow };
}
