import { createGateway } from '../../gateway/gateway.ts';
import type { EventFeed, EventListener, Source } from '../../gateway/sources/source.ts';
import { compose } from '../gateway/execution/federation.ts';

/** An account's log in memory, with events numbered from 1. */
export function createMemoryFeed() {
  const log: number[] = [];
  const live = new Set<EventListener>();
  /** Steps that a test lets happen: one page of what was missed. */
  const steps: (() => void)[] = [];
  let isStepped = false;
  const feed: EventFeed = {
    resumesBy: 'after',
    async listen({ arguments: { after } }, listener) {
      if (after === 'gone') throw new Error('10.0.0.1 is gone');
      let seen = after == null ? log.length : Number(after);
      while (seen < log.length) {
        if (isStepped) await new Promise<void>((step) => steps.push(step));
        listener.event(log[seen++]);
        if ((await listener.settled?.()) === false) return () => {};
      }
      live.add(listener);
      listener.caughtUp?.();
      return () => live.delete(listener);
    },
  };
  return {
    feed,
    live,
    steps,
    stepByStep() {
      isStepped = true;
    },
    happen() {
      log.push(log.length + 1);
      for (const listener of [...live]) listener.event(log.length);
    },
  };
}

export const eventsSdl = {
  goals: `
    type Query { goal: Goal }
    type Mutation { add(number: Int!): Int }
    type Subscription { happened(after: ID, unit: String): Happening }
    type Happening { number: Int  goal: Goal  unit: String }
    type Goal @key(fields: "id") { id: ID! }`,
  chat: 'type Goal @key(fields: "id") { id: ID!  talks: [String!] }',
};

/** A gateway of two canned subgraphs, and the feed of its one subscription. `asked` holds the events that were answered. */
export function startEvents(sdls: Record<string, string> = eventsSdl) {
  const memory = createMemoryFeed();
  const asked: unknown[] = [];
  /** What an answer waits for, when a test says so. */
  const work: { wait: ((event: unknown) => Promise<void>) | null } = { wait: null };
  const goals: Source = {
    async execute({ event, variables, operationKind, context }) {
      if (operationKind === 'mutation') return { data: { add: 5 } };
      if (operationKind === 'query')
        return { data: { goal: { __typename: 'Goal', id: (context as { account: string }).account } } };
      asked.push(event);
      await work.wait?.(event);
      const goal = { __typename: 'Goal', id: '1' };
      return { data: { happened: { number: event, unit: variables?.unit ?? null, goal } } };
    },
  };
  const chat: Source = {
    execute: async ({ variables }) => ({
      data: { _entities: (variables!.representations as object[]).map(() => ({ __typename: 'Goal', talks: ['one'] })) },
    }),
  };
  const gateway = createGateway({
    supergraphSdl: compose(sdls),
    buildSource: ({ name }) => (name === 'goals' ? goals : chat),
    buildSubscriptionSource: () => memory.feed,
  });
  return { ...memory, gateway, asked, work };
}
