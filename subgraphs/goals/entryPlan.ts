/** What an entry that somebody asks for becomes: checked, dated, valued, but not yet written. */

import { type Goal, Prisma, type ProgressEntry } from '../../prisma/generated/client.ts';
import { sha256 } from '../shared/crypto.ts';
import { canonical } from '../shared/idempotency.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { localDateAt, type PersonalClock } from '../shared/personalClock.ts';
import { addDays, type LocalDate } from './calendar.ts';
import type { GoalsUserContext } from './context.ts';
import { dateText, noonOf } from './dates.ts';
import type { NewEntry } from './entryRows.ts';
import type { LogProgressInput } from './generated.ts';

/** The largest magnitude of a value; sums of millions of entries stay far inside what the database holds. */
export const largestValue = 1e12;
export const earliestDay = '1970-01-01';

/** Something to log, from whichever door it came in. */
export interface LogItem extends Omit<LogProgressInput, 'localDate'> {
  localDate?: string | Date | null;
  skip?: boolean;
}

/** One item on its way: what is asked, and the row that is to be. */
export interface Plan {
  index: number;
  item: LogItem;
  entry: NewEntry;
}

export function checkItem(item: LogItem, path: (string | number)[]): Checks {
  const checks = new Checks();
  checks.newId([...path, 'id'], 'entry', item.id);
  checks.text([...path, 'note'], item.note, 10_000, 0);
  checks.text([...path, 'externalId'], item.externalId, 200);
  checks.number([...path, 'value'], item.value, -largestValue, largestValue);
  checks.number([...path, 'increment'], item.increment, -largestValue, largestValue);
  if (item.value != null && item.increment != null)
    checks.add('INVALID', [...path, 'increment'], 'Give either "value" or "increment", not both.');
  if (item.increment != null && item.externalId != null) {
    checks.add(
      'INVALID',
      [...path, 'increment'],
      'What comes from elsewhere again and again needs a "value": an increment would be added each time.',
    );
  }
  return checks;
}

/** Turns instants into local days and back, each once: zone arithmetic is the dearest thing we do for an entry. */
export function createDayBook(clock: PersonalClock, now: Date) {
  const todays = new Map<string, LocalDate>();
  const noons = new Map<string, Date>();
  return {
    dayOf: (instant: Date, timeZone: string) => localDateAt(instant, timeZone, clock.dayStartMinutes),
    todayIn(timeZone: string): LocalDate {
      const known = todays.get(timeZone) ?? localDateAt(now, timeZone, clock.dayStartMinutes);
      todays.set(timeZone, known);
      return known;
    },
    noon(localDate: LocalDate, timeZone: string): Date {
      const key = `${localDate} ${timeZone}`;
      const known = noons.get(key) ?? noonOf(localDate, timeZone);
      noons.set(key, known);
      return known;
    },
  };
}

/** The entry that an item asks for. Its local day is fixed here, once and for all. */
export async function planEntry(
  ctx: GoalsUserContext,
  goal: Goal,
  item: LogItem,
  clock: PersonalClock,
  book: ReturnType<typeof createDayBook>,
  earlier: ReadonlyMap<string, Plan>,
): Promise<NewEntry> {
  const now = ctx.now();
  const timeZone = item.timeZone ?? clock.timeZone;
  const given = textDate(item.localDate);
  const localDate = given ?? (item.occurredAt ? book.dayOf(item.occurredAt, timeZone) : book.todayIn(timeZone));
  const isNow = given === null || given === book.todayIn(timeZone);
  return {
    id: item.id ?? newId('entry', now),
    goalId: goal.id,
    value: await measuredValue(ctx, goal, item, earlier),
    skip: item.skip ?? false,
    localDate,
    occurredAt: item.occurredAt ?? (isNow ? now : book.noon(localDate, timeZone)),
    timeZone,
    source: item.source ?? (ctx.viewer.kind === 'apiKey' ? 'API' : 'MANUAL'),
    note: item.note || null,
    externalId: item.externalId ?? null,
    inputHash: sha256(canonical(item)),
  };
}

async function measuredValue(
  ctx: GoalsUserContext,
  goal: Goal,
  item: LogItem,
  earlier: ReadonlyMap<string, Plan>,
): Promise<Prisma.Decimal> {
  if (item.skip) return new Prisma.Decimal(0);
  if (item.value != null) return new Prisma.Decimal(item.value.toFixed());
  const increment = new Prisma.Decimal((item.increment ?? 1).toFixed());
  if (item.increment == null || goal.cumulative || goal.aggregation === 'SUM') return increment;
  const before = [...earlier.values()].filter(({ entry }) => entry.goalId === goal.id && !entry.skip).at(-1)?.entry;
  const latest =
    before ??
    (await ctx.db.progressEntry.findFirst({
      where: { userId: ctx.userId, goalId: goal.id, skip: false },
      orderBy: [{ localDate: 'desc' }, { occurredAt: 'desc' }, { id: 'desc' }],
    }));
  return increment.plus(latest?.value ?? goal.startValue ?? 0);
}

/** What only shows once the day is known. Travellers may be a day ahead of their home; nobody is further ahead. */
export function checkDay(
  item: LogItem,
  entry: NewEntry,
  today: LocalDate,
  now: Date,
): { path: string[]; message: string } | null {
  const path = [item.localDate == null && item.occurredAt != null ? 'occurredAt' : 'localDate'];
  const latest = addDays(today, item.skip ? 366 : 1);
  if (entry.localDate > latest) {
    return {
      path,
      message: item.skip
        ? 'A day can be skipped at most a year ahead.'
        : 'Progress cannot be logged for a day after tomorrow.',
    };
  }
  if (entry.localDate < earliestDay)
    return { path, message: `Progress cannot be logged for a day before ${earliestDay}.` };
  if (entry.occurredAt.getTime() > now.getTime() + 86_400_000 && !item.skip) {
    return { path: ['occurredAt'], message: 'Progress cannot have happened more than a day from now.' };
  }
  if (entry.value.abs().gt(largestValue)) return { path: ['increment'], message: 'The value would become too large.' };
  return null;
}

type Content = Pick<NewEntry, 'value' | 'skip' | 'localDate' | 'note'>;
export const toContent = (row: ProgressEntry): Content => ({ ...row, localDate: dateText(row.localDate) });
export const sameContent = (a: Content, b: Content) =>
  a.value.equals(b.value) && a.skip === b.skip && a.localDate === b.localDate && a.note === b.note;

export const textDate = (date: string | Date | null | undefined): LocalDate | null =>
  date == null ? null : date instanceof Date ? dateText(date) : date;
