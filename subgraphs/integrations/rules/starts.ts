import { type Prisma, Prisma as Sql, type Tx } from '../../shared/db.ts';
import { findEvent, type LoggedEvent, type NewEvent, publish } from '../../shared/events.ts';
import { kindOf, newId } from '../../shared/ids.ts';
import type { AutomationMode, AutomationRunReason, AutomationRunTrigger } from '../generated.ts';
import type { RuleRow } from './rule.ts';
import { type Moment, openStates, type RunRow } from './run.ts';

/** Runs of a rule within an hour, whatever sets it off. */
const mostAnHour = 60;
/** Runs that may lead to one, each by an event of the one before. */
const mostDeep = 5;
const hour = 3_600_000;
/** A chain of causes is followed so far. */
const mostHops = 12;

/** What sets a rule off. */
export interface Cause {
  trigger: AutomationRunTrigger;
  /** The same one makes one run. */
  cause: string;
  moment: Moment;
  eventId?: string;
  localOccurrence?: string;
  /** The run of a rule that led to it. */
  origin?: Origin | null;
  id?: string | null;
  inputHash?: string;
  /** A run that is tried once more: what it was to do, and what of that is done. */
  again?: RunRow;
}

export interface Origin {
  ruleId: string;
  depth: number;
}

/** The run of a rule that an event came of, by however many events. Null when it came of none. */
export async function originOf(db: Tx, event: LoggedEvent): Promise<Origin | null> {
  return runBehind(db, event.userId, kindOf(event.subjectId) === 'rulerun' ? event.subjectId : event.causationId);
}

/** Likewise of what stands behind a cause: the id of an event, or of a run. */
export async function runBehind(db: Tx, userId: string, start: string | null): Promise<Origin | null> {
  let cause = start;
  for (let hop = 0; cause !== null && hop < mostHops; hop++) {
    if (kindOf(cause) === 'rulerun') {
      const where = { userId_id: { userId, id: cause } };
      return db.ruleRun.findUnique({ where, select: { ruleId: true, depth: true } });
    }
    cause = (await findEvent(db, userId, cause))?.causationId ?? null;
  }
  return null;
}

export type Change = { db: Tx; now: () => Date };

