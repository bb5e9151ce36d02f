import type { Bus } from '../../subgraphs/shared/bus.ts';
import type { Db } from '../../subgraphs/shared/db.ts';
import { findReply, findSilent, type MessageDelta, readDeltas } from '../../subgraphs/shared/deltas.ts';
import { badInput, notThere, unauthenticated } from '../../subgraphs/shared/errors.ts';
import type { Log } from '../../subgraphs/shared/log.ts';
import type { GatewayContext } from './embedded.ts';
import type { EventFeed, EventListener } from './source.ts';

/** The subscription field that is fed from here. */
export const deltaField = 'messageStream';

/** Deltas of one reply that are read at a time. */
const pageSize = 200;
/** Replies that are read in one statement. */
const batchSize = 200;
/** Hints may be lost, so replies with viewers are also looked at by themselves, this often in milliseconds. */
const sweepEvery = 2_000;

interface Listener {
  /** It has been told all up to here. */
  position: number;
  isCaughtUp: boolean;
  readonly to: EventListener;
}

/** The live end of one reply, read once for all of its viewers on this node. */
interface Reply {
  readonly userId: string;
  readonly messageId: string;
  position: number;
  readonly listeners: Set<Listener>;
}

/**
 * Replies as they are written: the deltas of each, from the number after the one that a viewer saw last, until its end. What a viewer missed
 * is read first, then it joins the others at exactly the position it has reached: nothing is lost and nothing comes twice. One reader asks
 * for the news of many replies in one statement.
 */
export function createDeltaFeed(deps: {
  db: Db;
  bus: Bus;
  log: Log;
}): EventFeed & { close(): void; readonly size: number } {
  const { db, bus, log } = deps;
  const replies = new Map<string, Reply>();
  const hinted = new Set<string>();
  let reading = false;
  let closed = false;

  const leave = (reply: Reply, listener: Listener) => {
    reply.listeners.delete(listener);
    if (reply.listeners.size === 0 && replies.get(reply.messageId) === reply) replies.delete(reply.messageId);
  };
  const wake = (messageId: string) => {
    if (messageId === '*') for (const id of replies.keys()) hinted.add(id);
    else if (replies.has(messageId)) hinted.add(messageId);
    if (hinted.size > 0) void read();
  };

  async function read(): Promise<void> {
    if (reading) return;
    reading = true;
    // What is hinted at in this turn goes together.
    await null;
    while (hinted.size > 0 && !closed) await readBatch();
    reading = false;
  }

  async function readBatch(): Promise<void> {
    const batch: Reply[] = [];
    for (const messageId of hinted) {
      if (batch.length === batchSize) break;
      hinted.delete(messageId);
      const reply = replies.get(messageId);
      if (reply) batch.push(reply);
    }
    // Who joins while this is read is told by the next reading that it has caught up.
    const present = batch.map(({ listeners }) => [...listeners]);
    const positions = batch.map(({ userId, messageId, position }) => ({ userId, messageId, after: position }));
    try {
      const deltas = await readDeltas(db, positions, pageSize);
      const quiet = positions.filter((at) => !deltas.some(({ messageId }) => messageId === at.messageId));
      // A reply that was deleted while it was written says no last word.
      const silent = quiet.length > 0 ? await findSilent(db, quiet) : null;
      for (const [i, reply] of batch.entries()) {
        const news = deltas.filter(({ messageId }) => messageId === reply.messageId);
        for (const delta of news) tell(reply, delta);
        if (news.length === pageSize) {
          hinted.add(reply.messageId);
          continue;
        }
        if (silent?.has(reply.messageId)) {
          dismiss(reply);
          continue;
        }
        for (const listener of present[i]!) {
          if (listener.isCaughtUp || !reply.listeners.has(listener)) continue;
          listener.isCaughtUp = true;
          listener.to.caughtUp?.();
        }
      }
    } catch (error) {
      // The sweep looks again.
      log.warn({ error: (error as Error).message }, 'reading the deltas of replies failed and will be tried again');
    }
  }

  /** Nothing more will come. A listener that is further than the others has been told of the end. */
  function dismiss(reply: Reply): void {
    for (const listener of [...reply.listeners]) {
      leave(reply, listener);
      listener.to.end(notThere('This reply was deleted.'));
    }
  }

  function tell(reply: Reply, delta: MessageDelta): void {
    reply.position = delta.sequence;
    for (const listener of [...reply.listeners]) {
      if (delta.sequence <= listener.position) continue;
      listener.position = delta.sequence;
      listener.to.event(delta);
      if (delta.kind !== 'END') continue;
      leave(reply, listener);
      listener.to.end();
    }
  }

  const stopListening = bus.listen('deltas', wake);
  const timer = setInterval(() => wake('*'), sweepEvery);
  timer.unref();

  return {
    resumesBy: 'after',
    async listen(request, to) {
      const { viewer } = (request.context as GatewayContext).request;
      if (!viewer) throw unauthenticated();
      if (closed) throw goingAway();
      const { userId } = viewer;
      const messageId = String(request.arguments.messageId);
      let position = Number(request.arguments.after ?? 0);
      const state = await findReply(db, userId, messageId);
      if (!state) throw notThere('There is no reply with this id.');
      if (position < 0 || position > state.lastSequence) {
        throw badInput(`"after" must be between 0 and ${state.lastSequence}, the number of the latest delta.`);
      }
      if (state.hasEnded && position === state.lastSequence) {
        queueMicrotask(() => to.end());
        return () => {};
      }
      if (position + 1 < state.firstKept) {
        throw badInput('The deltas of this reply are no longer kept: read the message itself.');
      }
      for (;;) {
        const page = await readDeltas(db, [{ userId, messageId, after: position }], pageSize);
        for (const delta of page) {
          position = delta.sequence;
          to.event(delta);
        }
        if (page.at(-1)?.kind === 'END') {
          to.end();
          return () => {};
        }
        if ((await to.settled?.()) === false) return () => {};
        if (page.length === pageSize) continue;
        const shared = replies.get(messageId);
        // The others are ahead: what lies between must be read first.
        if (shared && shared.position > position) continue;
        const reply: Reply = shared ?? { userId, messageId, position, listeners: new Set() };
        const listener: Listener = { position, isCaughtUp: false, to };
        reply.listeners.add(listener);
        replies.set(messageId, reply);
        // What was hinted at before it joined.
        wake(messageId);
        return () => leave(reply, listener);
      }
    },
    get size() {
      return [...replies.values()].reduce((sum, reply) => sum + reply.listeners.size, 0);
    },
    close() {
      closed = true;
      stopListening();
      clearInterval(timer);
      for (const { listeners } of [...replies.values()]) for (const { to } of [...listeners]) to.end(goingAway());
      replies.clear();
    },
  };
}

const goingAway = () => new Error('The server is going away.');
