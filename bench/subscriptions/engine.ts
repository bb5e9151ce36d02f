import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Caller } from '../../gateway/admission/caller.ts';
import { toRefusal } from '../../gateway/admission/errors.ts';
import { createOperations } from '../../gateway/admission/operations.ts';
import { createPersistedOperations } from '../../gateway/admission/persistedOperations.ts';
import { createGateway } from '../../gateway/gateway.ts';
import type { EventFeed, EventListener, Source } from '../../gateway/sources/source.ts';
import { createWebSocketServer } from '../../gateway/transport/websocket.ts';
import { type Progress, sharedClock } from './scenario.ts';

/**
 * The measured process: admission, planning in its thread, execution and sockets as Jarvis has them, over two subgraphs with canned
 * answers and a feed in memory. Its sockets say in `ConnectionInit` whose they are.
 *
 * - `POST /events?accounts=live-&count=1000&rate=1000&seconds=5&bytes=0`: makes events, in turn for each of the accounts live-0, live-1, …
 *   Answers how many.
 * - `GET /state`: its open sockets, their subscriptions and its JS heap in bytes.
 *
 * `engine.ts <supergraph file>`; prints its port once it can plan.
 */
const listeners = new Map<string, Set<EventListener>>();
const feed: EventFeed = {
  resumesBy: 'after',
  async listen({ context }, listener) {
    const { account } = context as { account: string };
    const those = listeners.get(account) ?? new Set();
    listeners.set(account, those);
    those.add(listener);
    listener.caughtUp?.();
    return () => {
      those.delete(listener);
      if (those.size === 0) listeners.delete(account);
    };
  },
};
const goals: Source = {
  execute: async ({ event }) => ({
    data: { progressUpdated: { ...(event as Progress), goal: { __typename: 'Goal', id: 'goal_1' } } },
  }),
};
const chat: Source = {
  execute: async () => ({ data: { _entities: [{ __typename: 'Goal', talks: ['one', 'two'] }] } }),
};
const gateway = createGateway({
  supergraphSdl: readFileSync(process.argv[2]!, 'utf8'),
  // Ended sooner than the two minutes of `npm run gateway`, so that nobody need wait for it here.
  planner: { thread: { idle: 10_000 } },
  buildSource: ({ name }) => (name === 'goals' ? goals : chat),
  buildSubscriptionSource: () => feed,
});
const format = { now: () => new Date() };
const operations = createOperations({
  gateway,
  format,
  persisted: createPersistedOperations({}),
  introspection: 'developers',
  onFault: console.error,
});
const sockets = createWebSocketServer({
  operations,
  toRefusal: (error, requestId) => toRefusal(error, requestId, format),
  limits: { socketsPerAccount: 20_000 },
  async connect({ account }): Promise<Caller> {
    return {
      account: String(account),
      sharing: String(account),
      isAuthenticated: true,
      scopes: [],
      isDeveloper: false,
      isTrusted: false,
      client: null,
      expiresAt: null,
      contextOf: ({ requestId }) => ({ account, request: { requestId, viewer: null } }),
    };
  },
});

const numbers = new Map<string, number>();
function publish(account: string, at: number, note: string): void {
  const number = (numbers.get(account) ?? 0) + 1;
  numbers.set(account, number);
  const event: Progress = { at, number, note };
  for (const listener of listeners.get(account) ?? []) listener.event(event);
}

/** Makes events at an even pace. An event counts from when it was due: what waits because the process is busy has waited. */
function makeEvents(query: URLSearchParams): Promise<number> {
  const [count, rate, seconds, bytes] = ['count', 'rate', 'seconds', 'bytes'].map((name) => Number(query.get(name)));
  const note = 'x'.repeat(bytes!);
  const started = sharedClock();
  const total = rate! * seconds!;
  let made = 0;
  return new Promise((done) => {
    const timer = setInterval(() => {
      const elapsed = (sharedClock() - started) / 1_000;
      for (const due = Math.min(total, Math.floor(elapsed * rate!)); made < due; made++)
        publish(`${query.get('accounts')}${made % count!}`, started + ((made + 1) / rate!) * 1_000, note);
      if (made < total) return;
      clearInterval(timer);
      done(made);
    }, 1);
  });
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url!, 'http://host');
  if (pathname === '/events') response.end(JSON.stringify(await makeEvents(searchParams)));
  else
    response.end(
      JSON.stringify({
        sockets: sockets.connections,
        subscriptions: operations.fanOut.subscribers,
        heap: process.memoryUsage().heapUsed,
      }),
    );
});
server.on('upgrade', sockets.upgrade);
await gateway.ready();
server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
