import type { UserContext } from '../../shared/context.ts';
import { Checks } from '../../shared/input.ts';
import type { IngestCalendarEventsInput, IngestRemindersInput } from '../generated.ts';
import type { Delivery } from '../items/item.ts';
import { deliver } from '../items/write.ts';
import { dateText } from '../timeZone.ts';
import { became, finishBatch, type Ingested, lockConnection, type Result, rejected } from './batch.ts';
import { type Numbered, withoutDeleted } from './deletions.ts';

const mostItems = 1_000;
const longestText = 1_000;

/** An occurrence is known by the item's external id and when it was to begin: the external id is the same for all of them. */
const keyOf = ({ externalId, occurrenceStart }: { externalId: string; occurrenceStart?: Date | null | undefined }) =>
  occurrenceStart ? `${externalId}@${occurrenceStart.toISOString()}` : externalId;

const versionOf = (at: Date | null | undefined): bigint | null => (at ? BigInt(at.getTime()) : null);
const day = (date: string | Date | null | undefined): string | null =>
  date == null ? null : typeof date === 'string' ? date : dateText(date);

/**
 * Takes in appointments that a device read.
 * @throws UserErrors for the batch as a whole; what is wrong with one is in its result.
 */
export async function ingestCalendarEvents(ctx: UserContext, input: IngestCalendarEventsInput): Promise<Ingested> {
  checkBatch(input.events, 'events', input.deleted);
  const items = input.events.map((given, index) => {
    const checks = new Checks();
    const path = ['events', index];
    checks.text([...path, 'externalId'], given.externalId, 500);
    checks.text([...path, 'calendarId'], given.calendarId, 500);
    checks.text([...path, 'title'], given.title, longestText, 0);
    checks.text([...path, 'location'], given.location, longestText, 0);
    const startDate = day(given.startDate);
    const endDate = day(given.endDate);
    const isOne = checks.that(
      (given.startsAt == null) !== (startDate == null),
      [...path, 'startsAt'],
      'Give either "startsAt" or "startDate".',
    );
    if (isOne) {
      const begin = given.startsAt?.getTime() ?? Date.parse(startDate!);
      const end = given.startsAt ? given.endsAt?.getTime() : endDate ? Date.parse(endDate) : undefined;
      checks.that(end === undefined || end >= begin, [...path, 'endsAt'], 'It ends before it begins.');
    }
    if (checks.failed) return rejected(checks);
    return {
      type: 'calendarEvent' as const,
      externalId: keyOf(given),
      calendarId: given.calendarId,
      title: given.title,
      location: given.location ?? null,
      startsAt: given.startsAt ?? null,
      endsAt: given.startsAt ? (given.endsAt ?? null) : null,
      startDate,
      endDate: startDate ? endDate : null,
      status: given.status,
      url: null,
      version: versionOf(given.lastModifiedAt),
    };
  });
  return take(ctx, input, 'APPLE_CALENDAR', items, {
    resets: input.resetCalendars.map((calendarId) => ({ type: 'calendarEvent', calendarId })),
    removed: input.deleted.map((gone) => ({ type: 'calendarEvent', externalId: keyOf(gone) })),
  });
}

/**
 * Takes in reminders of a device's lists, as tasks.
 * @throws UserErrors for the batch as a whole; what is wrong with one is in its result.
 */
export async function ingestReminders(ctx: UserContext, input: IngestRemindersInput): Promise<Ingested> {
  checkBatch(input.reminders, 'reminders', input.deleted);
  const latest = ctx.now().getTime() + 86_400_000;
  const items = input.reminders.map((given, index) => {
    const checks = new Checks();
    const path = ['reminders', index];
    checks.text([...path, 'externalId'], given.externalId, 500);
    checks.text([...path, 'listId'], given.listId, 500);
    checks.text([...path, 'title'], given.title, longestText, 0);
    checks.that(
      given.completedAt == null || given.completedAt.getTime() <= latest,
      [...path, 'completedAt'],
      'It cannot have been completed more than a day from now: is the device’s clock right?',
    );
    if (checks.failed) return rejected(checks);
    return {
      type: 'task' as const,
      externalId: given.externalId,
      listId: given.listId,
      title: given.title,
      dueAt: given.dueAt ?? null,
      dueDate: given.dueAt ? null : day(given.dueDate),
      completedAt: given.completedAt ?? null,
      version: versionOf(given.lastModifiedAt),
    };
  });
  return take(ctx, input, 'APPLE_REMINDERS', items, {
    resets: [],
    removed: input.deleted.map((externalId) => ({ type: 'task', externalId })),
  });
}

function checkBatch(items: readonly unknown[], name: string, deleted: readonly unknown[]): void {
  const checks = new Checks();
  checks.list([name], items, mostItems);
  checks.list(['deleted'], deleted, mostItems);
  checks.done();
}

async function take(
  ctx: UserContext,
  batch: { connectionId: string; anchor?: string | null | undefined },
  provider: 'APPLE_CALENDAR' | 'APPLE_REMINDERS',
  read: readonly (Numbered | Result)[],
  rest: Omit<Delivery, 'items'>,
): Promise<Ingested> {
  const connection = await lockConnection(ctx, batch, provider);
  const type = provider === 'APPLE_CALENDAR' ? 'calendarEvent' : 'task';
  const given = read.flatMap((one) => ('type' in one ? [one] : []));
  const items = await withoutDeleted(ctx, connection.id, type, given, rest.removed);
  const { written, outcomeOf } = await deliver(ctx, connection, { ...rest, items });
  const results = read.map((one) => ('type' in one ? became(outcomeOf(one)) : one));
  return finishBatch(ctx, connection, { type: provider, anchor: batch.anchor, results, deleted: written.deleted });
}
