import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Person } from '../../support/graph.ts';
import {
  beginPushing,
  calm,
  graph,
  type Phone,
  phoneOf,
  production,
  pushesOf,
  sandbox,
  tell,
  topic,
} from './pushing.ts';

beginPushing('2026-03-20T12:00:00.000Z');
let ana: Person;
let phone: Phone;
beforeEach(async () => {
  await calm();
  ana = await graph.person();
  phone = await phoneOf(ana);
});

const settings = `mutation ($input: UpdateNotificationSettingsInput!) { updateNotificationSettings(input: $input) {
  notificationSettings { preferences { kind inApp push digest } digestAt pushPreview } errors { code path }
} }`;
const change = async (input: object) => (await ana.data(settings, { input })).updateNotificationSettings;
const night = { quietHours: { from: '22:00', to: '07:00', exceptKinds: [] } };
const hour = 3_600_000;
const at = async (time: string) => {
  graph.clock.set(time);
  await graph.runJobs();
  await graph.settle();
};
const shown = () => production.shown(phone.token);
const list = async () =>
  (await ana.data('{ viewer { unreadNotificationCount notifications { nodes { id kind title body readAt quiet } } } }'))
    .viewer;

describe('quiet hours', () => {
  test.each([
    ['in winter', '2026-03-20T22:00:00Z', '2026-03-21T05:59:59Z', '2026-03-21T06:00:00Z'],
    ['in the night that has 23 hours', '2026-03-28T22:00:00Z', '2026-03-29T04:59:59Z', '2026-03-29T05:00:00Z'],
    ['in the night that has 25 hours', '2026-10-24T21:00:00Z', '2026-10-25T05:59:59Z', '2026-10-25T06:00:00Z'],
  ])('hold pushes back until they end on the clock of the person, %s', async (_, inside, still, end) => {
    graph.clock.set(inside);
    await change(night);
    const id = (await tell(ana))!;
    await graph.runJobs();
    expect((await pushesOf(ana, id)).pushes).toMatchObject([
      { state: 'PENDING', reason: 'QUIET_HOURS', attempts: 0, nextAttemptAt: new Date(end).toISOString() },
    ]);
    expect((await list()).notifications.nodes).toMatchObject([{ id, quiet: true }]);
    await at(still);
    expect(shown()).toEqual([]);
    await at(end);
    expect(shown()).toHaveLength(1);
  });

  test('may end at a time that the clocks jump over', async () => {
    graph.clock.set('2026-03-29T00:30:00Z');
    await change({ quietHours: { from: '22:00', to: '02:30', exceptKinds: [] } });
    await tell(ana);
    await graph.runJobs();
    expect(shown()).toEqual([]);
    await at('2026-03-29T01:30:00Z');
    expect(shown()).toHaveLength(1);
  });

  test('spare the kinds that may interrupt', async () => {
    graph.clock.set('2026-11-01T23:00:00Z');
    await change({ quietHours: { ...night.quietHours, exceptKinds: ['ALERT'] } });
    await tell(ana, { kind: 'INSIGHT' });
    await tell(ana, { kind: 'ALERT' });
    await graph.runJobs();
    expect(shown()).toMatchObject([{ payload: { aps: { category: 'ALERT' } } }]);
  });

  test('drop a reminder that is of no use in the morning', async () => {
    graph.clock.set('2026-11-02T22:00:00Z');
    await change(night);
    const id = (await tell(ana, { kind: 'REMINDER' }))!;
    await graph.runJobs();
    expect((await pushesOf(ana, id)).pushes).toMatchObject([{ state: 'SUPPRESSED', reason: 'QUIET_HOURS' }]);
    await at('2026-11-03T08:00:00Z');
    expect(shown()).toEqual([]);
  });

  test('that are lifted let go what they held', async () => {
    graph.clock.set('2026-11-03T22:00:00Z');
    await change(night);
    await tell(ana);
    await graph.runJobs();
    await change({ quietHours: null });
    await graph.runJobs();
    expect(shown()).toHaveLength(1);
  });

  test('begin while a push is tried again', async () => {
    graph.clock.set('2026-11-04T20:59:50Z');
    await change(night);
    production.faults = [{ status: 503, reason: 'ServiceUnavailable' }];
    await tell(ana);
    await graph.runJobs();
    await at('2026-11-04T21:00:00Z');
    expect(shown()).toEqual([]);
    await at('2026-11-05T06:00:00Z');
    expect(shown()).toHaveLength(1);
  });

  test('follow the person to another time zone', async () => {
    graph.clock.set('2026-11-05T22:00:00Z');
    await change(night);
    await tell(ana);
    await graph.runJobs();
    const move = `mutation { updateProfile(input: { timeZone: "America/New_York" }) { errors { code } } }`;
    expect((await ana.data(move)).updateProfile.errors).toEqual([]);
    await graph.settle();
    await graph.runJobs();
    expect(shown()).toHaveLength(1);
  });
});

