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
async function lockResult(
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
  const current = await lockResult(ctx, input);
  if (!sources[status]!.includes(current.status)) {
    throw conflict(['id'], `This result is already ${words[current.status]}.`, { result: current });
  }
  const { userId, actor } = ctx;
  const at = ctx.now();
  const result = (await ctx.db.researchResult.update({
    where: { userId_id: { userId, id: input.id } },
    data: { status, version: { increment: 1 }, updatedAt: at },
  })) as unknown as ResultRow;
  const steps = await ctx.db.researchReview.count({ where: { userId, resultId: input.id } });
  await ctx.db.researchReview.create({
    data: {
      userId,
      resultId: input.id,
      ordinal: steps + 1,
      fromStatus: current.status,
      toStatus: status,
      actorKind: actor.kind,
      actorId: actor.id,
      reason: input.reason ?? null,
      at,
    },
  });
  await publish(ctx, {
    type: 'researchResult.updated',
    subjectId: input.id,
    data: { categoryId: current.categoryId },
  });
  return { result };
}

export async function deleteResult(ctx: ResearchUserContext, input: DeleteResearchResultInput) {
  const { categoryId } = await lockResult(ctx, input);
  await ctx.db.researchResult.delete({ where: { userId_id: { userId: ctx.userId, id: input.id } } });
  await publish(ctx, { type: 'researchResult.deleted', subjectId: input.id, data: { categoryId } });
  return { deletedId: input.id };
}
