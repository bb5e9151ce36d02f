import type { Bus } from '../../subgraphs/shared/bus.ts';
import type { Db } from '../../subgraphs/shared/db.ts';
import { badInput, unauthenticated } from '../../subgraphs/shared/errors.ts';
import {
  findEvent,
  type LoggedEvent,
  readNews,
  subscriptionEvents,
  subscriptionSubjects,
} from '../../subgraphs/shared/events.ts';
import type { Log } from '../../subgraphs/shared/log.ts';
import type { GatewayContext } from './embedded.ts';
import type { EventFeed, EventListener, SubscriptionRequest } from './source.ts';

/** Events of one user that are read at a time. */
const pageSize = 50;
/** Users whose logs are read in one statement. */
const batchSize = 500;
/** Subscriptions at once that read what they missed: after a restart everybody resumes. */
const catchingUpAtOnce = 4;
/** Hints may be lost, so live feeds also look by themselves, this often in milliseconds. */
const sweepEvery = 5_000;

interface Listener {
  readonly types: ReadonlySet<string>;
  /** Only events of this object; null for those of any. */
  readonly subject: string | null;
  /** It has been told all up to here; 0 once the feed's own position says so. */
  position: bigint;
  readonly to: EventListener;
}

/** The live end of one user's log, read once for all of that user's subscriptions on this node. */
interface Feed {
  /** All events up to here have been told. Null until the log has been looked at. */
  position: bigint | null;
  readonly listeners: Listener[];
  /** Waiting for the next reading of this log to begin and end. */
  joining: Joining[];
  /** How many they are, also while they are being read for: the feed stays for them. */
  held: number;
}

interface Joining {
  done(): void;
  fail(error: Error): void;
}

const allTypes = [...new Set(Object.values(subscriptionEvents).flat())];
const typesOf = new Map(Object.entries(subscriptionEvents).map(([field, types]) => [field, new Set<string>(types)]));

const isOf = ({ subject }: Listener, event: LoggedEvent) => subject === null || subject === event.subjectId;

/** One event by its id, if a subscription would have brought it to this viewer. */
export async function findPast(
  db: Db,
  request: Pick<SubscriptionRequest, 'field' | 'arguments' | 'context'>,
  id: string,
): Promise<LoggedEvent | null> {
  const { viewer } = (request.context as GatewayContext).request;
  if (!viewer) throw unauthenticated();
  const event = await findEvent(db, viewer.userId, id);
  if (!event || !typesOf.get(request.field)?.has(event.type)) return null;
  const subject = subjectOf(request);
  return subject === null || subject === event.subjectId ? event : null;
}

/** The one object that a subscription is narrowed to, or null. */
function subjectOf({ field, arguments: given }: Pick<SubscriptionRequest, 'field' | 'arguments'>): string | null {
  const narrowing = subscriptionSubjects[field];
  return (narrowing && (given[narrowing] as string | null | undefined)) ?? null;
}

const goingAway = () => new Error('The server is going away.');

/**
 * Subscriptions from the event log. One reader asks for the news of many users in one statement: of those that the bus has named, and now
 * and then of all. A subscription that resumes first reads what came after the event that its client saw last, then joins its user's feed at
 * exactly the position it has reached: nothing is lost and nothing comes twice.
 */
