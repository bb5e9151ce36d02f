import { sha256 } from '../shared/crypto.ts';
import { conflict, forbidden, invalid, notFound } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { canonical } from '../shared/idempotency.ts';
import { Checks } from '../shared/input.ts';
import type { ChatUserContext } from './context.ts';
import type { ApproveToolCallInput, RejectToolCallInput } from './generated.ts';
import { lockGeneration, onlyPeople, wakeWorker } from './replies.ts';
import type { GenerationRow, ToolCallRow } from './rows.ts';
import { allowTool } from './settings.ts';

/**
 * What stands for a proposal: an approval names it, so that it approves exactly this operation with these variables, and not what an app shows
 * from an older or another one.
 */
export const confirmationOf = (call: { id: string; document: string; variables: string }): string =>
  sha256(canonical([call.id, call.document, call.variables])).slice(0, 32);

/** Lets the assistant do what it proposed. Nobody may approve what they may not do themselves. */
export async function approveToolCall(ctx: ChatUserContext, input: ApproveToolCallInput) {
  onlyPeople(ctx);
  const call = await lockProposal(ctx, input.id);
  if (call.confirmation !== input.confirmation) {
    throw conflict(['confirmation'], 'This is not what is proposed: load the tool call anew and look at it.');
  }
  const missing = call.scopes.filter((scope) => !ctx.viewer.scopes.includes(scope));
  if (missing.length > 0) throw forbidden(`This needs the scope ${missing.join(', ')}.`);
  if (call.state === 'PROPOSED') await goOnBehalf(ctx, call.messageId);
  const toolCall = await decide(ctx, call, 'APPROVED', null);
  if (input.always && call.kind === 'WRITE') await allowTool(ctx, call.tool);
  return { toolCall };
}

/**
 * From now on the reply is written on behalf of whoever approved: the session that asked may have ended meanwhile. It may do what both of them
 * may, and no more.
 */
async function goOnBehalf({ db, userId, viewer }: ChatUserContext, messageId: string): Promise<void> {
  const where = { userId_messageId: { userId, messageId } };
  const { scopes } = (await db.generation.findUniqueOrThrow({ where })) as GenerationRow;
  await db.generation.update({
    where,
    data: {
      behalfKind: viewer.kind,
      behalfId: viewer.credentialId,
      scopes: scopes.filter((scope) => viewer.scopes.includes(scope)),
    },
  });
}

/** Does not let the assistant do what it proposed. */
export async function rejectToolCall(ctx: ChatUserContext, input: RejectToolCallInput) {
  onlyPeople(ctx);
  const checks = new Checks();
  checks.text(['reason'], input.reason, 500);
  checks.done();
  const call = await lockProposal(ctx, input.id);
  const reason = input.reason ? `: ${input.reason}` : '.';
  const result = JSON.stringify({ rejected: `The person did not want this${reason}` });
  return { toolCall: await decide(ctx, call, 'REJECTED', result) };
}

/** The tool call, with its reply locked. @throws UserErrors NOT_FOUND */
async function lockProposal(ctx: ChatUserContext, id: string): Promise<ToolCallRow> {
  const where = { userId_id: { userId: ctx.userId, id } };
  const found = await ctx.db.toolCall.findUnique({ where, select: { messageId: true } });
  if (!found) throw notFound(['id'], 'tool call');
  await lockGeneration(ctx, found.messageId);
  return (await ctx.db.toolCall.findUniqueOrThrow({ where })) as unknown as ToolCallRow;
}

/** The same answer once more changes nothing. When it was the last one to wait for, the reply goes on. */
async function decide(
  ctx: ChatUserContext,
  call: ToolCallRow,
  state: 'APPROVED' | 'REJECTED',
  result: string | null,
): Promise<ToolCallRow> {
  const { userId } = ctx;
  const { id, messageId } = call;
  if (call.state !== 'PROPOSED') {
    const same = state === 'REJECTED' ? ['REJECTED'] : ['APPROVED', 'RUNNING', 'DONE', 'FAILED'];
    if (same.includes(call.state)) return call;
    throw invalid(['id'], 'This does not wait for an answer any more.');
  }
  const now = ctx.now();
  const toolCall = (await ctx.db.toolCall.update({
    where: { userId_id: { userId, id } },
    data: { state, result, decidedAt: now, updatedAt: now, version: { increment: 1 } },
  })) as unknown as ToolCallRow;
  const waiting = await ctx.db.toolCall.count({ where: { userId, messageId, state: 'PROPOSED' } });
  if (waiting === 0) {
    await ctx.db.generation.updateMany({ where: { userId, messageId, state: 'WAITING' }, data: { state: 'QUEUED' } });
    wakeWorker(ctx, messageId);
  }
  await publish(ctx, { type: 'toolCall.updated', subjectId: id, data: { messageId } });
  return toolCall;
}
