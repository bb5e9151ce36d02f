/**
 * Pace: where a goal should be by now, how long one may rest, and which goal is the most urgent of all.
 *
 * The model is Beeminder's: a line runs from the start value on the start date to the target on the deadline, and the
 * goal's good side is above it (AT_LEAST) or below it (AT_MOST). Field names follow the words people use; Beeminder's
 * names (api.beeminder.com, "Goal Resource") stand beside them. Habits have no line: their periods make the pace.
 */
import { addDays, dateOfDay, dayNumber, daysBetween, type LocalDate, nextPeriod, type Period } from './calendar.ts';
import { FARTHEST_DAYS, firstDay, type LineTerms, lineAt, lineTerms } from './line.ts';
import { isBound, targetReached } from './percent.ts';
import {
  currentValue,
  excusedDays,
  type GoalShape,
  habitContribution,
  habitRequirement,
  reaches,
  type Series,
  tidy,
} from './series.ts';
import { activeDaysIn, type HabitPeriod, habitPeriodOptions, habitPeriods, requiredIn } from './streaks.ts';

/**
 * AHEAD: tomorrow's share is done too. ON_TRACK: on the good side of yesterday's line; today's share may be open.
 * BEHIND: off the line since yesterday or longer (a habit: its period can no longer be met, or lags its share).
 * REACHED: target met, or a bound kept until the deadline. MISSED: the deadline passed without. NO_LINE: too little is
 * known for a pace (no target, or neither deadline nor rate). CLOSED: cancelled.
 */
export type PaceStatus =
  | 'AHEAD'
  | 'ON_TRACK'
  | 'BEHIND'
  | 'REACHED'
  | 'MISSED'
  | 'NOT_STARTED'
  | 'PAUSED'
  | 'NO_LINE'
  | 'CLOSED';

/** Bands of safe days, Beeminder's `colorkey`: below 1, 2, 3 and 7 days; NONE when the goal asks nothing now. */
export type Urgency = 'TODAY' | 'TOMORROW' | 'SOON' | 'THIS_WEEK' | 'SAFE' | 'NONE';

export interface AmountDue {
  /** Change needed to stay on the line for one more day; negative where the value has to fall. */
  amount: number;
  /** The last day to do it on. */
  by: LocalDate;
  /** For people: "+2 today", "+2 within 1 day", "-0.5 within 3 days". Rounded so that doing it suffices. `limsum`. */
  text: string;
}

export interface Pace {
  status: PaceStatus;
  /** The value now; of a habit, what its current period has. */
  actual: number | null;
  /** The line's value at the end of today; of a habit, the share of its current period. */
  expected: number | null;
  /** How far on the good side of `expected`; negative on the bad side. `delta`, with the sign made uniform. */
  delta: number | null;
  /**
   * Whole days one can do nothing and stay on the line: 0 means something is due today. Null when doing nothing is never
   * wrong (and when the goal asks nothing). `safebuf`.
   */
  safeDays: number | null;
  /** The day at whose end the goal leaves the line if nothing is done; today when it has left it. `losedate`. */
  failureDate: LocalDate | null;
  /** Change per day from today to the deadline, both included, that still reaches the target; of a budget, what is left per day. */
  requiredPerDay: number | null;
  due: AmountDue | null;
  /** A limit that is exceeded now, but that waiting brings back: the first day back within it. */
  recoversOn: LocalDate | null;
  /** Days until the deadline, negative after it. */
  daysLeft: number | null;
  urgency: Urgency;
  /** Sorts goals of every kind together, most urgent first, as plain text. Add the goal's id to break ties. `urgencykey`. */
  urgencyKey: string;
}

