import { Decimal } from 'decimal.js';
import { readFacts } from '../shared/models/facts.ts';
import { keyset, type Page, type PageArgs, readSlice, type SortKey, toPage } from '../shared/pagination.ts';
import { startOfDay, todayOf } from '../shared/personalClock.ts';
import type { ChatUserContext } from './context.ts';
import type { AiCallFilter } from './generated.ts';
import type { AiCallRow } from './rows.ts';

/** What the ledger says to the person whose data it is about. */

const newestFirst: readonly SortKey[] = [
  { name: 'startedAt', kind: 'date', descending: true },
  { name: 'id', kind: 'text', descending: true },
];

/** The person's calls, newest first. */
export async function listAiCalls(
  ctx: ChatUserContext,
  filter: AiCallFilter,
  args: PageArgs,
): Promise<Page<AiCallRow>> {
  const slice = readSlice(args, newestFirst.length);
  const { where, ...rest } = keyset(newestFirst, slice);
  const rows = (await ctx.db.aiCall.findMany({
    where: {
      userId: ctx.userId,
      ...(filter.providers && { provider: { in: filter.providers } }),
      ...(filter.purposes && { purpose: { in: filter.purposes } }),
      ...(filter.subjectId != null && { subjectId: filter.subjectId }),
      AND: [where],
    },
    ...rest,
  })) as AiCallRow[];
  return toPage(rows, slice, (row) => [row.startedAt, row.id]);
}

/** What today's calls cost, and may cost. */
export async function readBudget(ctx: ChatUserContext) {
  const facts = await readFacts(ctx.db, ctx.userId);
  const now = ctx.now();
  const sums = await ctx.db.aiCall.aggregate({
    where: { userId: ctx.userId, startedAt: { gte: startOfDay(facts, now) } },
    _sum: { cost: true, inputTokens: true, outputTokens: true },
    _count: true,
  });
  return {
    localDate: todayOf(facts, now),
    limit: new Decimal(ctx.config.AI_DAILY_BUDGET),
    spent: new Decimal(sums._sum.cost?.toString() ?? 0),
    calls: sums._count,
    inputTokens: sums._sum.inputTokens ?? 0,
    outputTokens: sums._sum.outputTokens ?? 0,
  };
}
