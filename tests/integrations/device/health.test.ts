import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { ana, beginGraph, bob, graph } from '../../support/begin.ts';

beginGraph({ people: 'EACH_TEST' });

const ingest = `mutation ($input: IngestHealthSamplesInput!) {
  ingestHealthSamples(input: $input) {
    anchor results { outcome errors { code path message } } counts { created updated unchanged deleted rejected }
    connection { lastSyncAt } errors { code path }
  }
}`;
let connectionId: string;
beforeEach(async () => {
  const { connectDeviceProvider } = await ana.data(
    'mutation { connectDeviceProvider(input: { provider: APPLE_HEALTH }) { connection { id } } }',
  );
  connectionId = connectDeviceProvider.connection.id;
});

const send = async (input: object) =>
  (await ana.data(ingest, { input: { connectionId, type: 'stepCount', unit: 'count', ...input } })).ingestHealthSamples;
const steps = (uuid: string, value: string | null, rest = {}) => ({
  uuid,
  start: '2026-03-09T10:00:00Z',
  end: '2026-03-09T10:10:00Z',
  value,
  ...rest,
});
const outcomes = ({ results }: { results: { outcome: string }[] }) => results.map(({ outcome }) => outcome);
const series = async (type = 'stepCount') =>
  (
    await ana.data(
      `query ($type: String!) { viewer { healthSeries(type: $type, from: "2026-03-01", to: "2026-03-31") { localDate value count } } }`,
      { type },
    )
  ).viewer.healthSeries;

