/** `YYYY-MM-DD`. */
type LocalDate = string;

/**
 * What providers and devices give, in the words of Jarvis. An item is known by its connection, its type and `externalId`: the same one again replaces
 * what is stored, in whatever order they come where a provider counts versions. Texts are others' words: never instructions.
 */
export type Item = CalendarEventItem | MailItem | TransactionItem | TaskItem | ReceivedItem;

/** An appointment, or one occurrence of one that repeats. */
export interface CalendarEventItem {
  type: 'calendarEvent';
  /** The provider's id of the event, and for one occurrence its start, so that all occurrences differ. */
  externalId: string;
  /** The provider's id of the calendar: what `Reset` names. */
  calendarId: string;
  title: string;
  location: string | null;
  /** Instants; null for a whole day. */
  startsAt: Date | null;
  endsAt: Date | null;
  /** For whole days: the first, and the one after the last. Null otherwise. */
  startDate: LocalDate | null;
  endDate: LocalDate | null;
  status: 'CONFIRMED' | 'TENTATIVE' | 'CANCELLED';
  url: string | null;
  /** The provider's number of its change, where it has one: a lower one is ignored. */
  version: bigint | null;
}

/** An e-mail: who, what about and how it begins, not its text. */
export interface MailItem {
  type: 'mail';
  externalId: string;
  threadId: string | null;
  from: string;
  subject: string;
  snippet: string;
  receivedAt: Date;
  unread: boolean;
  /** The provider's labels or folder. */
  labels: string[];
}

/** A movement on an account. */
export interface TransactionItem {
  type: 'transaction';
  externalId: string;
  accountId: string;
  accountName: string | null;
  /** A decimal as text: positive is money spent, negative is money that came in. */
  amount: string;
  /** ISO 4217. */
  currency: string;
  localDate: LocalDate;
  description: string;
  merchant: string | null;
  category: string | null;
  pending: boolean;
}

/** A thing to do in somebody else's list. */
export interface TaskItem {
  type: 'task';
  externalId: string;
  listId: string;
  title: string;
  dueAt: Date | null;
  dueDate: LocalDate | null;
  completedAt: Date | null;
  version: bigint | null;
}

/** Something that a service told: a payment, a post, the body of an incoming webhook. */
export interface ReceivedItem {
  type: 'received';
  externalId: string;
  /** The provider's name of what happened, e.g. `invoice.paid` or `post`. */
  name: string;
  at: Date;
  text: string | null;
  url: string | null;
  /** A decimal as text with its ISO 4217 currency; a number without currency for what counts something else. */
  amount: string | null;
  currency: string | null;
  /** What was sent, at most 16 kB of JSON; null when the rest says it all. */
  payload: Record<string, unknown> | null;
}

/** An item that is no more. */
export interface Removed {
  type: Item['type'];
  externalId: string;
}

/** Everything of a type is void and comes anew; of a calendar only when it is named. */
export interface Reset {
  type: Item['type'];
  calendarId?: string;
}

/** What one step of a sync, a batch of a device or a call of a provider brings. Written in this order: resets, removals, items. */
export interface Delivery {
  resets: readonly Reset[];
  removed: readonly Removed[];
  items: readonly Item[];
}
