import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { integrations } from '../../../subgraphs/integrations/index.ts';
import { isWithin } from '../../../subgraphs/integrations/notifications/quietHours.ts';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { createSubgraph } from '../../../subgraphs/shared/subgraph.ts';
import { type Person, startGraph, type TestGraph, testTime } from '../../support/graph.ts';
import { happens, makeGoal } from '../goals.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
}, 60_000);
beforeEach(async () => {
  graph.clock.set(testTime);
  ana = await graph.person();
});
afterAll(() => graph.stop());

const list = `query ($filter: NotificationFilter, $first: Int, $after: String) { viewer {
  unreadNotificationCount
  notifications(filter: $filter, first: $first, after: $after) {
    nodes { id kind title subjectId quiet readAt snoozedUntil sentAt subject { __typename id } }
    pageInfo { hasNextPage endCursor }
  }
} }`;
const read = `mutation ($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) {
  count unreadNotificationCount notifications { id readAt version } errors { code path }
} }`;
const snooze = `mutation ($input: SnoozeNotificationInput!) { snoozeNotification(input: $input) {
  notification { id snoozedUntil readAt } errors { code path }
} }`;
const settings = `mutation ($input: UpdateNotificationSettingsInput!) { updateNotificationSettings(input: $input) {
  notificationSettings { version preferences { kind inApp } quietHours { from to exceptKinds } } errors { code path }
} }`;

const notifications = async (variables = {}) => (await ana.data(list, variables)).viewer;
const completes = async (goalId: string) => {
  await happens(graph, ana, 'goal.completed', goalId, {});
  await graph.settle();
};
/** So many completed goals, a minute apart, and the notifications of them, newest first. */
async function told(count: number): Promise<string[]> {
  for (let i = 0; i < count; i++) {
    await happens(graph, ana, 'goal.completed', newId('goal'), {});
    await graph.settle();
    graph.clock.advance(60_000);
  }
  return (await notifications({ first: 100 })).notifications.nodes.map(({ id }: { id: string }) => id);
}

describe('a sign-in that somebody seems to have copied', () => {
  test('is told to its person, once, and a session that ends otherwise is not', async () => {
    await happens(graph, ana, 'session.revoked', newId('session'), { reason: 'signOut' });
    await graph.settle();
    expect((await notifications()).unreadNotificationCount).toBe(0);
    await happens(graph, ana, 'session.revoked', newId('session'), { reason: 'reuse' });
    await graph.settle();
    expect((await notifications()).notifications.nodes).toMatchObject([
      { kind: 'ALERT', title: 'A device was signed out for your safety', subjectId: null },
    ]);
  });
});

