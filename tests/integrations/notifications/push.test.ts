import { beforeEach, describe, expect, test } from '@jest/globals';
import { sendDuePushes } from '../../../subgraphs/integrations/notifications/push/deliveries.ts';
import { forgetPushes } from '../../../subgraphs/integrations/notifications/push/forget.ts';
import { planDuePushes } from '../../../subgraphs/integrations/notifications/push/plan.ts';
import type { Person } from '../../support/graph.ts';
import { until } from '../../support/until.ts';
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

beginPushing();
let ana: Person;
let phone: Phone;
beforeEach(async () => {
  graph.clock.advance(60_000);
  ana = await graph.person();
  phone = await phoneOf(ana);
  await calm();
});

/** Another process of the same installation. */
const another = () => ({ ...graph.platform, config: { ...graph.platform.config } });
const work = async (platform = graph.platform) => {
  await planDuePushes(platform);
  await sendDuePushes(platform);
};
const settings = `mutation ($input: UpdateNotificationSettingsInput!) { updateNotificationSettings(input: $input) {
  notificationSettings { pushPreview } errors { code path }
} }`;

describe('a notification is pushed', () => {
  test('to each device in its environment, without a word of what it says', async () => {
    const mac = await phoneOf(ana, { environment: 'SANDBOX' });
    const id = (await tell(ana, { subjectId: 'goal_1' }))!;
    await graph.runJobs();
    expect(production.shown(phone.token)).toHaveLength(1);
    expect(sandbox.shown(mac.token)).toHaveLength(1);
    expect(production.shown(mac.token)).toEqual([]);
    const [request] = production.requests;
    expect(request).toMatchObject({
      topic,
      pushType: 'alert',
      priority: '10',
      collapseId: id,
      expiration: graph.clock.now().getTime() / 1000 + 24 * 3600,
      payload: {
        notificationId: id,
        subjectId: 'goal_1',
        aps: { badge: 1, 'mutable-content': 1, alert: { body: 'Something needs your attention' } },
      },
    });
    expect(JSON.stringify(request!.payload.aps)).not.toMatch(/83\.4|82/);
    expect((await pushesOf(ana, id)).pushes).toMatchObject([
      { device: { id: phone.id }, state: 'SENT', attempts: 1, reason: null, nextAttemptAt: null },
      { device: { id: mac.id }, state: 'SENT' },
    ]);
  });

  test('in its own words where the person lets it, shortened to what Apple takes', async () => {
    await ana.data(settings, { input: { pushPreview: true } });
    await tell(ana, { title: 'Ziel erreicht', body: '🎉'.repeat(4_000) });
    await graph.runJobs();
    const { alert } = production.requests[0]!.payload.aps;
    expect(alert.title).toBe('Ziel erreicht');
    expect([...alert.body]).toHaveLength(500);
    expect(production.shown(phone.token)).toHaveLength(1);
  });

  test('in the place of the one that it replaces', async () => {
    await tell(ana, { collapseKey: 'weight' });
    await graph.runJobs();
    await tell(ana, { collapseKey: 'weight', title: 'Later' });
    await graph.runJobs();
    expect(production.requests).toHaveLength(2);
    expect(production.shown(phone.token)).toHaveLength(1);
  });

  test('once, however many processes work on it', async () => {
    const ids = [];
    for (let i = 0; i < 20; i++) ids.push((await tell(ana))!);
    await Promise.all([work(), work(another()), work(another())]);
    expect(production.requests).toHaveLength(20);
    expect(production.shown(phone.token)).toHaveLength(20);
    for (const id of ids) expect((await pushesOf(ana, id)).pushes).toMatchObject([{ state: 'SENT', attempts: 1 }]);
  });

  test('to nobody but its person', async () => {
    const bob = await graph.person();
    const other = await phoneOf(bob);
    await tell(ana);
    await graph.runJobs();
    expect(production.shown(other.token)).toEqual([]);
  });
});

