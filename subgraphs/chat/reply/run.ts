import { BrokenOff, LeaseLost } from '../../shared/leased.ts';
import { BudgetUsedUp } from '../../shared/models/ledger.ts';
import { ProviderError } from '../../shared/models/provider.ts';
import type { Platform } from '../../shared/platform.ts';
import type { ReplyEnd } from '../generated.ts';
import { endReply, handBack, isMidway, type Lease, takeUp, toldText, waitForApproval } from '../generations.ts';
import { modelsOf } from '../models.ts';
import { type Outcome, type ReplyWork, runRounds } from './rounds.ts';
import { createWriter, type ReplyWriter } from './writer.ts';

/** One stretch of work on a reply may take so long, in milliseconds. */
const mostTime = 5 * 60_000;

/**
 * Writes a reply, or goes on with it, until it has ended or waits for the person. Does nothing when somebody else is at it. Whatever goes wrong,
 * the reply ends with a reason, or another worker takes it up; what was told stays.
 * @param closing aborted when this process is about to end
 */
export async function writeReply(platform: Platform, messageId: string, closing: AbortSignal): Promise<void> {
  const lease = await takeUp(platform, messageId);
  if (!lease) return;
  const { userId, textLength } = lease.generation;
  const before = textLength > 0 ? await toldText(platform.db, userId, messageId) : '';
  const work = new AbortController();
  const stop = (reason: Error) => work.abort(reason);
  const close = () => stop(new BrokenOff('CLOSING'));
  const unlisten = platform.bus.listen('stops', (id) => {
    if (id === messageId) stop(new LeaseLost('The person stopped it.'));
  });
  const timer = setTimeout(() => stop(new BrokenOff('TIME')), mostTime);
  closing.addEventListener('abort', close, { once: true });
  const writer = createWriter(platform, lease, before, stop);
  try {
    if (closing.aborted) close();
    const reply: ReplyWork = { platform, models: modelsOf(platform), lease, writer, signal: work.signal };
    const outcome = await runRounds(reply).catch((error) => outcomeOf(error, work.signal, platform, messageId));
    await conclude(platform, lease, writer, outcome);
  } catch (error) {
    // Whoever has the lease now, or has ended the reply, answers for it.
    if (!(error instanceof LeaseLost)) throw error;
  } finally {
    writer.close();
    clearTimeout(timer);
    closing.removeEventListener('abort', close);
    unlisten();
    platform.bus.publish('events', userId);
    platform.bus.publish('deltas', messageId);
  }
}

/** What a failure means for the reply. @throws LeaseLost */
function outcomeOf(
  error: unknown,
  signal: AbortSignal,
  { log }: Platform,
  messageId: string,
): Outcome | 'CLOSING' | 'BROKEN' {
  const cause = signal.aborted ? signal.reason : error;
  if (cause instanceof LeaseLost) throw cause;
  if (cause instanceof BrokenOff) return cause.why === 'CLOSING' ? 'CLOSING' : { end: 'LIMIT' };
  if (cause instanceof BudgetUsedUp) return { end: 'BUDGET' };
  if (cause instanceof ProviderError) {
    log.warn({ messageId, code: cause.code, error: cause.message }, 'no language model answered');
    return { end: 'UNAVAILABLE' };
  }
  log.error({ messageId, error: cause }, 'writing a reply failed');
  return 'BROKEN';
}

/** @throws LeaseLost */
async function conclude(
  platform: Platform,
  lease: Lease,
  writer: ReplyWriter,
  outcome: Outcome | 'CLOSING' | 'BROKEN',
): Promise<void> {
  const { db, now } = platform;
  const { generation } = lease;
  const queueAgain = () => platform.jobs.add('chat.generate', { messageId: generation.messageId });
  // What was said is told before the end is.
  await writer.flush();
  if (outcome === 'WAITING') {
    if (!(await waitForApproval(db, now, lease))) await queueAgain();
    return;
  }
  // The same is asked once more, unless the person has heard a part of the answer already: by another worker at once, or, where something of
  // ours failed (the database was away), by whoever finds that the lease has run out, a few times.
  if (typeof outcome === 'string' && !(await isMidway(db, generation))) {
    if (outcome === 'BROKEN') return;
    await handBack(db, lease);
    return queueAgain();
  }
  const end: ReplyEnd = typeof outcome === 'string' ? 'INTERRUPTED' : outcome.end;
  await db.$transaction((tx) => endReply({ db: tx, now }, generation, statusOf(end), end, lease.token));
}

const complete: readonly ReplyEnd[] = ['FINISHED', 'LENGTH', 'LIMIT', 'REFUSAL'];
const statusOf = (end: ReplyEnd) => (complete.includes(end) ? 'COMPLETE' : 'FAILED');