describe('what is achieved', () => {
  test('makes a notification about it, with the event that says so', async () => {
    const goalId = await makeGoal(graph, ana);
    await completes(goalId);
    const milestoneId = newId('milestone');
    await happens(graph, ana, 'milestone.reached', milestoneId, { goalId });
    await happens(graph, ana, 'achievement.earned', newId('achievement'), { goalId, name: 'Seven days' });
    await graph.settle();
    const { unreadNotificationCount, notifications: page } = await notifications();
    expect(unreadNotificationCount).toBe(3);
    const about = Object.fromEntries(page.nodes.map((node: { title: string }) => [node.title, node]));
    expect(about['Goal completed']).toMatchObject({
      kind: 'ACHIEVEMENT',
      subjectId: goalId,
      readAt: null,
      sentAt: testTime,
    });
    expect(about['Goal completed'].subject).toEqual({ __typename: 'Goal', id: goalId });
    expect(about['Milestone reached'].subject).toEqual({ __typename: 'Milestone', id: milestoneId });
    expect(about['Achievement: Seven days'].subject.__typename).toBe('Achievement');
    const log = await graph.db.event.findMany({ where: { userId: ana.userId } });
    const completed = log.find(({ type }) => type === 'goal.completed')!;
    expect(log.find(({ causationId }) => causationId === completed.id)).toMatchObject({
      type: 'notification.created',
      actorKind: 'system',
    });
  });

  test('or found makes one too; what failed is an alert, what was cancelled is nothing', async () => {
    const insights = [newId('insight'), newId('insight')];
    for (const id of insights) await happens(graph, ana, 'insight.created', id, {});
    const categoryId = newId('category');
    const resultId = newId('result');
    await happens(graph, ana, 'researchResult.created', resultId, { categoryId });
    for (const state of ['DONE', 'FAILED', 'CANCELLED'] as const) {
      await happens(graph, ana, 'researchRun.completed', newId('run'), { categoryId, state });
    }
    await graph.settle();
    const { nodes } = (await notifications()).notifications;
    const told = nodes.map(({ kind, title, subjectId }: any) => [kind, title, kind === 'INSIGHT' && subjectId]).sort();
    expect(told).toEqual([
      ['ALERT', 'Research came to nothing', false],
      ['INSIGHT', 'Research has found something', resultId],
      ['INSIGHT', 'Something new in your numbers', insights[1]],
    ]);
  });

  test('is told once, however often the log is read again and by however many', async () => {
    await completes(await makeGoal(graph, ana));
    await graph.db.reactionCursor.updateMany({ where: { consumer: 'integrations' }, data: { seq: 0 } });
    const second = createSubgraph(integrations, graph.platform);
    await second.work();
    await Promise.all([second.settle(), graph.settle()]);
    await second.stop();
    expect((await notifications()).notifications.nodes).toHaveLength(1);
    const where = { userId: ana.userId, type: 'notification.created' };
    expect(await graph.db.event.count({ where })).toBe(1);
  });

  test('is told once when a crash comes between the effect and the position in the log', async () => {
    await graph.db.$executeRawUnsafe('CREATE SEQUENCE crashes');
    await graph.db.$executeRawUnsafe(`
      CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('crashes') < 3 THEN RAISE EXCEPTION 'crash'; END IF;
        RETURN NEW;
      END $$`);
    await graph.db.$executeRawUnsafe(`
      CREATE TRIGGER crash BEFORE UPDATE ON reaction_cursors FOR EACH ROW
      WHEN (NEW.consumer = 'integrations' AND NEW.user_id = '${ana.userId}') EXECUTE FUNCTION crash()`);
    await completes(await makeGoal(graph, ana));
    const [{ last_value: attempts }] = await graph.db.$queryRaw<[{ last_value: bigint }]>`
      SELECT last_value FROM crashes`;
    expect(attempts).toBeGreaterThanOrEqual(3n);
    expect((await notifications()).notifications.nodes).toHaveLength(1);
    const where = { userId: ana.userId, type: 'notification.created' };
    expect(await graph.db.event.count({ where })).toBe(1);
  });

  test('replaces an unread notification of the same goal, not a read one', async () => {
    const goalId = await makeGoal(graph, ana);
    await completes(goalId);
    await completes(goalId);
    const [first] = (await notifications()).notifications.nodes;
    expect((await notifications()).notifications.nodes).toHaveLength(1);
    await ana.data(read, { input: { ids: [first.id] } });
    await completes(goalId);
    expect((await notifications()).notifications.nodes).toHaveLength(2);
    const types = await graph.db.event.groupBy({ by: ['type'], where: { userId: ana.userId }, _count: true });
    expect(types.find(({ type }) => type === 'notification.deleted')!._count).toBe(1);
  });

  test('is not told to somebody who does not want that kind', async () => {
    await ana.data(settings, { input: { preferences: [{ kind: 'ACHIEVEMENT', inApp: false }] } });
    await completes(await makeGoal(graph, ana));
    expect((await notifications()).notifications.nodes).toEqual([]);
  });

  test('does not interrupt in quiet hours, by the clock of the person', async () => {
    ana = await graph.person({ timeZone: 'America/New_York' });
    await ana.data(settings, { input: { quietHours: { from: '22:00', to: '07:00' } } });
    graph.clock.set('2026-03-11T02:30:00Z'); // 22:30 in New York, 03:30 in Berlin
    await completes(await makeGoal(graph, ana));
    graph.clock.set('2026-03-11T11:00:00Z'); // 07:00 in New York
    await completes(await makeGoal(graph, ana));
    const quiet = (await notifications()).notifications.nodes.map((node: { quiet: boolean }) => node.quiet);
    expect(quiet).toEqual([false, true]);
  });
});