/** The pace of a goal on a local day. Entries of `today` count; of later ones only skips do, as planned. */
export function paceOf(goal: GoalShape, series: Series, today: LocalDate): Pace {
  const daysLeft = goal.deadline ? daysBetween(today, goal.deadline) : null;
  const idle = (status: PaceStatus, known: Partial<Pace> = {}) => finish(goal, { ...known, status, daysLeft });
  if (goal.status === 'CANCELLED') return idle('CLOSED');
  if (goal.status === 'COMPLETED') return idle('REACHED');
  if (goal.status === 'PAUSED' || paused(goal, today)) return idle('PAUSED');
  // Later values do not count yet; a skip already planned does.
  const past = series.filter((day) => day.localDate <= today || day.skipped);
  if (goal.kind === 'HABIT') {
    if (today < goal.startDate) return idle('NOT_STARTED');
    return finish(goal, { ...habitPace(goal, past, today), daysLeft });
  }
  const actual = currentValue(goal, past, today);
  if (targetReached(goal, actual)) return idle('REACHED', { actual, expected: goal.targetValue ?? null });
  if (today < goal.startDate) return idle('NOT_STARTED', { actual });
  const terms = lineTerms(goal);
  if (!terms)
    return idle(daysLeft !== null && daysLeft < 0 && goal.targetValue != null ? 'MISSED' : 'NO_LINE', { actual });
  return finish(goal, { ...linePace(goal, terms, past, actual, today), daysLeft });
}

/**
 * One number for how pressing everything is together: every safe day below 7 adds one, and a goal that ends sooner can
 * add no more than its days left. 0 means at least 7 safe days everywhere. Beeminder's "urgency load".
 */
export function urgencyLoad(paces: readonly Pick<Pace, 'safeDays' | 'daysLeft'>[]): number {
  return paces.reduce((load, { safeDays, daysLeft }) => {
    if (safeDays === null) return load;
    // On its last day a goal still weighs one day, else what is due today would not be urgent.
    const horizon = daysLeft === null ? 7 : Math.max(1, Math.min(7, daysLeft));
    return load + Math.max(0, horizon - safeDays);
  }, 0);
}

/** The band of a number of safe days; Beeminder's thresholds. */
export function urgencyOf(safeDays: number): Exclude<Urgency, 'NONE'> {
  if (safeDays < 1) return 'TODAY';
  if (safeDays < 2) return 'TOMORROW';
  if (safeDays < 3) return 'SOON';
  return safeDays < 7 ? 'THIS_WEEK' : 'SAFE';
}

function linePace(goal: GoalShape, terms: LineTerms, series: Series, actual: number, today: LocalDate): Partial<Pace> {
  const now = dayNumber(today);
  const farthest = terms.fixedEnd && terms.deadline ? dayNumber(terms.deadline) : now + FARTHEST_DAYS;
  const excused = excusedDays(goal, series, today);
  addPlannedPauses(goal, excused, now, Math.min(farthest, now + FARTHEST_DAYS));
  const line = lineAt(terms, excused);
  const good = (day: number) =>
    goal.direction === 'AT_LEAST' ? reaches(actual, line(day)) : reaches(line(day), actual);
  const expected = line(now);
  const delta = tidy(goal.direction === 'AT_LEAST' ? actual - expected : expected - actual);
  const common = { actual, expected, delta, requiredPerDay: requiredPerDay(goal, terms, actual, now, excused) };

  if (terms.fixedEnd && terms.deadline && today > terms.deadline) {
    return { ...common, status: good(now) ? 'REACHED' : 'MISSED', requiredPerDay: null };
  }
  const rising = terms.ratePerDay > 0;
  const pressing = terms.ratePerDay !== 0 && rising === (goal.direction === 'AT_LEAST');
  if (!pressing) {
    // A budget, or a level to hold: the line moves away from the value by itself, or not at all.
    if (good(now)) return { ...common, status: terms.ratePerDay !== 0 && good(now - 1) ? 'AHEAD' : 'ON_TRACK' };
    const back = terms.ratePerDay === 0 ? null : firstDay(now, farthest, good);
    return {
      ...common,
      status: 'BEHIND',
      safeDays: 0,
      failureDate: today,
      recoversOn: back === null ? null : dateOfDay(back),
      due: terms.ratePerDay === 0 && !goal.cumulative ? amountDue(expected - actual, today, 0) : null,
    };
  }
  const fails = firstDay(now, farthest, (day) => !good(day));
  const status = !good(now - 1) ? 'BEHIND' : good(now + 1) ? 'AHEAD' : 'ON_TRACK';
  if (fails === null) return { ...common, status };
  const failureDate = dateOfDay(fails);
  return {
    ...common,
    status,
    safeDays: fails - now,
    failureDate,
    due: amountDue(line(fails) - actual, failureDate, fails - now),
  };
}

