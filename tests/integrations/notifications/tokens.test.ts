import { beforeEach, describe, expect, test } from '@jest/globals';
import { sendDuePushes } from '../../../subgraphs/integrations/notifications/push/deliveries.ts';
import { planDuePushes } from '../../../subgraphs/integrations/notifications/push/plan.ts';
import type { Person } from '../../support/graph.ts';
import { beginPushing, calm, graph, type Phone, phoneOf, production, pushesOf, tell } from './pushing.ts';

beginPushing();
let ana: Person;
let phone: Phone;
beforeEach(async () => {
  graph.clock.advance(3 * 3_600_000);
  ana = await graph.person();
  phone = await phoneOf(ana);
  await calm();
  production.bearers.clear();
});

const push = async () => {
  const id = (await tell(ana))!;
  await graph.runJobs();
  return (await pushesOf(ana, id)).pushes[0];
};
const device = async (id = phone.id) => graph.db.device.findFirstOrThrow({ where: { userId: ana.userId, id } });

describe('the token by which Apple knows us', () => {
  test('is used for three quarters of an hour, by all processes', async () => {
    for (let minutes = 0; minutes < 44; minutes += 11) {
      await tell(ana);
      // A process that has just begun.
      const fresh = { ...graph.platform, config: { ...graph.platform.config } };
      await planDuePushes(fresh);
      await sendDuePushes(fresh);
      graph.clock.advance(11 * 60_000);
    }
    expect(production.shown(phone.token)).toHaveLength(4);
    expect(production.bearers.size).toBe(1);
    graph.clock.advance(60_000);
    expect(await push()).toMatchObject({ state: 'SENT' });
    expect(production.bearers.size).toBe(2);
    const { sealedToken } = await graph.db.pushProviderToken.findFirstOrThrow();
    for (const bearer of production.bearers.keys()) expect(sealedToken).not.toContain(bearer);
  });

  test('is made anew when Apple calls it expired, but not too soon', async () => {
    expect(await push()).toMatchObject({ state: 'SENT' });
    production.faults = [{ status: 403, reason: 'ExpiredProviderToken' }];
    expect(await push()).toMatchObject({ state: 'PENDING', reason: 'ExpiredProviderToken' });
    expect(production.bearers.size).toBe(1);
    graph.clock.advance(21 * 60_000);
    await graph.runJobs();
    production.faults = [{ status: 403, reason: 'ExpiredProviderToken' }];
    expect(await push()).toMatchObject({ state: 'SENT', attempts: 1 });
    expect(production.bearers.size).toBe(2);
  });

  test.each(['InvalidProviderToken', 'BadCertificateEnvironment'])(
    'is waited for when Apple says %s',
    async (reason) => {
      production.faults = [{ status: 403, reason }];
      expect(await push()).toMatchObject({ state: 'PENDING', reason });
      expect((await device()).pushToken).toBe(phone.token);
    },
  );
});

describe('the token of a device', () => {
  test('is dropped when Apple says that it is dead, with the reason why', async () => {
    graph.clock.advance(60_000);
    production.gone.set(phone.token, graph.clock.now());
    expect(await push()).toMatchObject({ state: 'FAILED', reason: 'Unregistered' });
    await graph.settle();
    expect(await device()).toMatchObject({
      pushToken: null,
      pushEnvironment: null,
      pushRegisteredAt: null,
      version: 2,
    });
    const log = await graph.db.event.findMany({ where: { userId: ana.userId }, orderBy: { seq: 'asc' } });
    const [told, rejected, updated] = ['notification.created', 'push.rejected', 'device.updated'].map(
      (type) => log.find((event) => event.type === type)!,
    ) as [any, any, any];
    expect(rejected).toMatchObject({ subjectId: phone.id, causationId: told.id, actorKind: 'system' });
    expect(updated).toMatchObject({ subjectId: phone.id, causationId: rejected.id, actorKind: 'system' });
    expect(JSON.stringify(log.map(({ data }) => data))).not.toContain(phone.token);
    const entry = await graph.db.auditEntry.findFirst({
      where: { userId: ana.userId, action: 'device.pushTokenDropped' },
    });
    expect(entry).toMatchObject({ subjectId: phone.id, detail: { reason: 'Unregistered' }, causationId: rejected.id });
    const id = (await tell(ana))!;
    await graph.runJobs();
    expect(await pushesOf(ana, id)).toEqual({ pushNone: 'NO_DEVICE', pushes: [] });
  });

  test('stays when the app has registered it anew since then', async () => {
    production.gone.set(phone.token, graph.clock.now());
    graph.clock.advance(60_000);
    await phoneOf(ana, phone);
    expect(await push()).toMatchObject({ state: 'PENDING', reason: 'Unregistered' });
    await graph.settle();
    expect((await device()).pushToken).toBe(phone.token);
    production.gone.clear();
    graph.clock.advance(60_000);
    await graph.runJobs();
    expect(production.shown(phone.token)).toHaveLength(1);
  });

  test('stays when the app registers it anew before the rejection is acted on', async () => {
    graph.clock.advance(60_000);
    production.gone.set(phone.token, graph.clock.now());
    const rejected = push();
    await rejected;
    graph.clock.advance(1_000);
    const anew = await phoneOf(ana, { id: phone.id });
    await graph.settle();
    expect((await device()).pushToken).toBe(anew.token);
  });

  test('is dropped when it belongs to the other environment', async () => {
    production.unknown.add(phone.token);
    expect(await push()).toMatchObject({ state: 'FAILED', reason: 'BadDeviceToken' });
    await graph.settle();
    expect((await device()).pushToken).toBeNull();
  });
});

describe('a test', () => {
  const sendTest = `mutation { sendTestNotification {
    notification { id title pushNone } devices { device { id name } push { state reason } explanation } errors { code }
  } }`;

  test('says of each device what became of it, in quiet hours too', async () => {
    const input = { quietHours: { from: '00:00', to: '23:59', exceptKinds: [] } };
    const change = `mutation ($input: UpdateNotificationSettingsInput!) {
      updateNotificationSettings(input: $input) { errors { code } } }`;
    await ana.data(change, { input });
    const [dead, mute] = [await phoneOf(ana), await phoneOf(ana)];
    production.unknown.add(dead.token);
    await graph.db.device.updateMany({ where: { userId: ana.userId, id: mute.id }, data: { pushToken: null } });
    const { devices, notification, errors } = (await ana.data(sendTest)).sendTestNotification;
    expect(errors).toEqual([]);
    expect(notification).toMatchObject({ title: 'A test', pushNone: null });
    const of = Object.fromEntries(devices.map((one: any) => [one.device.id, one]));
    expect(of[phone.id]).toMatchObject({ push: { state: 'SENT' }, explanation: expect.stringMatching(/accepted/) });
    expect(of[dead.id]).toMatchObject({
      push: { state: 'FAILED' },
      explanation: expect.stringMatching(/register it anew/),
    });
    expect(of[mute.id]).toMatchObject({ push: null, explanation: expect.stringMatching(/not allowed/) });
    expect(production.shown(phone.token)).toHaveLength(1);
  });
});