describe('the list of notifications', () => {
  test('goes page by page, newest first, and filters by kind and unread', async () => {
    const ids = await told(5);
    expect(ids).toHaveLength(5);
    const one = (await notifications({ first: 3 })).notifications;
    const two = (await notifications({ first: 3, after: one.pageInfo.endCursor })).notifications;
    expect([...one.nodes, ...two.nodes].map(({ id }: { id: string }) => id)).toEqual(ids);
    expect([one.pageInfo.hasNextPage, two.pageInfo.hasNextPage]).toEqual([true, false]);
    await ana.data(read, { input: { ids: [ids[1]] } });
    expect((await notifications({ filter: { unread: true } })).notifications.nodes).toHaveLength(4);
    expect((await notifications({ filter: { unread: false } })).notifications.nodes[0].id).toBe(ids[1]);
    expect((await notifications({ filter: { kinds: ['ALERT'] } })).notifications.nodes).toEqual([]);
  });

  test('costs the same number of statements for many as for few', async () => {
    await told(2);
    const few = await graph.countQueries(() => notifications());
    await told(8);
    const many = await graph.countQueries(() => notifications());
    expect(many.result.notifications.nodes).toHaveLength(10);
    expect(many.count).toBe(few.count);
  });

  test('is marked as read by ids, all or none, and by instant', async () => {
    const ids = await told(4);
    const foreign = await graph.person();
    const wrong = (await ana.data(read, { input: { ids: [ids[0], newId('notification')] } })).markNotificationsRead;
    expect(wrong.errors).toEqual([{ code: 'NOT_FOUND', path: ['ids', '1'] }]);
    expect((await foreign.data(read, { input: { ids: [ids[0]] } })).markNotificationsRead.errors[0].code).toBe(
      'NOT_FOUND',
    );
    expect((await notifications()).unreadNotificationCount).toBe(4);
    const some = (await ana.data(read, { input: { ids: [ids[3], ids[3]] } })).markNotificationsRead;
    expect(some).toMatchObject({ count: 1, unreadNotificationCount: 3, errors: [] });
    const again = (await ana.data(read, { input: { ids: [ids[3]] } })).markNotificationsRead;
    expect(again).toMatchObject({ count: 0, notifications: [{ id: ids[3], version: 2 }] });
    const until = (await ana.data(read, { input: { before: '2026-03-10T12:01:30Z' } })).markNotificationsRead;
    expect(until).toMatchObject({ count: 1, unreadNotificationCount: 2 });
    const all = (await ana.data(read, { input: { before: '2199-01-01T00:00:00Z' } })).markNotificationsRead;
    expect(all).toMatchObject({ count: 2, unreadNotificationCount: 0 });
  });

  test('leaves out what is snoozed until then, and has it back on top and unread', async () => {
    const [, older] = await told(2);
    await ana.data(read, { input: { ids: [older] } });
    const until = '2026-03-10T14:00:00.000Z';
    const answer = (await ana.data(snooze, { input: { id: older, until } })).snoozeNotification;
    expect(answer).toEqual({ notification: { id: older, snoozedUntil: until, readAt: null }, errors: [] });
    expect(await notifications()).toMatchObject({ unreadNotificationCount: 1, notifications: { nodes: [{}] } });
    expect((await notifications({ filter: { includeWaiting: true } })).notifications.nodes).toHaveLength(2);
    graph.clock.set(until);
    const back = await notifications();
    expect(back.unreadNotificationCount).toBe(2);
    expect(back.notifications.nodes[0].id).toBe(older);
  });

  test('loses what is deleted', async () => {
    const [id] = await told(1);
    const remove =
      'mutation ($id: ID!) { deleteNotification(input: { id: $id }) { notificationId errors { code path } } }';
    expect((await ana.data(remove, { id })).deleteNotification).toEqual({ notificationId: id, errors: [] });
    expect((await ana.data(remove, { id })).deleteNotification.errors).toEqual([{ code: 'NOT_FOUND', path: ['id'] }]);
    expect((await notifications()).notifications.nodes).toEqual([]);
  });

  test.each([
    ['neither ids nor instant', read, {}, 'INVALID', []],
    ['both', read, { ids: [], before: testTime }, 'INVALID', []],
    ['no ids', read, { ids: [] }, 'REQUIRED', ['ids']],
    ['10,000 ids', read, { ids: Array(10_000).fill('notification_1') }, 'LIMIT', ['ids']],
    ['a snooze into the past', snooze, { id: 'x', until: testTime }, 'INVALID', ['until']],
    ['a snooze for a century', snooze, { id: 'x', until: '2126-01-01T00:00:00Z' }, 'INVALID', ['until']],
    ['a snooze of nothing', snooze, { id: 'x', until: '2026-03-11T00:00:00Z' }, 'NOT_FOUND', ['id']],
    [
      'a kind twice',
      settings,
      { preferences: [1, 2].map(() => ({ kind: 'ALERT', inApp: true })) },
      'INVALID',
      ['preferences'],
    ],
    ['no clock time', settings, { quietHours: { from: '24:00', to: '07:00' } }, 'INVALID', ['quietHours', 'from']],
    ['a whole day of quiet', settings, { quietHours: { from: '07:00', to: '07:00' } }, 'INVALID', ['quietHours', 'to']],
    ['another version', settings, { quietHours: null, expectedVersion: 3 }, 'CONFLICT', ['expectedVersion']],
  ])('%s is refused', async (_, document, input, code, path) => {
    const [payload] = Object.values(await ana.data(document, { input }));
    expect(payload.errors).toEqual([{ code, path }]);
    expect(await graph.db.event.count({ where: { userId: ana.userId } })).toBe(0);
  });
});

