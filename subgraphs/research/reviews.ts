import { conflict } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { Checks } from '../shared/input.ts';
import { expectVersion, lockRow } from '../shared/stored.ts';
import type { ResearchUserContext } from './context.ts';
import type {
  ApproveResearchResultInput,
  DeleteResearchResultInput,
  RejectResearchResultInput,
  ResearchStatus,
} from './generated.ts';
import type { ResultRow } from './rows.ts';

/** From which statuses a review may lead to which. INTEGRATED stays: something was made of it. */
const sources: Partial<Record<ResearchStatus, readonly ResearchStatus[]>> = {
  APPROVED: ['PENDING', 'REJECTED'],
  REJECTED: ['PENDING', 'APPROVED'],
  INTEGRATED: ['APPROVED'],
};

const words: Record<ResearchStatus, string> = {
  PENDING: 'waiting for review',
  APPROVED: 'approved',
  REJECTED: 'rejected',
  INTEGRATED: 'integrated, which is final',
};

export async function approveResult(ctx: ResearchUserContext, input: ApproveResearchResultInput) {
  const checks = new Checks();
  checks.text(['reason'], input.reason, 1_000);
  checks.done();
  return review(ctx, input, 'APPROVED');
}

export async function rejectResult(ctx: ResearchUserContext, input: RejectResearchResultInput) {
  const checks = new Checks();
  checks.text(['reason'], input.reason, 1_000);
  checks.done();
  return review(ctx, input, 'REJECTED');
}

/** The user's result, locked until the transaction ends. @throws UserErrors NOT_FOUND or CONFLICT. */
export async function lockResult(
  ctx: ResearchUserContext,
  { id, expectedVersion }: DeleteResearchResultInput,
): Promise<ResultRow> {
  await lockRow(ctx, 'result', id, 'result');
  const where = { userId_id: { userId: ctx.userId, id } };
  const result = (await ctx.db.researchResult.findUniqueOrThrow({ where })) as unknown as ResultRow;
  expectVersion(result.version, expectedVersion, { result });
  return result;
}

async function review(ctx: ResearchUserContext, input: ApproveResearchResultInput, status: ResearchStatus) {
  return { result: await takeStep(ctx, await lockResult(ctx, input), status, input.reason) };
}

/** @throws UserErrors CONFLICT when a review may not lead from where the result is to there. */
export function checkStep(result: ResultRow, status: ResearchStatus): void {
  if (sources[status]!.includes(result.status)) return;
  const state = result.status === 'PENDING' ? 'still' : 'already';
  throw conflict(['id'], `This result is ${state} ${words[result.status]}.`, { result });
}

/** Moves a locked result on in its review, and writes down who did it. @throws UserErrors CONFLICT */
export async function takeStep(
  ctx: ResearchUserContext,
  current: ResultRow,
  status: ResearchStatus,
  reason: string | null | undefined,
  createdIds = current.createdIds,
): Promise<ResultRow> {
  checkStep(current, status);
  const { userId, actor } = ctx;
  const { id, categoryId } = current;
  const at = ctx.now();
  const result = (await ctx.db.researchResult.update({
    where: { userId_id: { userId, id } },
    data: { status, createdIds, version: { increment: 1 }, updatedAt: at },
  })) as unknown as ResultRow;
  const steps = await ctx.db.researchReview.count({ where: { userId, resultId: id } });
  await ctx.db.researchReview.create({
    data: {
      userId,
      resultId: id,
      ordinal: steps + 1,
      fromStatus: current.status,
      toStatus: status,
      actorKind: actor.kind,
      actorId: actor.id,
      reason: reason ?? null,
      at,
    },
  });
  await publish(ctx, { type: 'researchResult.updated', subjectId: id, data: { categoryId } });
  return result;
}

export async function deleteResult(ctx: ResearchUserContext, input: DeleteResearchResultInput) {
  const { categoryId } = await lockResult(ctx, input);
  await ctx.db.researchResult.delete({ where: { userId_id: { userId: ctx.userId, id: input.id } } });
  await publish(ctx, { type: 'researchResult.deleted', subjectId: input.id, data: { categoryId } });
  return { deletedId: input.id };
}
