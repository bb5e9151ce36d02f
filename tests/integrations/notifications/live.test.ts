import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { createGateway } from '../../../gateway/gateway.ts';
import { createEmbeddedSource } from '../../../gateway/sources/embedded.ts';
import { createEventFeed } from '../../../gateway/sources/eventFeed.ts';
import { scalars } from '../../../subgraphs/shared/scalars.ts';
import { ana, beginGraph, bob, graph } from '../../support/begin.ts';
import { testTime } from '../../support/graph.ts';
import { answersOf } from '../../support/subscription.ts';
import { supergraphSdl } from '../../support/supergraph.ts';
import { happens, makeGoal } from '../goals.ts';

beginGraph({ people: 'EACH_TEST' });
let feed: ReturnType<typeof createEventFeed>;
beforeEach(() => {
  feed = createEventFeed({ db: graph.db, bus: graph.platform.bus, log: graph.platform.log });
});
afterEach(() => feed.close());

/** What a subscription of Ana's brings. */
async function subscribe(source: string, after?: string): Promise<AsyncGenerator<any>> {
  const gateway = createGateway({
    supergraphSdl,
    scalars,
    buildSource: ({ name }) => createEmbeddedSource(graph.subgraphs.get(name)!),
    buildSubscriptionSource: () => feed,
  });
  const request = { requestId: 'test', viewer: ana.viewer, ip: null, userAgent: null, idempotencyKey: null };
  const variables = { after };
  const plan = await gateway.plan(parse(source), undefined, variables);
  const options = { variables, context: { request } };
  const results = await answersOf(
    () => gateway.subscription(plan, options),
    (event) => gateway.executeEvent(plan, event, options),
  );
  if (!(Symbol.asyncIterator in results)) throw new Error(JSON.stringify(results));
  return results as AsyncGenerator<any>;
}

const completes = async (goalId: string) => {
  await happens(graph, ana, 'goal.completed', goalId, {});
  await graph.settle();
};

describe('notificationCreated', () => {
  const created = `subscription ($after: ID) { notificationCreated(after: $after) {
    event { id at } notification { title subject { __typename id } }
  } }`;

  test('brings each notification once, with what it is about, and resumes after the last one seen', async () => {
    const live = await subscribe(created);
    const next = live.next();
    const goals = [await makeGoal(graph, ana), await makeGoal(graph, ana), await makeGoal(graph, ana)];
    await happens(graph, bob, 'goal.completed', goals[0]!, {});
    await completes(goals[0]!);
    const first = (await next).value.data.notificationCreated;
    expect(first).toMatchObject({
      event: { at: testTime },
      notification: { title: 'Goal completed', subject: { __typename: 'Goal', id: goals[0] } },
    });
    await live.return(undefined);
    await completes(goals[1]!);
    await completes(goals[2]!);
    const resumed = await subscribe(created, first.event.id);
    const later = [await resumed.next(), await resumed.next()];
    expect(later.map(({ value }) => value.data.notificationCreated.notification.subject.id)).toEqual(goals.slice(1));
    await resumed.return(undefined);
  });
});

describe('notificationUpdated', () => {
  test('tells the other devices of what is read and deleted, with the new count', async () => {
    await completes(await makeGoal(graph, ana));
    await completes(await makeGoal(graph, ana));
    const { nodes } = (await ana.data('{ viewer { notifications { nodes { id } } } }')).viewer.notifications;
    const [first, second] = nodes.map(({ id }: { id: string }) => id);
    const live = await subscribe(`subscription { notificationUpdated {
      notificationId notification { readAt } unreadNotificationCount
    } }`);
    const change = async (document: string, id: string) => {
      const next = live.next();
      await ana.data(document, { id });
      return (await next).value.data.notificationUpdated;
    };
    const read = 'mutation ($id: ID!) { markNotificationsRead(input: { ids: [$id] }) { count } }';
    expect(await change(read, first)).toEqual({
      notificationId: first,
      notification: { readAt: testTime },
      unreadNotificationCount: 1,
    });
    const remove = 'mutation ($id: ID!) { deleteNotification(input: { id: $id }) { notificationId } }';
    expect(await change(remove, second)).toEqual({
      notificationId: second,
      notification: null,
      unreadNotificationCount: 0,
    });
    await live.return(undefined);
  });
});