describe('notification settings', () => {
  test('are everything on and never quiet until set, and count their versions', async () => {
    const query = '{ viewer { notificationSettings { version preferences { kind inApp } quietHours { from } } } }';
    const initial = (await ana.data(query)).viewer.notificationSettings;
    expect(initial).toMatchObject({ version: 0, quietHours: null });
    expect(initial.preferences.map(({ inApp }: { inApp: boolean }) => inApp)).toEqual([true, true, true, true]);
    const quietHours = { from: '22:00', to: '07:00', exceptKinds: ['ALERT', 'REMINDER'] };
    const first = (await ana.data(settings, { input: { quietHours } })).updateNotificationSettings;
    expect(first.notificationSettings).toMatchObject({ version: 1, quietHours });
    const input = { preferences: [{ kind: 'INSIGHT', inApp: false }], expectedVersion: 1 };
    const second = (await ana.data(settings, { input })).updateNotificationSettings.notificationSettings;
    expect(second).toMatchObject({ version: 2, quietHours });
    expect(second.preferences).toContainEqual({ kind: 'INSIGHT', inApp: false });
    const none = (await ana.data(settings, { input: { quietHours: null } })).updateNotificationSettings;
    expect(none.notificationSettings).toMatchObject({ version: 3, quietHours: null });
  });

  test('quiet hours may lie over midnight; their end is no longer quiet', () => {
    const night = { from: '22:00', to: '07:00' };
    expect(['21:59', '22:00', '00:00', '06:59', '07:00'].map((time) => isWithin(night, time))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(['12:59', '13:00', '14:00'].map((time) => isWithin({ from: '13:00', to: '14:00' }, time))).toEqual([
      false,
      true,
      false,
    ]);
  });
});
