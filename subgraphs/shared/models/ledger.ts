import type { Decimal } from 'decimal.js';
import type { Db, Tx } from '../db.ts';
import { newId } from '../ids.ts';
import { startOfDay } from '../personalClock.ts';
import type { PersonFacts } from './facts.ts';
import { aiMetrics } from './metrics.ts';
import { ProviderError } from './provider.ts';

/** The ledger of calls to language models: what was sent to whom, what it cost, and what the day's budget still allows. */

/** What a call was for, and what became of it: the words of the graph's enums. */
export type AiPurpose = 'REPLY' | 'SUMMARY' | 'INSIGHT' | 'RESEARCH';
export type AiOutcome =
  | 'PENDING'
  | 'OK'
  | 'STOPPED'
  | 'LOST'
  | 'RATE_LIMITED'
  | 'OVERLOADED'
  | 'UNAVAILABLE'
  | 'TIMEOUT'
  | 'REJECTED'
  | 'PROTOCOL';

/** The day's budget does not allow this call. To the next provider it is as if this one had refused. */
export class BudgetUsedUp extends ProviderError {
  constructor() {
    super('REJECTED', 'the day’s budget is used up');
    this.name = 'BudgetUsedUp';
  }
}

export interface NewCall {
  userId: string;
  purpose: AiPurpose;
  subjectId: string | null;
  provider: string;
  model: string;
  dataClasses: readonly string[];
  /** Estimated. */
  inputTokens: number;
  /** The most that it may cost, in US dollars. */
  mostCost: Decimal;
}

/**
 * Writes a call down before anything is sent, so that it is on record whatever happens, and counts the most it may cost against the day's
 * budget: many calls at once cannot overdraw it together. What costs nothing needs no budget.
 * @param limit of one day, in US dollars.
 * @throws BudgetUsedUp
 */
export async function openCall(
  db: Db,
  call: NewCall,
  facts: PersonFacts,
  limit: Decimal.Value,
  now: Date,
): Promise<string> {
  const { userId, mostCost, dataClasses, ...rest } = call;
  const id = newId('aicall', now);
  const write = (tx: Tx) =>
    tx.aiCall.create({
      data: {
        ...rest,
        userId,
        id,
        dataClasses: [...dataClasses],
        outcome: 'PENDING',
        cost: mostCost.toFixed(8),
        startedAt: now,
      },
    });
  if (mostCost.isZero()) {
    await write(db);
    return id;
  }
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`budget ${userId}`}, 0))`;
    const { _sum } = await tx.aiCall.aggregate({
      where: { userId, startedAt: { gte: startOfDay(facts, now) } },
      _sum: { cost: true },
    });
    if (mostCost.add(_sum.cost?.toString() ?? 0).greaterThan(limit)) throw new BudgetUsedUp();
    await write(tx);
  });
  return id;
}

export interface EndedCall {
  provider: string;
  model: string;
  purpose: AiPurpose;
  outcome: Exclude<AiOutcome, 'PENDING'>;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  estimated: boolean;
  cost: Decimal;
  firstEventMs: number | null;
  latencyMs: number;
}

/** Writes down what became of a call. */
export async function closeCall(db: Tx, userId: string, id: string, ended: EndedCall, now: Date): Promise<void> {
  const { provider, model, purpose, cost, ...rest } = ended;
  aiMetrics.observe(ended);
  await db.aiCall.update({
    where: { userId_id: { userId, id } },
    data: { ...rest, cost: cost.toFixed(8), endedAt: now },
  });
}

/** A call that nobody has closed for so long belonged to a process that died, in milliseconds. It counts with the most it may have cost. */
const lostAfter = 15 * 60_000;

export async function closeLostCalls(db: Tx, now: Date): Promise<void> {
  await db.aiCall.updateMany({
    where: { outcome: 'PENDING', startedAt: { lt: new Date(now.getTime() - lostAfter) } },
    data: { outcome: 'LOST', endedAt: now },
  });
}
