import { Decimal } from 'decimal.js';
import { nextDay, type PersonalClock, startOfDay, todayOf } from '../../shared/personalClock.ts';
import type { Platform } from '../../shared/platform.ts';
import type { GoalMetric } from '../generated.ts';
import { type Asker, askAs, isBeyond } from './numbers.ts';
import type { ConditionTrigger, GoalLine } from './rule.ts';

/**
 * What a goal's number was, as far as its entries tell: at the beginning of each local day, and 20 hours later with all that was logged on it.
 * The value and the days since the last entry follow from the entries; the safe days are reckoned along the line that the goal has now. Of the
 * other numbers no past is kept.
 */
export interface Sample {
  at: Date;
  number: Decimal | null;
}

/** Numbers whose past can be told. */
export const toldMetrics: readonly GoalMetric[] = ['VALUE', 'SAFE_DAYS', 'DAYS_SINCE_ENTRY'];

const day = 86_400_000;
const document = `query AutomationGoalHistory($id: ID!, $from: LocalDate!, $to: LocalDate!) {
  goal(id: $id) {
    startDate startValue cumulative direction
    frequency { __typename }
    line { startDate startValue ratePerDay }
    series(from: $from, to: $to) { localDate value skipped entryCount }
  }
}`;
/** Entries are read so far back: as many days as the graph gives at once. */
const mostDays = 3_600;

interface Day {
  localDate: string;
  value: Decimal.Value;
  skipped: boolean;
  entryCount: number;
}

/** The samples of a stretch of time, in order; null when the past of this number cannot be told. @throws GraphUnreachable */
export async function readHistory(
  platform: Pick<Platform, 'db' | 'graph' | 'now'>,
  asker: Asker,
  clock: PersonalClock,
  { goalId, metric }: Pick<GoalLine, 'goalId' | 'metric'>,
  from: Date,
  to: Date,
): Promise<Sample[] | null> {
  if (!toldMetrics.includes(metric) || !asker.scopes.includes('goals:read')) return null;
  const end = todayOf(clock, to);
  const start = new Date(Date.parse(end) - mostDays * day).toISOString().slice(0, 10);
  const request = { query: document, variables: { id: goalId, from: start, to: end } };
  const answer = await askAs(platform, { ...asker, scopes: ['goals:read'] }, request);
  const goal = answer.data?.goal;
  if (!goal) return null;
  const series: Day[] = goal.series;
  // The value of a habit is that of a period, and its safe days follow from many.
  if (goal.frequency && metric !== 'DAYS_SINCE_ENTRY') return null;
  if (metric === 'SAFE_DAYS' && !goal.line) return null;
  const samples: Sample[] = [];
  for (let at = startOfDay(clock, from); at <= to; at = nextDay(clock, at)) {
    const today = todayOf(clock, at);
    const before = series.filter(({ localDate }) => localDate < today);
    const until = series.filter(({ localDate }) => localDate <= today);
    const evening = new Date(at.getTime() + 20 * 3_600_000);
    samples.push({
      at: new Date(Math.max(at.getTime(), from.getTime())),
      number: numberOn(goal, metric, today, before),
    });
    if (evening <= to && evening >= from) samples.push({ at: evening, number: numberOn(goal, metric, today, until) });
  }
  return samples;
}

// biome-ignore lint/suspicious/noExplicitAny: the answer to the document above.
function numberOn(goal: any, metric: GoalMetric, today: string, days: readonly Day[]): Decimal | null {
  const entries = days.filter(({ entryCount }) => entryCount > 0);
  if (metric === 'DAYS_SINCE_ENTRY') {
    const latest = entries.at(-1)?.localDate ?? goal.startDate;
    return new Decimal(Math.max(0, (Date.parse(today) - Date.parse(latest)) / day));
  }
  const start = new Decimal(goal.startValue ?? 0);
  const value = goal.cumulative
    ? entries.reduce((sum, one) => sum.plus(one.value), start)
    : entries.length > 0
      ? new Decimal(entries.at(-1)!.value)
      : start;
  if (metric === 'VALUE') return value;
  const { startDate, startValue, ratePerDay } = goal.line;
  const side = goal.direction === 'AT_LEAST' ? 1 : -1;
  const slope = new Decimal(ratePerDay).times(side);
  if (slope.lte(0)) return null;
  const elapsed = Math.max(0, (Date.parse(today) - Date.parse(startDate)) / day);
  const margin = value.minus(new Decimal(startValue).plus(new Decimal(ratePerDay).times(elapsed))).times(side);
  return margin.lt(0) ? new Decimal(0) : margin.div(slope).floor();
}

/** When a number crossed a line, and stayed beyond it for as long as the trigger asks. */
export function crossings(trigger: ConditionTrigger, samples: readonly Sample[], to: Date): Sample[] {
  const hold = trigger.forMinutes * 60_000;
  const found: Sample[] = [];
  let known = false;
  let since: Sample | null = null;
  let isFired = false;
  for (const sample of [...samples, { at: to, number: null }]) {
    const due = since && !isFired ? since.at.getTime() + hold : null;
    if (due !== null && due <= sample.at.getTime()) {
      found.push({ at: new Date(due), number: since!.number });
      isFired = true;
    }
    if (sample.number === null) continue;
    if (!isBeyond(trigger, sample.number)) {
      since = null;
      isFired = false;
    } else if (since === null) {
      since = sample;
      isFired = !known;
    }
    known = true;
  }
  return found;
}

/** What the number was at an instant: that of the latest sample. */
export const numberAt = (samples: readonly Sample[], at: Date): Decimal | null =>
  samples.findLast((sample) => sample.at <= at)?.number ?? null;
