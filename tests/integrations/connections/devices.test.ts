import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../../support/graph.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
}, 60_000);
afterAll(() => graph.stop());

const connect = `mutation ($input: ConnectDeviceProviderInput!) {
  connectDeviceProvider(input: $input) {
    connection { id label status settings version provider { id name kind } log { nodes { kind } } }
    errors { code path }
  }
}`;
const update = `mutation ($input: UpdateConnectionInput!) {
  updateConnection(input: $input) {
    connection { id label status settings version log { nodes { kind } } }
    errors { code path }
  }
}`;
const end = 'mutation ($id: ID!) { disconnect(input: { id: $id }) { connectionId errors { code path } } }';
const list = '{ viewer { connections { nodes { id label status } } } }';

describe('connections', () => {
  test('the catalogue says what each provider brings and which can be connected here', async () => {
    ana = await graph.person();
    const { integrationProviders } = await ana.data(
      '{ integrationProviders { id name kind data available unavailableReason settings { name description } } }',
    );
    expect(integrationProviders).toHaveLength(11);
    for (const provider of integrationProviders) {
      // Devices need nothing of the installation, and services that call are given an address.
      expect(provider.available).toBe(provider.kind !== 'OAUTH');
      expect(provider.unavailableReason === null).toBe(provider.available);
    }
    expect((await graph.as(null).run('{ integrationProviders { id } }')).errors?.[0]?.extensions?.code).toBe(
      'UNAUTHENTICATED',
    );
  });

  test('a device provider is connected, paused, resumed, renamed and disconnected, with a log', async () => {
    ana = await graph.person();
    const settings = { types: ['stepCount'] };
    const { connection, errors } = (await ana.data(connect, { input: { provider: 'APPLE_HEALTH', settings } }))
      .connectDeviceProvider;
    expect(errors).toEqual([]);
    expect(connection).toMatchObject({ label: 'Apple Health', status: 'ACTIVE', settings, version: 1 });
    const { id } = connection;
    const paused = (await ana.data(update, { input: { id, paused: true, label: 'My phone' } })).updateConnection;
    expect(paused.connection).toMatchObject({ status: 'PAUSED', label: 'My phone', version: 2 });
    const again = (await ana.data(update, { input: { id, paused: true } })).updateConnection;
    expect(again.connection.version).toBe(2);
    graph.clock.advance(1000);
    const resumed = (await ana.data(update, { input: { id, paused: false } })).updateConnection;
    expect(resumed.connection.log.nodes[0].kind).toBe('RESUMED');
    expect(resumed.connection.log.nodes.map((entry: { kind: string }) => entry.kind).sort()).toEqual([
      'CONNECTED',
      'PAUSED',
      'RESUMED',
    ]);
    expect((await ana.data(end, { id })).disconnect).toEqual({ connectionId: id, errors: [] });
    expect((await ana.data(end, { id })).disconnect.errors).toEqual([{ code: 'NOT_FOUND', path: ['id'] }]);
    expect((await ana.data(list)).viewer.connections.nodes).toEqual([]);
    expect(await graph.db.connectionLogEntry.count({ where: { userId: ana.userId } })).toBe(0);
    const types = await graph.db.event.findMany({ where: { userId: ana.userId }, orderBy: { seq: 'asc' } });
    expect(types.map(({ type }) => type)).toEqual([
      'connection.created',
      'connection.updated',
      'connection.updated',
      'connection.deleted',
    ]);
  });

  test('the same id twice is one connection; with other input it is a conflict', async () => {
    ana = await graph.person();
    const id = newId('connection');
    const input = { id, provider: 'APPLE_CALENDAR', label: 'Calendar' };
    const [first, second] = await Promise.all([ana.data(connect, { input }), ana.data(connect, { input })]);
    expect(first.connectDeviceProvider.errors).toEqual([]);
    expect(second.connectDeviceProvider.connection.id).toBe(id);
    const other = (await ana.data(connect, { input: { ...input, label: 'Other' } })).connectDeviceProvider;
    expect(other).toEqual({ connection: null, errors: [{ code: 'CONFLICT', path: ['id'] }] });
    expect(await graph.db.event.count({ where: { userId: ana.userId } })).toBe(1);
  });

  test('a provider is connected once a device', async () => {
    ana = await graph.person();
    await ana.data(connect, { input: { provider: 'APPLE_REMINDERS' } });
    const twice = (await ana.data(connect, { input: { provider: 'APPLE_REMINDERS' } })).connectDeviceProvider;
    expect(twice.errors).toEqual([{ code: 'TAKEN', path: ['provider'] }]);
  });

  test('a change based on an old version is a conflict that shows the current one', async () => {
    ana = await graph.person();
    const { connection } = (await ana.data(connect, { input: { provider: 'APPLE_HEALTH' } })).connectDeviceProvider;
    await ana.data(update, { input: { id: connection.id, label: 'A' } });
    const late = (await ana.data(update, { input: { id: connection.id, label: 'B', expectedVersion: 1 } }))
      .updateConnection;
    expect(late.errors).toEqual([{ code: 'CONFLICT', path: ['expectedVersion'] }]);
    expect(late.connection).toMatchObject({ label: 'A', version: 2 });
  });

  test.each([
    ['a provider without a device', { provider: 'GMAIL' }, 'INVALID', ['provider']],
    ['a malformed id', { id: 'connection_1', provider: 'APPLE_HEALTH' }, 'INVALID', ['id']],
    ['an empty label', { provider: 'APPLE_HEALTH', label: ' ' }, 'INVALID', ['label']],
    ['a label of 1 MB', { provider: 'APPLE_HEALTH', label: 'x'.repeat(1_000_000) }, 'LIMIT', ['label']],
    ['NUL', { provider: 'APPLE_HEALTH', label: 'a\0b' }, 'INVALID', ['label']],
    ['a missing device', { provider: 'APPLE_HEALTH', deviceId: newId('device') }, 'NOT_FOUND', ['deviceId']],
    ['an unknown setting', { provider: 'APPLE_HEALTH', settings: { x: 1 } }, 'INVALID', ['settings']],
    ['settings of a wrong type', { provider: 'APPLE_HEALTH', settings: [] }, 'INVALID', ['settings']],
    ['a wrong setting', { provider: 'APPLE_HEALTH', settings: { types: 'a' } }, 'INVALID', ['settings', 'types']],
    ['huge settings', { provider: 'APPLE_HEALTH', settings: { types: ['x'.repeat(20_000)] } }, 'LIMIT', ['settings']],
    [
      'half a character',
      { provider: 'APPLE_HEALTH', settings: { types: ['\ud800'] } },
      'INVALID',
      ['settings', 'types', '0'],
    ],
    ['NUL in a name', { provider: 'APPLE_HEALTH', settings: { 'a\0': [] } }, 'INVALID', ['settings']],
  ])('%s is refused and stores nothing', async (_, input, code, path) => {
    ana = await graph.person();
    const { connection, errors } = (await ana.data(connect, { input })).connectDeviceProvider;
    expect(connection).toBeNull();
    expect(errors).toEqual([{ code, path }]);
    expect(await graph.db.connection.count({ where: { userId: ana.userId } })).toBe(0);
    expect(await graph.db.event.count({ where: { userId: ana.userId } })).toBe(0);
  });
});