describe('whatever happens on the way, the device shows it once', () => {
  test.each([
    ['a connection that breaks after Apple has accepted it', 'reset'],
    ['a connection that is given up after Apple has accepted it', 'goaway'],
    ['no answer', 'hang'],
    ['500', { status: 500, reason: 'InternalServerError' }],
    ['503', { status: 503, reason: 'Shutdown' }],
    ['429', { status: 429, reason: 'TooManyRequests' }],
  ] as const)('%s', async (_, fault) => {
    production.faults = [fault];
    const id = (await tell(ana))!;
    await graph.runJobs();
    expect((await pushesOf(ana, id)).pushes).toMatchObject([{ state: 'PENDING', attempts: 1 }]);
    graph.clock.advance(30_000);
    await graph.runJobs();
    expect((await pushesOf(ana, id)).pushes).toMatchObject([{ state: 'SENT', attempts: 2, reason: null }]);
    const [first, second] = production.requests;
    expect(second!.id).toBe(first!.id);
    expect(production.shown(phone.token)).toMatchObject([{ collapseId: id, ids: new Set([first!.id]) }]);
  });

  test('an answer that nobody lived to write down', async () => {
    const id = (await tell(ana))!;
    await graph.runJobs();
    // As the row stands when a process is killed between the answer and its commit.
    const now = graph.clock.now();
    await graph.db.pushDelivery.updateMany({
      where: { userId: ana.userId },
      data: { state: 'PENDING', lease: 'dead', leaseUntil: new Date(now.getTime() + 9_000), nextAttemptAt: now },
    });
    await graph.runJobs();
    expect(production.requests).toHaveLength(1);
    graph.clock.advance(10_000);
    await graph.runJobs();
    expect(production.requests).toHaveLength(2);
    expect(production.shown(phone.token)).toMatchObject([{ ids: new Set([production.requests[0]!.id]) }]);
    expect((await pushesOf(ana, id)).pushes).toMatchObject([{ state: 'SENT' }]);
  });

  test('whoever comes back late has no say', async () => {
    production.faults = ['hang'];
    const id = (await tell(ana))!;
    const late = work();
    await until('the first one hangs', () => production.requests.length === 1);
    graph.clock.advance(11_000);
    await work(another());
    await late;
    expect((await pushesOf(ana, id)).pushes).toMatchObject([{ state: 'SENT', attempts: 2 }]);
    expect(production.shown(phone.token)).toHaveLength(1);
  });

  test('a slow environment does not hold up the other', async () => {
    const mac = await phoneOf(ana, { environment: 'SANDBOX' });
    production.mode = 'hang';
    await tell(ana);
    await graph.runJobs();
    expect(sandbox.shown(mac.token)).toHaveLength(1);
    expect(production.shown(phone.token)).toEqual([]);
  });

  test('Apple says how long to wait', async () => {
    production.faults = [{ status: 429, reason: 'TooManyRequests', retryAfter: 300 }];
    const id = (await tell(ana))!;
    await graph.runJobs();
    const next = new Date(graph.clock.now().getTime() + 300_000).toISOString();
    expect((await pushesOf(ana, id)).pushes).toMatchObject([
      { state: 'PENDING', reason: 'TooManyRequests', nextAttemptAt: next },
    ]);
  });

  test('what can never be sent is not tried again', async () => {
    production.faults = [{ status: 400, reason: 'BadTopic' }];
    const id = (await tell(ana))!;
    await graph.runJobs();
    graph.clock.advance(3_600_000);
    await graph.runJobs();
    expect((await pushesOf(ana, id)).pushes).toMatchObject([
      { state: 'FAILED', reason: 'BadTopic', nextAttemptAt: null },
    ]);
    expect(production.requests).toHaveLength(1);
  });

  test('what nobody needs any more is not sent late', async () => {
    production.mode = { status: 503, reason: 'ServiceUnavailable' };
    const id = (await tell(ana, { kind: 'REMINDER' }))!;
    await graph.runJobs();
    production.mode = null;
    graph.clock.advance(4 * 3_600_000);
    await graph.runJobs();
    expect((await pushesOf(ana, id)).pushes).toMatchObject([{ state: 'SUPPRESSED', reason: 'EXPIRED' }]);
    expect(production.shown(phone.token)).toEqual([]);
  });

  test('what became of it is forgotten after three months, unless it is still to be sent', async () => {
    await tell(ana);
    await graph.runJobs();
    production.faults = [{ status: 503, reason: 'ServiceUnavailable' }];
    const open = (await tell(ana))!;
    await graph.runJobs();
    const ninety = new Date(graph.clock.now().getTime() - 91 * 24 * 3_600_000);
    await graph.db.pushDelivery.updateMany({ where: { userId: ana.userId }, data: { createdAt: ninety } });
    await forgetPushes(graph.platform);
    const left = await graph.db.pushDelivery.findMany({ where: { userId: ana.userId } });
    expect(left).toMatchObject([{ notificationId: open, state: 'PENDING' }]);
  });
});
