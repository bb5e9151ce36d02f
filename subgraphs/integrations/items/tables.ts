import { localDateAt, type PersonalClock } from '../../shared/personalClock.ts';
import { storableJson } from '../../shared/storable.ts';
import type { Item } from './item.ts';

/** A column of a table of items: its name, its type in PostgreSQL, and whether it is the same item that it tells. */
type Column = readonly [name: string, type: string];

/** How items of a type are stored. */
export interface ItemTable {
  name: string;
  columns: readonly Column[];
  /** Whether `source_version` guards against older changes. */
  versioned: boolean;
}

const text = 'text';
const instant = 'timestamptz';

export const itemTables: { readonly [T in Item['type']]: ItemTable } = {
  calendarEvent: {
    name: 'calendar_events',
    columns: [
      ['calendar_id', text],
      ['title', text],
      ['location', text],
      ['starts_at', instant],
      ['ends_at', instant],
      ['start_date', 'date'],
      ['end_date', 'date'],
      ['status', text],
      ['url', text],
    ],
    versioned: true,
  },
  mail: {
    name: 'mail_messages',
    columns: [
      ['thread_id', text],
      ['sender', text],
      ['subject', text],
      ['snippet', text],
      ['received_at', instant],
      ['unread', 'boolean'],
      ['labels', 'text[]'],
    ],
    versioned: false,
  },
  transaction: {
    name: 'bank_transactions',
    columns: [
      ['account_id', text],
      ['account_name', text],
      ['amount', 'numeric(65, 30)'],
      ['currency', text],
      ['description', text],
      ['merchant', text],
      ['category', text],
      ['pending', 'boolean'],
    ],
    versioned: false,
  },
  task: {
    name: 'external_tasks',
    columns: [
      ['list_id', text],
      ['title', text],
      ['due_at', instant],
      ['due_date', 'date'],
      ['completed_at', instant],
    ],
    versioned: true,
  },
  received: {
    name: 'received_events',
    columns: [
      ['name', text],
      ['at', instant],
      ['text', text],
      ['url', text],
      ['amount', 'numeric(65, 30)'],
      ['currency', text],
      ['payload', 'jsonb'],
    ],
    versioned: false,
  },
};

/** The local day that an item counts for; null for a task that is open. */
export function dayOf(item: Item, clock: PersonalClock): string | null {
  const at = (instantOfIt: Date) => localDateAt(instantOfIt, clock.timeZone, clock.dayStartMinutes);
  switch (item.type) {
    case 'calendarEvent':
      return item.startDate ?? at(item.startsAt!);
    case 'mail':
      return at(item.receivedAt);
    case 'transaction':
      return item.localDate;
    case 'task':
      return item.completedAt && at(item.completedAt);
    case 'received':
      return at(item.at);
  }
}

/** `startsAt` → `starts_at`. */
const columnOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** An item under the names of its columns, without what cannot be stored: a sync must not stop at one strange subject. */
export function rowOf(item: Item): Record<string, unknown> {
  const row = Object.fromEntries(Object.entries(item).map(([name, value]) => [columnOf(name), storableJson(value)]));
  if (item.type === 'mail') row.sender = row.from;
  row.source_version = 'version' in item ? (item.version?.toString() ?? null) : null;
  delete row.type;
  delete row.from;
  delete row.version;
  return row;
}
