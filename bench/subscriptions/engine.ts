import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Caller } from '../../gateway/admission/caller.ts';
import { toRefusal } from '../../gateway/admission/errors.ts';
import { createOperations } from '../../gateway/admission/operations.ts';
import { createPersistedOperations } from '../../gateway/admission/persistedOperations.ts';
import { createGateway } from '../../gateway/gateway.ts';
import type { EventFeed, EventListener, Source } from '../../gateway/sources/source.ts';
import { createWebSocketServer } from '../../gateway/transport/websocket.ts';

/**
 * The gateway with nothing of Jarvis: a supergraph of two subgraphs with canned answers, and a feed in memory. Its sockets say in
 * `ConnectionInit` whose they are. `POST /events?rate=1000&seconds=5&accounts=1000` makes events, in turn for each account.
 *
 * `engine.ts <supergraph file>`; prints its port.
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
    data: { progressUpdated: { at: event, goal: { __typename: 'Goal', id: 'goal_1' } } },
  }),
};
const chat: Source = {
  execute: async () => ({ data: { _entities: [{ __typename: 'Goal', talks: ['one', 'two'] }] } }),
};
const gateway = createGateway({
  supergraphSdl: readFileSync(process.argv[2]!, 'utf8'),
  buildSource: ({ name }) => (name === 'goals' ? goals : chat),
  buildSubscriptionSource: () => feed,
});
const format = { now: () => new Date() };
const sockets = createWebSocketServer({
  operations: createOperations({
    gateway,
    format,
    persisted: createPersistedOperations({}),
    introspection: 'developers',
    onFault: console.error,
  }),
  toRefusal: (error, requestId) => toRefusal(error, requestId, format),
  limits: { socketsPerAccount: 20_000 },
  async connect({ account }): Promise<Caller> {
    return {
      account: String(account),
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

const server = createServer((request, response) => {
  const query = new URL(request.url!, 'http://host').searchParams;
  const [rate, seconds, accounts] = ['rate', 'seconds', 'accounts'].map((name) => Number(query.get(name))) as [
    number,
    number,
    number,
  ];
  const started = performance.now();
  let made = 0;
  const timer = setInterval(() => {
    const elapsed = performance.now() - started;
    for (const due = Math.min(elapsed / 1_000, seconds) * rate; made < due; made++) {
      const at = performance.timeOrigin + performance.now();
      for (const listener of listeners.get(String(made % accounts)) ?? []) listener.event(at);
    }
    if (elapsed < seconds * 1_000) return;
    clearInterval(timer);
    response.end(String(made));
  }, 1);
});
server.on('upgrade', sockets.upgrade);
server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