describe('a notification', () => {
  const snooze = `mutation ($id: ID!, $until: DateTime!) { snoozeNotification(input: { id: $id, until: $until }) {
    notification { readAt } errors { code }
  } }`;
  const read = `mutation ($ids: [ID!]) { markNotificationsRead(input: { ids: $ids }) { count } }`;

  test('that was snoozed comes back unread, and is pushed once more', async () => {
    graph.clock.set('2026-11-06T12:00:00Z');
    const id = (await tell(ana))!;
    await graph.runJobs();
    const until = new Date(graph.clock.now().getTime() + hour);
    await ana.data(snooze, { id, until: until.toISOString() });
    graph.clock.advance(hour - 1);
    await graph.runJobs();
    expect(production.requests).toHaveLength(1);
    expect((await list()).unreadNotificationCount).toBe(0);
    await at(until.toISOString());
    await at('2026-11-06T13:00:30Z');
    expect(production.requests).toHaveLength(2);
    expect(shown()).toMatchObject([{ collapseId: id, ids: { size: 2 } }]);
    expect((await list()).unreadNotificationCount).toBe(1);
    expect((await pushesOf(ana, id)).pushes).toMatchObject([
      { round: 1, state: 'SENT' },
      { round: 2, state: 'SENT' },
    ]);
  });

  test('that is snoozed before its push is sent is not pushed until then', async () => {
    graph.clock.set('2026-11-06T14:00:00Z');
    production.faults = [{ status: 503, reason: 'ServiceUnavailable' }];
    const id = (await tell(ana))!;
    await graph.runJobs();
    await ana.data(snooze, { id, until: '2026-11-06T18:00:00Z' });
    await at('2026-11-06T15:00:00Z');
    expect(shown()).toEqual([]);
    expect((await pushesOf(ana, id)).pushes).toMatchObject([{ round: 1, state: 'SUPPRESSED', reason: 'SNOOZED' }]);
    await at('2026-11-06T18:00:00Z');
    expect(shown()).toHaveLength(1);
  });

  test('that is read elsewhere meanwhile is not pushed', async () => {
    graph.clock.set('2026-11-07T12:00:00Z');
    const [before, after] = [(await tell(ana))!, (await tell(ana))!];
    await ana.data(read, { ids: [before] });
    production.faults = [{ status: 503, reason: 'ServiceUnavailable' }];
    await graph.runJobs();
    expect(await pushesOf(ana, before)).toEqual({ pushNone: 'READ', pushes: [] });
    await ana.data(read, { ids: [after] });
    await at('2026-11-07T12:01:00Z');
    expect((await pushesOf(ana, after)).pushes).toMatchObject([{ state: 'SUPPRESSED', reason: 'READ' }]);
    expect(shown()).toEqual([]);
  });

  test('that is read on one device leaves the screens of the others, silently and with the new count', async () => {
    graph.clock.set('2026-11-07T18:00:00Z');
    const mac = await phoneOf(ana, { environment: 'SANDBOX' });
    const ids = [(await tell(ana))!, (await tell(ana))!, (await tell(ana))!];
    await graph.runJobs();
    expect(shown()).toHaveLength(3);
    production.requests = [];
    sandbox.requests = [];
    await ana.data(read, { ids: ids.slice(0, 2) });
    await ana.data(read, { ids: ids.slice(0, 2) });
    await Promise.all([graph.runJobs(), graph.runJobs()]);
    const silent = { pushType: 'background', priority: '5', collapseId: undefined, topic };
    const payload = { withdraw: ids.slice(0, 2).sort(), aps: { 'content-available': 1, badge: 1 } };
    expect(production.requests).toMatchObject([{ ...silent, token: phone.token, payload }]);
    expect(sandbox.requests).toMatchObject([{ ...silent, token: mac.token, payload }]);
    expect(shown()).toHaveLength(3);
  });

  test('for later appears and is pushed then, and its person hears of it', async () => {
    graph.clock.set('2026-11-08T12:00:00Z');
    const id = (await tell(ana, { scheduledFor: new Date('2026-11-08T15:00:00Z') }))!;
    await graph.runJobs();
    expect((await list()).notifications.nodes).toEqual([]);
    await at('2026-11-08T15:00:00Z');
    expect((await list()).notifications.nodes).toMatchObject([{ id }]);
    expect(shown()).toHaveLength(1);
    const types = await graph.db.event.findMany({ where: { userId: ana.userId, subjectId: id } });
    expect(types.map(({ type }) => type)).toEqual(['notification.created', 'notification.updated']);
  });

  test('of a kind that is not to be pushed is listed only', async () => {
    graph.clock.set('2026-11-09T12:00:00Z');
    const { notificationSettings } = await change({ preferences: [{ kind: 'INSIGHT', push: false }] });
    expect(notificationSettings.preferences).toContainEqual({
      kind: 'INSIGHT',
      inApp: true,
      push: false,
      digest: false,
    });
    const id = (await tell(ana, { kind: 'INSIGHT' }))!;
    await graph.runJobs();
    expect((await list()).unreadNotificationCount).toBe(1);
    expect(await pushesOf(ana, id)).toEqual({ pushNone: 'CHANNEL_OFF', pushes: [] });
    expect(shown()).toEqual([]);
  });
});

