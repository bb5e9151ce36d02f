import type { Decimal } from 'decimal.js';
import { readClock } from '../../shared/personalClock.ts';
import { localDateAt, localTimeAt } from '../timeZone.ts';
import { isBeyond, readNumbers } from './numbers.ts';
import { askerOf, orLater, type StepOutcome, type Work } from './outcome.ts';
import type { Condition, GoalLine, TimeCondition } from './rule.ts';

/** Looks whether a condition holds at the time of the run. */
export async function takeCondition(condition: Condition, work: Work): Promise<StepOutcome> {
  const { db, now } = work.platform;
  if (condition.type === 'goal') return orLater(lookAtGoal(condition, work));
  const { timeZone } = await readClock(db, work.run.userId);
  const { holds, note } = isWithin(condition, now(), timeZone);
  return { state: holds ? 'DONE' : 'NOT_MET', output: note };
}

async function lookAtGoal(line: GoalLine, work: Work): Promise<StepOutcome> {
  if (!work.run.scopes.includes('goals:read')) return { state: 'FAILED', error: 'The rule may not read goals.' };
  const goal = await readNumbers(work.platform, askerOf(work), line.goalId);
  if (!goal) return { state: 'NOT_MET', output: 'The goal is no more.' };
  const { holds, note } = compare(line, goal.numbers[line.metric]);
  return { state: holds ? 'DONE' : 'NOT_MET', output: note };
}

const names = {
  VALUE: 'The value',
  PERCENT: 'The percentage',
  SAFE_DAYS: 'The number of safe days',
  STREAK: 'The streak',
  STRENGTH: 'The strength',
  DAYS_SINCE_ENTRY: 'The number of days since the last entry',
} as const;

/** Whether a number is beyond a line, and that as a sentence. */
export function compare(line: GoalLine, number: Decimal | null): { holds: boolean; note: string } {
  const name = names[line.metric];
  if (number === null) return { holds: false, note: `${name} is not known.` };
  const holds = isBeyond(line, number);
  const side = line.comparison === 'ABOVE' ? 'above' : 'below';
  return { holds, note: `${name} is ${number}, which is ${holds ? '' : 'not '}${side} ${line.value}.` };
}

/** Whether an instant is within a condition's hours and days. Hours over midnight belong to the day on which they began. */
export function isWithin(
  { from, to, weekdays }: TimeCondition,
  at: Date,
  timeZone: string,
): { holds: boolean; note: string } {
  const time = localTimeAt(at, timeZone);
  const local = localDateAt(at, timeZone);
  const overnight = from !== null && to !== null && to < from;
  const hours = overnight ? time >= from || time < to : (from === null || time >= from) && (to === null || time < to);
  const day = overnight && time < to ? local.subtract({ days: 1 }) : local;
  const holds = hours && (weekdays.length === 0 || weekdays.includes(day.dayOfWeek));
  return {
    holds,
    note: `It is ${time} on ${local.toString()} (${timeZone}), which is ${holds ? '' : 'not '}within the time given.`,
  };
}