/** The rule, locked: what starts and ends its runs follows each other. Null when it is gone. */
export async function lockRule(db: Tx, userId: string, id: string): Promise<RuleRow | null> {
  const rows = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM automation_rules WHERE user_id = ${userId} AND id = ${id} FOR UPDATE`;
  if (rows.length === 0) return null;
  return (await db.automationRule.findUnique({ where: { userId_id: { userId, id } } })) as unknown as RuleRow | null;
}

/** Tells of runs. Publish last: see `publish`. */
export const tell = ({ db, now }: Change, run: Pick<RunRow, 'userId' | 'id'>, ...news: NewEvent[]) =>
  publish({ db, userId: run.userId, now, actor: { kind: 'automation', id: run.id }, causationId: run.id }, ...news);

export const completed = ({ id, ruleId }: RunRow, state: 'DONE' | 'FAILED' | 'CANCELLED'): NewEvent => ({
  type: 'automationRun.completed',
  subjectId: id,
  data: { ruleId, state },
});

/**
 * Starts a run of a rule, or writes down why it was passed over. The rule is locked, so that the same cause makes one run and modes are kept
 * to, whatever the number of processes.
 * @returns the run of this cause; null when one too many is not even written down.
 */
export async function startRun(change: Change, rule: RuleRow, news: Cause): Promise<RunRow | null> {
  const { db, now } = change;
  const { userId, id: ruleId } = rule;
  const { cause, again, origin = null } = news;
  const key = { userId_ruleId_cause: { userId, ruleId, cause } };
  const earlier = (await db.ruleRun.findUnique({ where: key })) as unknown as RunRow | null;
  if (earlier) return earlier;
  const at = now();
  const depth = again?.depth ?? (origin ? origin.depth + 1 : 0);
  const refusal = await refusalOf(db, rule, news, depth, at);
  if (refusal === 'UNTOLD') return null;
  const ended: RunRow[] = [];
  if (!refusal && rule.mode === 'RESTART') {
    ended.push(...(await endOpenRuns(db, rule, 'RESTARTED', 'A later run took its place.', at)));
  }
  const from = again ?? rule;
  const row = {
    userId,
    id: news.id ?? newId('rulerun', at),
    ruleId,
    state: refusal ? 'SKIPPED' : 'QUEUED',
    trigger: news.trigger,
    cause,
    eventId: news.eventId ?? null,
    localOccurrence: news.localOccurrence ?? null,
    retryOf: again?.id ?? null,
    depth,
    moment: news.moment,
    conditions: from.conditions,
    actions: from.actions,
    // What the rule has lost since, a run of before does not have either.
    scopes: from.scopes.filter((scope) => rule.scopes.includes(scope)),
    authorKind: from.authorKind,
    authorId: from.authorId,
    step: again?.step ?? 0,
    reason: refusal?.reason ?? null,
    message: refusal?.message ?? null,
    dueAt: at,
    inputHash: news.inputHash ?? null,
    createdAt: at,
    endedAt: refusal ? at : null,
  };
  const run = (await db.ruleRun.create({
    data: row as unknown as Prisma.RuleRunUncheckedCreateInput,
  })) as unknown as RunRow;
  for (const one of ended) await tell(change, one, completed(one, 'CANCELLED'));
  await publish(
    { db, userId, now, actor: { kind: 'automation', id: run.id }, causationId: news.eventId ?? null },
    { type: 'automationRun.created', subjectId: run.id, data: { ruleId, state: refusal ? 'SKIPPED' : 'QUEUED' } },
  );
  return run;
}

type Refusal = { reason: AutomationRunReason; message: string };

/** Why a rule is not set off now; null when it is. */
async function refusalOf(
  db: Tx,
  rule: RuleRow,
  { trigger, origin }: Cause,
  depth: number,
  at: Date,
): Promise<Refusal | 'UNTOLD' | null> {
  const { userId, id: ruleId } = rule;
  const lately = { userId, ruleId, createdAt: { gt: new Date(at.getTime() - hour) } };
  if ((await db.ruleRun.count({ where: lately })) >= mostAnHour) {
    const isTold = (await db.ruleRun.count({ where: { ...lately, reason: 'RATE' } })) > 0;
    // Once an hour is enough, unless somebody waits for the answer.
    if (isTold && trigger !== 'MANUAL' && trigger !== 'RETRY') return 'UNTOLD';
    return { reason: 'RATE', message: `There were ${mostAnHour} runs of this rule within an hour.` };
  }
  if (origin?.ruleId === rule.id) {
    return { reason: 'OWN_EVENT', message: 'What set it off came of a run of this same rule.' };
  }
  if (depth > mostDeep) {
    return { reason: 'DEPTH', message: `More than ${mostDeep} runs led to it, each by an event of the one before.` };
  }
  const mode = rule.mode as AutomationMode;
  if (mode === 'RESTART') return null;
  const open = await db.ruleRun.count({ where: { userId, ruleId, state: { in: [...openStates] } } });
  if (mode === 'SINGLE') {
    return open > 0
      ? { reason: 'BUSY', message: 'An earlier run was under way, and there may be one at a time.' }
      : null;
  }
  return open >= rule.maxRuns
    ? { reason: 'FULL', message: `${open} runs were under way or waiting, as many as there may be.` }
    : null;
}

/** Ends the runs of a rule that wait or are under way. Whoever is at work on one finds its lease lost. @returns those, to be told of */
export async function endOpenRuns(
  db: Tx,
  { userId, id: ruleId }: Pick<RuleRow, 'userId' | 'id'>,
  reason: AutomationRunReason,
  message: string,
  at: Date,
  runId?: string,
): Promise<RunRow[]> {
  const one = runId === undefined ? Sql.empty : Sql.sql`AND id = ${runId}`;
  const ids = await db.$queryRaw<{ id: string }[]>`
    UPDATE rule_runs SET state = 'CANCELLED', lease = NULL, lease_until = NULL, reason = ${reason}, message = ${message},
      ended_at = ${at}::timestamptz
    WHERE user_id = ${userId} AND rule_id = ${ruleId} AND state IN ('QUEUED', 'RUNNING') ${one} RETURNING id`;
  if (ids.length === 0) return [];
  const these = ids.map(({ id }) => id);
  await db.ruleRunStep.updateMany({
    where: { userId, runId: { in: these }, state: { in: ['RUNNING', 'WAITING'] } },
    data: { state: 'CANCELLED', endedAt: at },
  });
  return (await db.ruleRun.findMany({
    where: { userId, id: { in: these } },
    orderBy: { id: 'asc' },
  })) as unknown as RunRow[];
}