describe('batches of a device', () => {
  test('the same batch again changes nothing and tells nothing', async () => {
    const batch = { samples: [steps('a', '100'), steps('b', '50')], anchor: 'A1' };
    expect(outcomes(await send(batch))).toEqual(['CREATED', 'CREATED']);
    const told = await graph.db.event.count({ where: { userId: ana.userId } });
    const again = await send(batch);
    expect(again).toMatchObject({ anchor: 'A1', counts: { unchanged: 2, created: 0 }, errors: [] });
    expect(await graph.db.event.count({ where: { userId: ana.userId } })).toBe(told);
    expect(await series()).toEqual([{ localDate: '2026-03-09', value: '150', count: 2 }]);
  });

  test('what is wrong with a sample costs only itself', async () => {
    const answer = await send({
      samples: [
        steps('nan', 'NaN'),
        steps('infinite', 'Infinity'),
        steps('ahead', '1', { start: '2027-03-09T10:00:00Z', end: null }),
        steps('old', '1', { start: '1999-03-09T10:00:00Z' }),
        steps('backwards', '1', { end: '2026-03-09T09:00:00Z' }),
        steps('nonsense', '1', { start: 'yesterday' }),
        steps('good', '7'),
      ],
    });
    expect(outcomes(answer)).toEqual([...Array(6).fill('REJECTED'), 'CREATED']);
    expect(answer.results[2].errors[0]).toMatchObject({ code: 'INVALID', path: ['samples', '2', 'start'] });
  });

  test('units become one, and what has no number counts its minutes on the day of waking up', async () => {
    await send({ type: 'distanceCycling', unit: 'mi', samples: [steps('a', '10')] });
    expect(await series('distanceCycling')).toMatchObject([{ value: '16.09344' }]);
    const night = { start: '2026-03-08T22:30:00Z', end: '2026-03-09T06:00:00Z' };
    await send({ type: 'sleepAnalysis', unit: 'min', samples: [steps('s', null, night)] });
    expect(await series('sleepAnalysis')).toMatchObject([{ localDate: '2026-03-09', value: '450' }]);
    expect((await send({ unit: 'kg', samples: [] })).errors).toMatchObject([{ code: 'INVALID', path: ['unit'] }]);
  });

  test('two sources do not count twice; the person says which one counts', async () => {
    await send({ source: 'iPhone', samples: [steps('p', '100')] });
    await send({ source: 'Watch', samples: [steps('w', '110')] });
    expect(await series()).toMatchObject([{ value: '100' }]);
    const choose = `mutation ($input: SetMetricSourceInput!) {
      setMetricSource(input: $input) { healthMetric { source sources { source count } } errors { code path } }
    }`;
    const { setMetricSource } = await ana.data(choose, { input: { type: 'stepCount', connectionId, source: 'Watch' } });
    expect(setMetricSource).toMatchObject({ healthMetric: { source: 'Watch', sources: [{ count: 1 }, { count: 1 }] } });
    expect(await series()).toMatchObject([{ value: '110' }]);
    const foreign = await bob.data(choose, { input: { type: 'stepCount', connectionId, source: 'Watch' } });
    expect(foreign.setMetricSource.errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test('what a newer version takes away counts as deleted', async () => {
    const version = (n: number) => steps(`v${n}`, String(n), { syncIdentifier: 'one', syncVersion: n });
    await send({ samples: [version(1)] });
    await send({ deleted: ['v2'] });
    const answer = await send({ samples: [version(2)] });
    expect(outcomes(answer)).toEqual(['DELETED']);
    expect(answer.counts).toMatchObject({ created: 0, updated: 0, deleted: 1 });
    expect(await series()).toEqual([]);
  });

  test('a source that has nothing left owns nothing', async () => {
    await send({ deleted: ['gone'] });
    await send({ source: 'Watch', samples: [steps('gone', '100')] });
    await send({ source: 'iPhone', samples: [steps('p', '70')] });
    expect(await series()).toMatchObject([{ value: '70' }]);
  });

  test('when a connection ends, what another has measured counts', async () => {
    await send({ samples: [steps('a', '100')] });
    const device =
      'mutation ($id: ID!) { registerDevice(input: { id: $id, name: "iPad", platform: IOS }) { errors { code } } }';
    const deviceId = newId('device');
    await ana.data(device, { id: deviceId });
    const { connectDeviceProvider } = await ana.data(
      'mutation ($id: ID!) { connectDeviceProvider(input: { provider: APPLE_HEALTH, deviceId: $id }) { connection { id } } }',
      { id: deviceId },
    );
    await send({ connectionId: connectDeviceProvider.connection.id, samples: [steps('b', '60')] });
    expect(await series()).toMatchObject([{ value: '100' }]);
    await ana.data('mutation ($id: ID!) { disconnect(input: { id: $id }) { errors { code } } }', { id: connectionId });
    expect(await series()).toMatchObject([{ value: '60' }]);
  });

  test('any order of batches, however often, comes to the same', async () => {
    // One synchronised sample in three versions, a plain one, and deletions of two of the four.
    const version = (n: number) => steps(`v${n}`, String(n), { syncIdentifier: 'one', syncVersion: n });
    const batches = [
      { samples: [version(1)] },
      { samples: [version(2), version(1)] },
      { samples: [version(3)] },
      { samples: [steps('plain', '10'), steps('stays', '5')] },
      { deleted: ['v1', 'plain'] },
      { deleted: ['v3'] },
    ];
    const all = batches.map((_, index) => index);
    const order = fc.tuple(
      fc.shuffledSubarray(all, { minLength: all.length }),
      fc.array(fc.constantFrom(...all), { maxLength: 4 }),
    );
    const finals = new Set<string>();
    await fc.assert(
      fc.asyncProperty(order, async ([first, repeated]) => {
        await graph.db.healthSample.deleteMany({ where: { userId: ana.userId } });
        await graph.db.healthDeletion.deleteMany({ where: { userId: ana.userId } });
        for (const index of [...first, ...repeated]) await send(batches[index]!);
        const rows = await graph.db.healthSample.findMany({
          where: { userId: ana.userId },
          orderBy: { sampleKey: 'asc' },
        });
        finals.add(
          JSON.stringify(rows.map(({ sampleKey, uuid, deleted, value }) => [sampleKey, uuid, deleted, value])),
        );
        expect(finals.size).toBe(1);
      }),
      { numRuns: 25 },
    );
    expect(await series()).toMatchObject([{ value: '5', count: 1 }]);
  });

  test('ten thousand samples at once make one event', async () => {
    const samples = Array.from({ length: 10_000 }, (_, i) => {
      const start = new Date(Date.parse('2026-02-01T00:00:00Z') + i * 180_000).toISOString();
      return { uuid: `sample-${i}`, start, value: String(i % 50) };
    });
    const before = await graph.db.event.count({ where: { userId: ana.userId } });
    const answer = await send({ samples });
    expect(answer.counts).toMatchObject({ created: 10_000 });
    expect(await graph.db.event.count({ where: { userId: ana.userId } })).toBe(before + 1);
  });

  test('a paused connection takes nothing in, and another provider’s neither', async () => {
    await ana.data('mutation ($id: ID!) { updateConnection(input: { id: $id, paused: true }) { errors { code } } }', {
      id: connectionId,
    });
    expect((await send({ samples: [steps('a', '1')] })).errors).toMatchObject([{ code: 'CONFLICT' }]);
    expect(await graph.db.healthSample.count({ where: { userId: ana.userId } })).toBe(0);
  });
});
