import type { Bus } from '../../subgraphs/shared/bus.ts';
import type { Db } from '../../subgraphs/shared/db.ts';
import { badInput, unauthenticated } from '../../subgraphs/shared/errors.ts';
import {
  findEvent,
  type LoggedEvent,
  latestSeq,
  readEvents,
  subscriptionEvents,
} from '../../subgraphs/shared/events.ts';
import type { Log } from '../../subgraphs/shared/log.ts';
import type { GatewayContext } from './embedded.ts';
import type { SubscriptionRequest, SubscriptionSource } from './source.ts';

/** Events that a subscription may have waiting before it is ended: its client reads too slowly and resumes with `after`. */
const queueLimit = 1_000;
const pageSize = 200;
/** Hints may be lost, so a live feed also looks by itself, this often in milliseconds. */
const sweepEvery = 5_000;

interface Listener {
  types: ReadonlySet<string>;
  deliver(event: LoggedEvent): void;
  fail(error: Error): void;
}

/** The live end of one user's log, read once for all of that user's subscriptions on this node. */
interface Feed {
  position: bigint;
  listeners: Set<Listener>;
  reading: Promise<void> | null;
  again: boolean;
}

const allTypes = [...new Set(Object.values(subscriptionEvents).flat())];

/**
 * Subscriptions from the event log. A subscription first reads what came after the event that its client saw last, then
 * joins the live feed at exactly the position it has reached: nothing is lost and nothing comes twice.
 */
export function createEventFeed(deps: {
  db: Db;
  bus: Bus;
  log: Log;
}): SubscriptionSource & { close(): void; readonly size: number } {
  const { db, bus, log } = deps;
  const feeds = new Map<string, Feed>();

  const pump = (userId: string, feed: Feed): Promise<void> => {
    if (feed.reading) {
      feed.again = true;
      return feed.reading;
    }
    feed.reading = (async () => {
      do {
        feed.again = false;
        for (;;) {
          // The end is read first: what commits between the two reads is left for the next turn.
          const end = await latestSeq(db, userId);
          const events = await readEvents(db, userId, feed.position, { types: allTypes, limit: pageSize });
          for (const event of events) {
            feed.position = event.seq;
            for (const listener of feed.listeners) if (listener.types.has(event.type)) listener.deliver(event);
          }
          if (events.length < pageSize) {
            if (end > feed.position) feed.position = end;
            break;
          }
        }
      } while (feed.again);
    })()
      .catch((error: Error) =>
        log.warn({ error: error.message }, 'reading the event log failed and will be tried again'),
      )
      .finally(() => {
        feed.reading = null;
      });
    return feed.reading;
  };
  const wake = (userId: string) => {
    if (userId === '*') for (const [id, feed] of feeds) void pump(id, feed);
    else {
      const feed = feeds.get(userId);
      if (feed) void pump(userId, feed);
    }
  };
  const stopListening = bus.listen('events', wake);
  const timer = setInterval(() => wake('*'), sweepEvery);
  timer.unref();

  async function events(request: SubscriptionRequest): Promise<AsyncIterable<LoggedEvent>> {
    const viewer = (request.context as GatewayContext).request.viewer;
    if (!viewer) throw unauthenticated();
    const { userId } = viewer;
    const types = new Set<string>(subscriptionEvents[request.field]);
    const after = request.arguments.after as string | null | undefined;
    const end = await latestSeq(db, userId);
    const seen = after == null ? null : await findEvent(db, userId, after);
    if (after != null && !seen) {
      throw badInput('"after" is no event to resume from: load what you show anew, then subscribe without it.');
    }
    return subscription({ userId, types, start: seen?.seq ?? end, end, signal: request.signal });
  }

  /**
   * Joins the live feed first and reads the log from `start` second. Whatever the feed had passed by then was committed,
   * so the reading finds it; whatever comes later is delivered; and what comes both ways is known by its number.
   */
  async function* subscription(options: {
    userId: string;
    types: ReadonlySet<string>;
    start: bigint;
    end: bigint;
    signal: AbortSignal;
  }): AsyncGenerator<LoggedEvent> {
    const { userId, types, start, end, signal } = options;
    const queue: LoggedEvent[] = [];
    let failure: Error | null = null;
    let wakeUp = () => {};
    const listener: Listener = {
      types,
      deliver(event) {
        queue.push(event);
        if (queue.length > queueLimit) listener.fail(new Error('The client reads too slowly. Resume with "after".'));
        wakeUp();
      },
      fail(error) {
        failure = error;
        leave();
        wakeUp();
      },
    };
    const leave = () => {
      const feed = feeds.get(userId);
      feed?.listeners.delete(listener);
      if (feed?.listeners.size === 0) feeds.delete(userId);
    };
    const feed = feeds.get(userId) ?? { position: end, listeners: new Set(), reading: null, again: false };
    feeds.set(userId, feed);
    feed.listeners.add(listener);
    const abort = () => wakeUp();
    signal.addEventListener('abort', abort);
    try {
      let position = start;
      for (let more = true; more && !signal.aborted; ) {
        const page = await readEvents(db, userId, position, { types: [...types], limit: pageSize });
        for (const event of page) {
          position = event.seq;
          yield event;
        }
        more = page.length === pageSize;
      }
      void pump(userId, feed);
      while (!signal.aborted) {
        if (failure) throw failure;
        const event = queue.shift();
        if (!event) {
          await new Promise<void>((done) => {
            wakeUp = done;
          });
        } else if (event.seq > position) {
          position = event.seq;
          yield event;
        }
      }
    } finally {
      signal.removeEventListener('abort', abort);
      leave();
    }
  }

  return {
    events,
    get size() {
      return [...feeds.values()].reduce((sum, feed) => sum + feed.listeners.size, 0);
    },
    close() {
      stopListening();
      clearInterval(timer);
      for (const feed of feeds.values())
        for (const listener of [...feed.listeners]) listener.fail(new Error('The server is going away.'));
    },
  };
}
