import { randomBytes } from 'node:crypto';
import type { RuleTrigger } from '../../../prisma/generated/client.ts';
import { GraphUnreachable } from '../../shared/graph.ts';
import { nextDay, readClock } from '../../shared/personalClock.ts';
import type { Platform } from '../../shared/platform.ts';
import { toRun } from '../../shared/schedules/due.ts';
import { transaction } from '../../shared/subgraph.ts';
import { isBeyond, readNumbers } from './numbers.ts';
import { handOver } from './queue.ts';
import type { ConditionTrigger, RuleRow } from './rule.ts';
import type { RunRow } from './run.ts';
import { scheduleOf } from './schedule.ts';
import { lockRule, startRun } from './starts.ts';
import { nextFall } from './watchers.ts';

const minute = 60_000;
const hour = 60 * minute;
/** Whoever missed a schedule for longer does not make up for it. */
const latest = 24 * hour;
/** Triggers that one round works off at most; the next comes soon. */
const mostTriggers = 500;
const atOnce = 8;
/** A look that was not finished is taken again after this. */
const lookAgainAfter = 30_000;

/**
 * Works off the triggers that are due: schedules that fall, and goals' numbers that are to be looked at. Any number of processes may do so at
 * once: what becomes of a trigger is one transaction under the lock of its rule.
 */
export async function workOffTriggers(platform: Platform): Promise<void> {
  const due = await platform.db.ruleTrigger.findMany({
    where: { dueAt: { lte: platform.now() } },
    orderBy: [{ dueAt: 'asc' }, { userId: 'asc' }, { ruleId: 'asc' }, { ordinal: 'asc' }],
    take: mostTriggers,
  });
  for (let i = 0; i < due.length; i += atOnce) {
    await Promise.all(due.slice(i, i + atOnce).map((one) => workOff(platform, one)));
  }
}

async function workOff(platform: Platform, watcher: RuleTrigger): Promise<void> {
  try {
    const run = await (watcher.kind === 'SCHEDULE' ? fall(platform, watcher) : look(platform, watcher));
    if (!run) return;
    platform.bus.publish('events', watcher.userId);
    if (run.state === 'QUEUED') await handOver(platform, run.id);
  } catch (error) {
    // The others are due as well; this one is tried again.
    platform.log.warn({ error, ruleId: watcher.ruleId }, 'a trigger of a rule could not be worked off');
  }
}

const keyOf = ({ userId, ruleId, ordinal }: RuleTrigger) => ({ userId, ruleId, ordinal });

/** A schedule falls: one run for the latest of what is due. */
const fall = ({ db, now }: Platform, watcher: RuleTrigger): Promise<RunRow | null> =>
  transaction(db, async (tx) => {
    const { userId, ruleId, ordinal } = watcher;
    const rule = await lockRule(tx, userId, ruleId);
    const current = await tx.ruleTrigger.findUnique({ where: { userId_ruleId_ordinal: keyOf(watcher) } });
    const at = now();
    const trigger = rule?.triggers[ordinal];
    if (!rule || trigger?.type !== 'schedule' || !current?.dueAt || current.dueAt > at) return null;
    const { timeZone } = await readClock(tx, userId);
    const schedule = scheduleOf(trigger, timeZone, rule.createdAt);
    const { dueAt, dueLocal } = current;
    const missed = dueLocal === null ? [] : toRun(schedule, { at: dueAt, local: dueLocal }, at, 'ONCE');
    const occurrence = missed.find((one) => at.getTime() - one.at.getTime() <= latest);
    await tx.ruleTrigger.updateMany({ where: keyOf(watcher), data: nextFall(trigger, timeZone, rule, at) });
    if (!occurrence) return null;
    return startRun({ db: tx, now }, rule, {
      trigger: 'SCHEDULE',
      // A local time is one cause, whichever trigger names it.
      cause: `schedule:${occurrence.local}`,
      moment: { at: occurrence.at.toISOString(), occurrence: occurrence.local },
      localOccurrence: occurrence.local,
    });
  });

/**
 * Looks at a goal's number: once for whoever is first. The number is asked for without a transaction; what it means is written down only if
 * nothing has happened to the goal or the rule meanwhile.
 */
async function look(platform: Platform, watcher: RuleTrigger): Promise<RunRow | null> {
  const { db, now } = platform;
  const { userId, ruleId, ordinal } = watcher;
  const checkToken = randomBytes(12).toString('hex');
  const { count } = await db.ruleTrigger.updateMany({
    where: { ...keyOf(watcher), dueAt: { lte: now() } },
    data: { checkToken, dueAt: new Date(now().getTime() + lookAgainAfter) },
  });
  if (count === 0) return null;
  const rule = (await db.automationRule.findUnique({
    where: { userId_id: { userId, id: ruleId } },
  })) as unknown as RuleRow | null;
  const trigger = rule?.triggers[ordinal];
  if (!rule || trigger?.type !== 'condition') return null;
  const number = await readNumber(platform, rule, trigger);
  return transaction(db, async (tx) => {
    const locked = await lockRule(tx, userId, ruleId);
    const current = await tx.ruleTrigger.findFirst({ where: { ...keyOf(watcher), checkToken } });
    if (!locked || !current) return null;
    const at = now();
    const { known, fired, holdsSince } = stateAfter(current, number === null ? null : isBeyond(trigger, number), at);
    const heldSince = holdsSince?.getTime() ?? at.getTime();
    const isDue = !fired && holdsSince !== null && at.getTime() - heldSince >= trigger.forMinutes * minute;
    const endOfHold =
      !fired && !isDue && holdsSince !== null ? heldSince + trigger.forMinutes * minute : at.getTime() + hour;
    // Numbers that count days change when the person's next day begins.
    const tomorrow = nextDay(await readClock(tx, userId), at);
    await tx.ruleTrigger.updateMany({
      where: { ...keyOf(watcher), checkToken },
      data: {
        known,
        holdsSince,
        fired: fired || isDue,
        checkToken: null,
        dueAt: new Date(Math.min(at.getTime() + hour, endOfHold, tomorrow.getTime())),
      },
    });
    if (!isDue) return null;
    return startRun({ db: tx, now }, locked, {
      trigger: 'CONDITION',
      cause: `condition:${ordinal}:${holdsSince.toISOString()}`,
      moment: { at: at.toISOString(), goalId: trigger.goalId, value: number!.toString() },
    });
  });
}

async function readNumber(platform: Platform, rule: RuleRow, { goalId, metric }: ConditionTrigger) {
  const { userId, id: taskId, authorKind, authorId } = rule;
  const scopes = rule.scopes as RuleRow['scopes'];
  try {
    const goal = await readNumbers(platform, { userId, taskId, scopes, author: { authorKind, authorId } }, goalId);
    return goal?.numbers[metric] ?? null;
  } catch (error) {
    if (error instanceof GraphUnreachable) throw error;
    platform.log.warn(
      { ruleId: taskId, error: (error as Error).message },
      'the number of a goal was refused to a rule',
    );
    return null;
  }
}

/** It is the crossing that counts: what is beyond the line when it is looked at first has not crossed it. What is not known changes nothing. */
function stateAfter(
  { known, fired, holdsSince }: Pick<RuleTrigger, 'known' | 'fired' | 'holdsSince'>,
  isBeyondNow: boolean | null,
  at: Date,
) {
  if (isBeyondNow === null) return { known, fired, holdsSince };
  if (!isBeyondNow) return { known: true, fired: false, holdsSince: null };
  return { known: true, fired: known ? fired : true, holdsSince: holdsSince ?? at };
}
