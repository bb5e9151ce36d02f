import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { startGraph, type TestGraph } from '../support/graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({ env: { ENCRYPTION_KEY: randomBytes(32).toString('hex') } });
}, 60_000);
afterAll(() => graph.stop());

const register = `mutation ($input: RegisterDeviceInput!) {
  registerDevice(input: $input) {
    device { id name platform appVersion pushEnabled pushEnvironment version lastSeenAt } errors { code path }
  }
}`;
const remove = 'mutation ($id: ID!) { removeDevice(input: { id: $id }) { id errors { code path } } }';
const list = '{ viewer { devices { id name pushEnabled version } } }';
const id = () => newId('device', graph.clock.now());
const token = () => randomBytes(32).toString('hex');
const types = async (userId: string) =>
  (await graph.db.event.findMany({ where: { userId }, orderBy: { seq: 'asc' } })).map(({ type }) => type);

describe('devices', () => {
  test('are registered, brought up to date, and unchanged when nothing is new', async () => {
    const ana = await graph.person();
    const input = {
      id: id(),
      name: 'Phone',
      platform: 'IOS',
      appVersion: '1.0',
      pushToken: token(),
      pushEnvironment: 'SANDBOX',
    };
    const save = async (more = {}) => (await ana.data(register, { input: { ...input, ...more } })).registerDevice;
    expect(await save()).toMatchObject({
      errors: [],
      device: {
        id: input.id,
        name: 'Phone',
        platform: 'IOS',
        pushEnabled: true,
        pushEnvironment: 'SANDBOX',
        version: 1,
      },
    });
    graph.clock.advance(1_000);
    expect((await save()).device).toMatchObject({ version: 1, lastSeenAt: graph.clock.now().toISOString() });
    expect((await save({ pushToken: input.pushToken.toUpperCase() })).device.version).toBe(1);
    expect((await save({ appVersion: '1.1' })).device).toMatchObject({ version: 2, appVersion: '1.1' });
    const silent = await save({ appVersion: '1.1', pushToken: null, pushEnvironment: null });
    expect(silent.device).toMatchObject({ version: 3, pushEnabled: false, pushEnvironment: null });
    expect(await types(ana.userId)).toEqual(['device.registered', 'device.updated', 'device.updated']);
  });

  test('say since when their push token is alive', async () => {
    const ana = await graph.person();
    const input = { id: id(), name: 'Phone', platform: 'IOS', pushToken: token(), pushEnvironment: 'PRODUCTION' };
    await ana.data(register, { input });
    graph.clock.advance(60_000);
    await ana.data(register, { input });
    const row = await graph.db.device.findFirstOrThrow({ where: { id: input.id } });
    expect(row.pushRegisteredAt).toEqual(graph.clock.now());
  });

  test('give up their push token to whoever registers it later', async () => {
    const ana = await graph.person();
    const ben = await graph.person();
    const input = {
      id: id(),
      name: 'Shared iPad',
      platform: 'IPADOS',
      pushToken: token(),
      pushEnvironment: 'PRODUCTION',
    };
    await ana.data(register, { input });
    // The same iPad with another person: the app keeps its id.
    expect((await ben.data(register, { input })).registerDevice.errors).toEqual([]);
    expect((await ana.data(list)).viewer.devices).toMatchObject([{ id: input.id, pushEnabled: false, version: 2 }]);
    expect((await ben.data(list)).viewer.devices).toMatchObject([{ id: input.id, pushEnabled: true, version: 1 }]);
    expect(await types(ana.userId)).toEqual(['device.registered', 'device.updated']);
    // And back again: what was given up is registered anew.
    expect((await ana.data(register, { input })).registerDevice.device.pushEnabled).toBe(true);
    expect((await ben.data(list)).viewer.devices[0].pushEnabled).toBe(false);
  });

  test('registered at once many times are one', async () => {
    const ana = await graph.person();
    const input = { id: id(), name: 'Mac', platform: 'MACOS', pushToken: token(), pushEnvironment: 'PRODUCTION' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => ana.data(register, { input })));
    expect(answers.every(({ registerDevice }) => registerDevice.errors.length === 0)).toBe(true);
    expect((await ana.data(list)).viewer.devices).toHaveLength(1);
  });

  test('are removed by their owner alone', async () => {
    const ana = await graph.person();
    const ben = await graph.person();
    const input = { id: id(), name: 'Watch', platform: 'WATCHOS' };
    await ana.data(register, { input });
    const foreign = (await ben.data(remove, { id: input.id })).removeDevice;
    expect(foreign).toEqual({ id: null, errors: [{ code: 'NOT_FOUND', path: ['id'] }] });
    expect((await ben.data(remove, { id: id() })).removeDevice).toEqual(foreign);
    expect((await ana.data(remove, { id: input.id })).removeDevice).toEqual({ id: input.id, errors: [] });
    expect((await ana.data(list)).viewer.devices).toEqual([]);
    expect((await ana.data(remove, { id: input.id })).removeDevice).toEqual(foreign);
    expect(await types(ana.userId)).toEqual(['device.registered', 'device.removed']);
  });

  test.each([
    ['an id of another kind', { id: 'goal_00000000000000000000000000000001' }, 'INVALID', ['id']],
    ['an empty id', { id: '' }, 'INVALID', ['id']],
    ['no name', { name: ' ' }, 'INVALID', ['name']],
    ['a name of a megabyte', { name: 'x'.repeat(1_000_000) }, 'LIMIT', ['name']],
    ['NUL in its name', { name: 'a\0b' }, 'INVALID', ['name']],
    ['a long version', { appVersion: 'x'.repeat(51) }, 'LIMIT', ['appVersion']],
    [
      'a push token that is not hexadecimal',
      { pushToken: 'z'.repeat(64), pushEnvironment: 'SANDBOX' },
      'INVALID',
      ['pushToken'],
    ],
    ['an empty push token', { pushToken: '', pushEnvironment: 'SANDBOX' }, 'INVALID', ['pushToken']],
    [
      'a push token of a megabyte',
      { pushToken: 'a'.repeat(1_000_000), pushEnvironment: 'SANDBOX' },
      'INVALID',
      ['pushToken'],
    ],
    ['a push token without environment', { pushToken: 'a'.repeat(64) }, 'REQUIRED', ['pushEnvironment']],
  ])('with %s are refused', async (_, change, code, path) => {
    const ana = await graph.person();
    const input = { id: id(), name: 'x', platform: 'OTHER', ...change };
    expect((await ana.data(register, { input })).registerDevice).toEqual({ device: null, errors: [{ code, path }] });
    expect((await ana.data(list)).viewer.devices).toEqual([]);
  });

  test('are at most fifty', async () => {
    const ana = await graph.person();
    for (let n = 0; n < 50; n++) await ana.data(register, { input: { id: id(), name: `${n}`, platform: 'OTHER' } });
    const input = { id: id(), name: 'one more', platform: 'OTHER' };
    expect((await ana.data(register, { input })).registerDevice.errors).toEqual([{ code: 'LIMIT', path: ['id'] }]);
  }, 20_000);

  test('of a sign-in are known afterwards and keep their push token at the next', async () => {
    const device = { id: id(), name: 'Phone', platform: 'IOS' };
    const document = `mutation ($device: SignInDeviceInput) {
      signInForDevelopment(input: { email: "device@example.com", device: $device }) { user { id } errors { code } }
    }`;
    const signIn = async (more = {}) =>
      (await graph.as(null).data(document, { device: { ...device, ...more } })).signInForDevelopment.user.id;
    const userId = await signIn();
    const { viewer } = await graph.person();
    const ana = graph.as({ ...viewer, userId });
    await ana.data(register, { input: { ...device, pushToken: token(), pushEnvironment: 'SANDBOX' } });
    expect(await signIn({ name: 'New name' })).toBe(userId);
    expect((await ana.data(list)).viewer.devices).toEqual([
      { id: device.id, name: 'New name', pushEnabled: true, version: 3 },
    ]);
  });
});
