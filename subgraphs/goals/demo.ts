import { Decimal } from 'decimal.js';
import { type Goal, Prisma } from '../../prisma/generated/client.ts';
import type { NewEvent } from '../shared/events.ts';
import { publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { localDateAt } from '../shared/personalClock.ts';
import type { DemoAccount } from '../shared/subgraph.ts';
import type { AchievementName } from './achievements.ts';
import { addDays, type LocalDate, weekdayOf } from './calendar.ts';
import { dateText, dateValue, noonOf } from './dates.ts';
import { areas, type DemoDay, type DemoGoal, goals } from './demoLife.ts';
import { insertEntries, type NewEntry } from './entryRows.ts';
import { newTerms } from './goalInput.ts';
import { isBound } from './percent.ts';
import { dayValues, valueSeries } from './series.ts';
import { shapeOf } from './shape.ts';
import { habitPeriods } from './streaks.ts';

const yearLength = 365;
const hour = 3_600_000;

/** A year of a plausible life: areas, goals of every kind, a few thousand entries, a lapse, an injury, a holiday. */
export async function demo(account: DemoAccount): Promise<void> {
  const { db, userId, ids, now } = account;
  const today = localDateAt(now, account.timeZone);
  const events: NewEvent[] = [];
  const created = (date: LocalDate) => ({
    createdAt: noonOf(date, account.timeZone),
    updatedAt: noonOf(date, account.timeZone),
  });

  const birth = addDays(today, -yearLength);
  const areaRows = areas.map(({ key, customFields, ...area }, position) => {
    const id = newId('area', noonOf(birth, account.timeZone));
    ids.set(key, id);
    events.push({ type: 'lifeArea.created', subjectId: id, data: {} });
    return {
      ...area,
      userId,
      id,
      position,
      customFields: (customFields ?? []) as object[],
      inputHash: 'demo',
      ...created(birth),
    };
  });
  await db.lifeArea.createMany({ data: areaRows });
  const noted = noonOf(addDays(today, -12), account.timeZone);
  const note = {
    userId,
    id: newId('note', noted),
    lifeAreaId: ids.get('area:health')!,
    text: 'Coffee six hours before bed still shortens sleep, says what research found: none after two o’clock.',
    inputHash: 'demo',
    createdAt: noted,
    updatedAt: noted,
  };
  await db.lifeAreaNote.create({ data: note });
  events.push({ type: 'lifeAreaNote.created', subjectId: note.id, data: { lifeAreaId: note.lifeAreaId } });

  const goalRows = goals.map((goal) => {
    const row = goalRow(account, goal, today);
    ids.set(goal.key, row.id);
    events.push({ type: 'goal.created', subjectId: row.id, data: {} });
    return row;
  });
  const stored = await db.goal.createManyAndReturn({ data: goalRows });
  const byId = new Map(stored.map((row) => [row.id, row]));

  const milestones = goals.flatMap((goal) => milestoneRows(account, goal, today));
  events.push(
    ...milestones.map(({ id, goalId }): NewEvent => ({ type: 'milestone.created', subjectId: id, data: { goalId } })),
  );
  await db.milestone.createMany({ data: milestones });

  const entries = makeEntries(account, today);
  await insertEntries(db, userId, entries, now, today);
  await db.$executeRaw`UPDATE progress_entries SET created_at = occurred_at, updated_at = occurred_at WHERE user_id = ${userId}`;
  events.push(
    ...entries.map(
      ({ id, goalId, localDate }): NewEvent => ({
        type: 'progress.logged',
        subjectId: id,
        data: { goalId, localDate },
      }),
    ),
  );

  const earned = goals.flatMap((goal) => {
    const own = entries.filter((entry) => entry.goalId === ids.get(goal.key));
    return earnings(goal, byId.get(ids.get(goal.key)!)!, own, today).map(([name, date]) => ({
      userId,
      id: newId('achievement', noonOf(date, account.timeZone)),
      goalId: ids.get(goal.key)!,
      name,
      localDate: dateValue(date),
      earnedAt: noonOf(date, account.timeZone),
    }));
  });
  await db.achievement.createMany({ data: earned });
  events.push(
    ...earned.map(
      ({ id, goalId, name }): NewEvent => ({ type: 'achievement.earned', subjectId: id, data: { goalId, name } }),
    ),
  );
  await publish({ db, userId, actor: { kind: 'system', id: 'demo' }, now: () => now }, ...events);
}

function goalRow(account: DemoAccount, goal: DemoGoal, today: LocalDate) {
  const start = addDays(today, -goal.began);
  const decimal = (value: number | undefined) => (value === undefined ? null : new Decimal(value));
  const { start: startValue, target, rate, ratePeriod } = goal.values ?? {};
  const terms = newTerms(
    {
      ...goal.input,
      lifeAreaId: account.ids.get(goal.area)!,
      startValue: decimal(startValue),
      targetValue: decimal(target),
      rate: rate === undefined ? null : { amount: new Decimal(rate), period: ratePeriod! },
      startDate: start,
      deadline: goal.ends === undefined ? null : addDays(today, goal.ends),
    },
    today,
  );
  const ended = goal.endedAgo === undefined ? null : addDays(today, -goal.endedAgo);
  const at = noonOf(start, account.timeZone);
  return {
    ...terms,
    userId: account.userId,
    id: newId('goal', at),
    status: goal.status ?? 'ACTIVE',
    completedAt: goal.status === 'COMPLETED' ? noonOf(ended!, account.timeZone) : null,
    pauses: (ended ? [{ start: ended, end: null }] : []) as object[],
    customFields: goal.customFields ?? {},
    inputHash: 'demo',
    createdAt: at,
    updatedAt: ended ? noonOf(ended, account.timeZone) : at,
  };
}

function milestoneRows({ userId, ids, timeZone }: DemoAccount, goal: DemoGoal, today: LocalDate) {
  const start = addDays(today, -goal.began);
  const at = noonOf(start, timeZone);
  return (goal.milestones ?? []).map(([title, due, reached], position) => {
    const reachedOn = reached === undefined ? null : addDays(start, reached);
    return {
      userId,
      id: newId('milestone', at),
      goalId: ids.get(goal.key)!,
      title,
      position,
      dueDate: dateValue(addDays(start, due)),
      reachedOn: reachedOn && dateValue(reachedOn),
      reachedAt: reachedOn && noonOf(reachedOn, timeZone),
      inputHash: 'demo',
      createdAt: at,
      updatedAt: reachedOn ? noonOf(reachedOn, timeZone) : at,
    };
  });
}

/** Day by day over all goals, so that a run shows both in the habit and in the kilometres. */
function makeEntries({ userId: _, ids, random, timeZone, now }: DemoAccount, today: LocalDate): NewEntry[] {
  const entries: NewEntry[] = [];
  const memory: Record<string, number> = {};
  for (let index = 0; index <= yearLength; index++) {
    const localDate = addDays(today, index - yearLength);
    const day = dayOf(index, localDate, random);
    const morning = noonOf(localDate, timeZone).getTime() - 12 * hour;
    for (const goal of goals) {
      if (!goal.log || day.ago > goal.began) continue;
      goal.log(day, memory).forEach((value, nth) => {
        const hours = goal.hours ?? [12];
        const occurredAt = new Date(morning + (hours[nth % hours.length]! + random() * 0.9) * hour);
        if (occurredAt > now) return;
        entries.push({
          id: newId('entry', occurredAt),
          goalId: ids.get(goal.key)!,
          value: new Prisma.Decimal(value === 'skip' ? 0 : value),
          skip: value === 'skip',
          localDate,
          occurredAt,
          timeZone,
          source: goal.source ?? 'MANUAL',
          note: noteOf(goal, value, day),
          externalId: goal.source ? `demo-${goal.key}-${localDate}-${nth}` : null,
          inputHash: 'demo',
        });
      });
    }
  }
  return entries;
}

function dayOf(index: number, localDate: LocalDate, random: () => number): DemoDay {
  const weekday = weekdayOf(localDate);
  return {
    index,
    ago: yearLength - index,
    weekday,
    weekend: weekday >= 6,
    holiday: index >= 190 && index < 200,
    injured: index >= 228 && index < 256,
    low: index >= 270 && index < 305,
    random,
    chance: (probability) => random() < probability,
    // Twelve uniforms make a good enough normal (Irwin-Hall).
    about: (mean, spread, digits = 1) =>
      Number((mean + spread * (Array.from({ length: 12 }, random).reduce((a, b) => a + b, 0) - 6)).toFixed(digits)),
  };
}

function noteOf(goal: DemoGoal, value: number | 'skip', day: DemoDay): string | null {
  if (value === 'skip') return day.holiday ? 'On holiday' : day.injured ? 'Ankle' : null;
  if (goal.key === 'goal:run' && day.chance(0.12))
    return ['Felt light', 'Rain all the way', 'New route along the river'][Math.floor(day.random() * 3)]!;
  if (goal.key === 'goal:books')
    return ['A novel', 'Essays', 'A book about bees', 'Short stories'][Math.floor(day.random() * 4)]!;
  return null;
}

/** What the goal's history has earned, and when: the same rules as for entries that come one by one. */
function earnings(
  demoGoal: DemoGoal,
  goal: Goal,
  entries: readonly NewEntry[],
  today: LocalDate,
): [AchievementName, LocalDate][] {
  const earned: [AchievementName, LocalDate][] = [];
  const steps = (demoGoal.milestones ?? []).flatMap(([, , reached]) =>
    reached === undefined ? [] : [addDays(dateText(goal.startDate), reached)],
  );
  const half = steps[Math.ceil((demoGoal.milestones?.length ?? 0) / 2) - 1];
  if (half) earned.push(['HALFWAY', half]);
  if (goal.completedAt) earned.push(['GOAL_COMPLETED', dateText(goal.completedAt)]);
  const first = entries.find((entry) => !entry.skip);
  if (!first) return earned;
  earned.push(['FIRST_ENTRY', first.localDate]);
  const shape = shapeOf(goal);
  const series = dayValues(
    entries.map((entry) => ({ localDate: entry.localDate, value: entry.value.toNumber(), skipped: entry.skip })),
    shape.aggregation,
  );
  if (shape.kind === 'HABIT') {
    let length = 0;
    const missing = new Set([7, 30, 100]);
    for (const period of habitPeriods(shape, series, today)) {
      if (period.state === 'MISSED') length = 0;
      if (period.state === 'MET') length += 1;
      if (missing.delete(length))
        earned.push([`STREAK_${length as 7 | 30 | 100}`, period.end < today ? period.end : today]);
    }
  } else if (shape.targetValue != null && !isBound(shape, shape.targetValue)) {
    const start = shape.startValue ?? 0;
    const middle = (start + shape.targetValue) / 2;
    const passed = valueSeries(shape, series).find(({ value }) =>
      shape.targetValue! > start ? value >= middle : value <= middle,
    );
    if (passed) earned.push(['HALFWAY', passed.localDate]);
  }
  return earned;
}