export function createEventFeed(deps: {
  db: Db;
  bus: Bus;
  log: Log;
}): EventFeed & { close(): void; readonly size: number } {
  const { db, bus, log } = deps;
  const feeds = new Map<string, Feed>();
  /** Users to look at: those with a hint go before those whose turn it is. */
  const hinted = new Set<string>();
  const due = new Set<string>();
  let reading = false;
  let closed = false;
  let catchingUp = 0;
  const waiting: (() => void)[] = [];

  const feedOf = (userId: string, position: bigint | null): Feed => {
    const known = feeds.get(userId);
    if (known) return known;
    const feed: Feed = { position, listeners: [], joining: [], held: 0 };
    feeds.set(userId, feed);
    return feed;
  };
  const tidy = (userId: string, feed: Feed) => {
    if (feed.listeners.length === 0 && feed.held === 0 && feeds.get(userId) === feed) feeds.delete(userId);
  };
  const wake = (userId: string) => {
    if (userId === '*') for (const id of feeds.keys()) due.add(id);
    else if (feeds.has(userId)) hinted.add(userId);
    void read();
  };
  /** Calls `done` in the turn in which a reading ends that began later than now: nothing can slip through. */
  const whenRead = (userId: string, feed: Feed, done: () => void, fail: (error: Error) => void) => {
    feed.joining.push({ done, fail });
    feed.held++;
    hinted.add(userId);
    void read();
  };

  async function read(): Promise<void> {
    if (reading) return;
    reading = true;
    // What is asked for in this turn goes together.
    await null;
    for (let batch = nextBatch(); batch.size > 0 && !closed; batch = nextBatch()) await readBatch(batch);
    reading = false;
  }

  function nextBatch(): Map<string, Feed> {
    const batch = new Map<string, Feed>();
    for (const ids of [hinted, due])
      for (const id of ids) {
        if (batch.size === batchSize) return batch;
        ids.delete(id);
        const feed = feeds.get(id);
        if (feed) batch.set(id, feed);
      }
    return batch;
  }

  async function readBatch(batch: ReadonlyMap<string, Feed>): Promise<void> {
    const positions = [...batch].map(([userId, { position }]) => ({ userId, after: position }));
    const joining = new Map<Feed, Joining[]>();
    for (const feed of batch.values()) {
      if (feed.joining.length === 0) continue;
      joining.set(feed, feed.joining);
      feed.joining = [];
    }
    const settle = (feed: Feed, userId: string, failure?: Error) => {
      const all = joining.get(feed);
      if (!all) return;
      for (const one of all) failure ? one.fail(failure) : one.done();
      feed.held -= all.length;
      tidy(userId, feed);
    };
    try {
      const news = await readNews(db, positions, { types: allTypes, limit: pageSize });
      for (const { userId, events, end } of news) {
        const feed = batch.get(userId)!;
        for (const event of events) tell(feed, event);
        const isAll = events.length < pageSize;
        feed.position = isAll ? end : events.at(-1)!.seq;
        if (isAll) continue;
        hinted.add(userId);
        feed.joining.unshift(...(joining.get(feed) ?? []));
        joining.delete(feed);
      }
      for (const [userId, feed] of batch) {
        feed.position ??= 0n;
        settle(feed, userId, closed ? goingAway() : undefined);
      }
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'reading the event log failed and will be tried again');
      for (const [userId, feed] of batch) settle(feed, userId, error as Error);
    }
  }

  function tell(feed: Feed, event: LoggedEvent): void {
    feed.position = event.seq;
    for (const listener of [...feed.listeners]) {
      const { types, position, to } = listener;
      if (event.seq > position && types.has(event.type) && isOf(listener, event)) to.event(event);
    }
  }

  const stopListening = bus.listen('events', wake);
  const timer = setInterval(() => wake('*'), sweepEvery);
  timer.unref();

  function join(userId: string, feed: Feed, listener: Listener): () => void {
    feed.listeners.push(listener);
    return () => {
      const index = feed.listeners.indexOf(listener);
      if (index >= 0) feed.listeners.splice(index, 1);
      tidy(userId, feed);
    };
  }

  /** Tells what came after an event, then joins the feed. */
  async function resume(userId: string, after: string, listener: Listener): Promise<() => void> {
    const seen = await findEvent(db, userId, after);
    if (!seen) {
      throw badInput('"after" is no event to resume from: load what you show anew, then subscribe without it.');
    }
    let position = seen.seq;
    let feed: Feed;
    for (;;) {
      const types = [...listener.types];
      const [news] = await readNews(db, [{ userId, after: position }], { types, limit: pageSize });
      for (const event of news?.events ?? []) if (isOf(listener, event)) listener.to.event(event);
      const isAll = !news || news.events.length < pageSize;
      if (news) position = isAll ? news.end : news.events.at(-1)!.seq;
      if ((await listener.to.settled?.()) === false) return () => {};
      if (!isAll) continue;
      feed = feedOf(userId, position);
      const unread = feed;
      if (feed.position === null) await new Promise<void>((done, fail) => whenRead(userId, unread, done, fail));
      else if (feed.position <= position) break;
    }
    listener.position = position;
    const leave = join(userId, feed, listener);
    // The feed may be behind: once it has been read again, it is where this listener is.
    const caughtUp = () => {
      listener.position = 0n;
      listener.to.caughtUp?.();
    };
    // When that fails, the listener stays by itself and goes by its own position.
    whenRead(userId, feed, caughtUp, () => {});
    return leave;
  }

  return {
    resumesBy: 'after',
    async listen(request, to) {
      const { viewer } = (request.context as GatewayContext).request;
      if (!viewer) throw unauthenticated();
      if (closed) throw goingAway();
      const { userId } = viewer;
      const subject = subjectOf(request);
      const listener: Listener = { types: typesOf.get(request.field) ?? new Set(), subject, position: 0n, to };
      const after = request.arguments.after as string | null | undefined;
      if (after == null) {
        const feed = feedOf(userId, null);
        return new Promise((resolve, reject) => {
          const begin = () => {
            resolve(join(userId, feed, listener));
            to.caughtUp?.();
          };
          whenRead(userId, feed, begin, reject);
        });
      }
      if (catchingUp === catchingUpAtOnce) await new Promise<void>((go) => waiting.push(go));
      else catchingUp++;
      try {
        return await resume(userId, after, listener);
      } finally {
        const next = waiting.shift();
        if (next) next();
        else catchingUp--;
      }
    },
    find: (request, id) => findPast(db, request, id),
    get size() {
      return [...feeds.values()].reduce((sum, feed) => sum + feed.listeners.length, 0);
    },
    close() {
      closed = true;
      stopListening();
      clearInterval(timer);
      for (const { listeners, joining } of [...feeds.values()]) {
        for (const { to } of [...listeners]) to.end(goingAway());
        for (const one of joining) one.fail(goingAway());
      }
      feeds.clear();
    },
  };
}