function requiredPerDay(
  goal: GoalShape,
  terms: LineTerms,
  actual: number,
  now: number,
  excused: ReadonlySet<number>,
): number | null {
  if (terms.targetValue === null || terms.deadline === null) return terms.ratePerDay;
  const end = dayNumber(terms.deadline);
  let days = 0;
  for (let day = now; day <= end; day++) if (!excused.has(day)) days += 1;
  const rest = terms.targetValue - actual;
  // A budget that is spent leaves nothing; a bound that is kept asks for nothing.
  if (isBound(goal, terms.targetValue) && goal.direction === 'AT_MOST')
    return tidy(Math.max(0, rest) / Math.max(1, days));
  if (isBound(goal, terms.targetValue) && goal.direction === 'AT_LEAST')
    return tidy(Math.min(0, rest) / Math.max(1, days));
  return tidy(rest / Math.max(1, days));
}

function habitPace(goal: GoalShape, series: Series, today: LocalDate): Partial<Pace> & { status: PaceStatus } {
  const periods = habitPeriods(goal, series, today);
  const period = periods[periods.length - 1];
  if (goal.deadline && today > goal.deadline) {
    return { status: periods.some((p) => p.state === 'MISSED') ? 'MISSED' : 'REACHED' };
  }
  if (!period) return { status: 'NOT_STARTED' };
  const { done: actual, required } = period;
  if (goal.direction === 'AT_MOST') {
    const known = { actual, expected: required, delta: tidy(required - actual) };
    if (period.state !== 'MISSED') return { ...known, status: 'ON_TRACK' };
    return { ...known, status: 'BEHIND', safeDays: 0, failureDate: today, recoversOn: addDays(period.end, 1) };
  }
  const requirement = habitRequirement(goal);
  const excused = excusedDays(goal, series, today);
  addPlannedPauses(goal, excused, dayNumber(today), dayNumber(period.end) + 800);
  const now = dayNumber(today);
  const active = activeDaysIn(goal, period, excused);
  const share = (days: number) => (period.activeDays === 0 ? 0 : (required * days) / period.activeDays);
  const elapsed = active.filter((day) => day <= now).length;
  const before = active.filter((day) => day < now).length;
  const whole = (n: number, round: (n: number) => number) => (requirement.counts === 'DAYS' ? round(n) : n);
  const expected = tidy(share(elapsed));
  const remaining = Math.max(0, tidy(required - actual));
  const known = { actual, expected, delta: tidy(actual - expected), requiredPerDay: null as number | null };

  const todays = series.find((day) => day.localDate === today);
  const doneToday = todays && requirement.counts === 'DAYS' && habitContribution(goal, requirement, todays) > 0;
  const open = active.filter((day) => (doneToday ? day > now : day >= now));
  known.requiredPerDay = open.length > 0 ? tidy(remaining / open.length) : null;
  const impossible = remaining > 0 && (open.length === 0 || (requirement.counts === 'DAYS' && remaining > open.length));
  const lagging = !reaches(
    actual,
    whole(share(before), (n) => Math.floor(n + 1e-9)),
  );
  const leading =
    reaches(
      actual,
      whole(share(elapsed + 1), (n) => Math.ceil(n - 1e-9)),
    ) && actual > 0;
  const status: PaceStatus = impossible || lagging ? 'BEHIND' : leading ? 'AHEAD' : 'ON_TRACK';
  const fails = remaining > 0 ? lastCall(open, remaining, requirement.counts) : nextCall(goal, period, excused);
  if (impossible) return { ...known, status, safeDays: 0, failureDate: today, recoversOn: addDays(period.end, 1) };
  if (fails === null) return { ...known, status };
  const failureDate = dateOfDay(fails.day);
  const safeDays = fails.day - now;
  // Rested days come first, so on the day of failure one more occurrence is due; of an amount, all that is missing.
  const amount = requirement.counts === 'DAYS' ? Math.min(1, fails.needed) : fails.needed;
  return { ...known, status, safeDays, failureDate, due: amountDue(amount, failureDate, safeDays) };
}