describe('the digest', () => {
  const collect = { preferences: [{ kind: 'INSIGHT', digest: true }], digestAt: '18:30' };

  test('tells once a day what was collected', async () => {
    graph.clock.set('2026-11-10T12:00:00Z');
    await change(collect);
    const id = (await tell(ana, { kind: 'INSIGHT', title: 'One' }))!;
    graph.clock.advance(1_000);
    await tell(ana, { kind: 'INSIGHT', title: 'Two' });
    await at('2026-11-10T17:29:59Z');
    expect(shown()).toEqual([]);
    expect((await pushesOf(ana, id)).pushNone).toBe('DIGEST');
    await at('2026-11-10T17:30:00Z');
    await at('2026-11-10T17:31:00Z');
    const [digest] = (await list()).notifications.nodes;
    expect(digest).toMatchObject({ kind: 'DIGEST', title: '2 pieces of news today', body: 'One\nTwo' });
    expect(shown()).toMatchObject([{ payload: { notificationId: digest.id, aps: { badge: 3 } } }]);
    await at('2026-11-11T17:30:00Z');
    expect(production.requests).toHaveLength(1);
    await tell(ana, { kind: 'INSIGHT', title: 'Three' });
    await at('2026-11-12T17:30:00Z');
    expect(shown()).toHaveLength(1);
    expect(production.requests).toHaveLength(2);
    const digests = (await list()).notifications.nodes.filter(({ kind }: { kind: string }) => kind === 'DIGEST');
    expect(digests).toMatchObject([{ title: 'One piece of news today', body: 'Three' }]);
  });

  test('leaves out what was read meanwhile, and is not made of nothing', async () => {
    graph.clock.set('2026-11-13T12:00:00Z');
    await change(collect);
    const id = (await tell(ana, { kind: 'INSIGHT' }))!;
    await ana.data('mutation ($ids: [ID!]) { markNotificationsRead(input: { ids: $ids }) { count } }', { ids: [id] });
    await at('2026-11-13T17:30:00Z');
    expect(shown()).toEqual([]);
  });

  test('that cannot be told keeps nobody else waiting', async () => {
    graph.clock.set('2026-11-15T12:00:00Z');
    await change(collect);
    await tell(ana, { kind: 'INSIGHT' });
    const other = await graph.person();
    await other.data(settings, { input: { ...collect, digestAt: '18:00' } });
    await graph.db.user.update({ where: { id: other.userId }, data: { timeZone: 'Nowhere/At_All' } });
    await at('2026-11-15T17:30:00Z');
    expect(shown()).toHaveLength(1);
    await graph.db.notificationSettings.delete({ where: { userId: other.userId } });
  });

  test('is one, whatever the number of processes', async () => {
    graph.clock.set('2026-11-14T12:00:00Z');
    await change(collect);
    await tell(ana, { kind: 'INSIGHT' });
    graph.clock.set('2026-11-14T17:30:00Z');
    await Promise.all([graph.runJobs(), graph.runJobs(), graph.runJobs()]);
    expect(production.requests).toHaveLength(1);
  });

  test.each([
    ['no time of day', { digestAt: '25:00' }, ['digestAt']],
    ['a digest of digests', { preferences: [{ kind: 'DIGEST', digest: true }] }, ['preferences', '0', 'kind']],
  ])('%s is refused', async (_, input, path) => {
    expect(await change(input)).toEqual({ notificationSettings: null, errors: [{ code: 'INVALID', path }] });
  });
});