/** Doing nothing on the open days: the day on which it becomes too late. */
function lastCall(open: readonly number[], needed: number, counts: 'DAYS' | 'AMOUNT') {
  const index = counts === 'DAYS' ? Math.max(0, open.length - needed) : open.length - 1;
  const day = open[index];
  return day === undefined ? null : { day, needed };
}

/** The same for the next period that asks for anything; null when none follows. */
function nextCall(goal: GoalShape, period: HabitPeriod, excused: ReadonlySet<number>) {
  const requirement = habitRequirement(goal);
  let next: Period = period;
  for (let i = 0; i < 24; i++) {
    next = nextPeriod(next, goal.frequency!, habitPeriodOptions(goal));
    if (goal.deadline && next.start > goal.deadline) return null;
    const active = activeDaysIn(goal, next, excused);
    const needed = requiredIn(goal, requirement, active.length / next.days);
    if (needed > 0) return lastCall(active, needed, requirement.counts);
  }
  return null;
}

function amountDue(exact: number, by: LocalDate, days: number): AmountDue {
  const amount = tidy(exact);
  const enough = Math.sign(amount) * (Math.ceil(tidy(Math.abs(amount) * 100)) / 100);
  const when = days === 0 ? 'today' : `within ${days} day${days === 1 ? '' : 's'}`;
  return { amount, by, text: `${enough > 0 ? '+' : ''}${enough} ${when}` };
}

function paused(goal: GoalShape, today: LocalDate): boolean {
  return (goal.pauses ?? []).some((p) => p.start <= today && (p.end === null || today <= p.end));
}

/** Pauses already planned flatten the line ahead, so that a holiday's safe days are counted before it begins. */
function addPlannedPauses(goal: GoalShape, excused: Set<number>, now: number, until: number): void {
  for (const pause of goal.pauses ?? []) {
    if (pause.end === null) continue;
    const end = Math.min(until, dayNumber(pause.end));
    for (let day = Math.max(now, dayNumber(pause.start)); day <= end; day++) excused.add(day);
  }
}

function finish(goal: GoalShape, known: Partial<Pace> & { status?: PaceStatus; daysLeft: number | null }): Pace {
  const status = known.status ?? 'NO_LINE';
  const asking = status === 'AHEAD' || status === 'ON_TRACK' || status === 'BEHIND';
  const safeDays = known.safeDays ?? null;
  const pace = {
    actual: null,
    expected: null,
    delta: null,
    failureDate: null,
    requiredPerDay: null,
    due: null,
    recoversOn: null,
    ...known,
    status,
    safeDays,
    urgency: !asking ? ('NONE' as const) : safeDays === null ? ('SAFE' as const) : urgencyOf(safeDays),
  };
  return { ...pace, urgencyKey: urgencyKey(goal, pace) };
}

/**
 * First by what is asked (something will fail < never fails < nothing asked now < closed), then by safe days, then those
 * behind before those on track, then the larger shortfall relative to the way, then the nearer deadline.
 */
function urgencyKey(goal: GoalShape, pace: Omit<Pace, 'urgencyKey'>): string {
  const closed = pace.status === 'CLOSED' || pace.status === 'REACHED' || pace.status === 'MISSED';
  const rank = closed ? 3 : pace.urgency === 'NONE' ? 2 : pace.safeDays === null ? 1 : 0;
  const days = String(Math.min(99_999, pace.safeDays ?? 99_999)).padStart(5, '0');
  const way = Math.abs((goal.targetValue ?? pace.expected ?? 0) - (goal.startValue ?? 0)) || 1;
  const short = pace.delta === null ? 0 : Math.min(0.9999, Math.max(0, -pace.delta / way));
  const shortfall = String(9999 - Math.floor(short * 10_000)).padStart(4, '0');
  return [rank, days, pace.status === 'BEHIND' ? 0 : 1, shortfall, goal.deadline ?? '9999-12-31'].join(':');
}
