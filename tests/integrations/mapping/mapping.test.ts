import { beforeEach, describe, expect, test } from '@jest/globals';
import { logDueDays } from '../../../subgraphs/integrations/mapping/log.ts';
import { ana, beginGraph, graph } from '../../support/begin.ts';

beginGraph({ people: 'EACH_TEST' });

let connectionId: string;
let goalId: string;
beforeEach(async () => {
  const { connectDeviceProvider } = await ana.data(
    'mutation { connectDeviceProvider(input: { provider: APPLE_HEALTH }) { connection { id } } }',
  );
  connectionId = connectDeviceProvider.connection.id;
  const { createGoal } = await ana.data(
    'mutation { createGoal(input: { title: "Steps", kind: NUMERIC, targetValue: "10000", unit: "steps" }) { goal { id } errors { code path message } } }',
  );
  goalId = createGoal.goal.id;
});

const send = (samples: object[], deleted: string[] = []) =>
  ana.data(
    `mutation ($input: IngestHealthSamplesInput!) { ingestHealthSamples(input: $input) { counts { created } errors { code } } }`,
    { input: { connectionId, type: 'stepCount', unit: 'count', samples, deleted } },
  );
const map = async (input = {}) =>
  (
    await ana.data(
      `mutation ($input: CreateProgressMappingInput!) {
        createProgressMapping(input: $input) { progressMapping { id aggregation since goal { id } } errors { code path } }
      }`,
      { input: { goalId, source: 'HEALTH', metric: 'stepCount', ...input } },
    )
  ).createProgressMapping;
const work = () => logDueDays(graph.platform, new AbortController().signal);
const entries = async () =>
  (
    await ana.data(
      `query ($id: ID!) { node(id: $id) { ... on Goal { entries { nodes { localDate value source } } } } }`,
      { id: goalId },
    )
  ).node.entries.nodes;
const sample = (uuid: string, day: string, value: string) => ({ uuid, start: `${day}T10:00:00Z`, value });

describe('data that becomes progress', () => {
  test('a day has one entry, which follows its data: more, other, none', async () => {
    await send([sample('a', '2026-03-08', '4000')]);
    expect((await map()).progressMapping).toMatchObject({ aggregation: 'SUM', since: '2026-02-08' });
    await work();
    expect(await entries()).toEqual([{ localDate: '2026-03-08', value: '4000', source: 'APPLE_HEALTH' }]);
    await send([sample('b', '2026-03-08', '500'), sample('c', '2026-03-09', '7')]);
    await work();
    expect(await entries()).toMatchObject([{ value: '7' }, { value: '4500' }]);
    await send([], ['c']);
    await work();
    expect(await entries()).toMatchObject([{ localDate: '2026-03-08', value: '4500' }]);
    expect(await graph.db.progressMappingDay.count({ where: { userId: ana.userId, dueAt: { not: null } } })).toBe(0);
  });

  test('work that was cut off after logging is done again without a second entry', async () => {
    await map();
    await send([sample('a', '2026-03-08', '4000')]);
    await work();
    await graph.db.progressMappingDay.updateMany({ where: { userId: ana.userId }, data: { dueAt: graph.clock.now() } });
    await work();
    expect(await entries()).toHaveLength(1);
  });

  test('a paused mapping makes up for what it missed; a deleted goal takes it away', async () => {
    const { id } = (await map()).progressMapping;
    const set = (active: boolean) =>
      ana.data(
        `mutation ($id: ID!, $active: Boolean) { updateProgressMapping(input: { id: $id, active: $active }) { errors { code } } }`,
        { id, active },
      );
    await set(false);
    await send([sample('a', '2026-03-08', '4000')]);
    await work();
    expect(await entries()).toEqual([]);
    await set(true);
    await work();
    expect(await entries()).toHaveLength(1);
    await ana.data('mutation ($id: ID!) { deleteGoal(input: { id: $id }) { errors { code } } }', { id: goalId });
    await graph.settle();
    expect(await graph.db.progressMapping.count({ where: { userId: ana.userId } })).toBe(0);
  });

  test('what was logged stays when the connection ends, whatever becomes of the mapping then', async () => {
    const { id } = (await map()).progressMapping;
    await send([sample('a', '2026-03-08', '4000')]);
    await work();
    await ana.data('mutation ($id: ID!) { disconnect(input: { id: $id }) { errors { code } } }', { id: connectionId });
    await work();
    await ana.data(
      'mutation ($id: ID!) { updateProgressMapping(input: { id: $id, factor: "2" }) { errors { code } } }',
      {
        id,
      },
    );
    await work();
    expect(await entries()).toMatchObject([{ localDate: '2026-03-08', value: '4000' }]);
  });

  test('a factor and a goal that rests: what it missed is there when it goes on', async () => {
    await map({ factor: '0.5' });
    const set = (status: string) =>
      ana.data(
        'mutation ($id: ID!, $status: GoalStatus) { updateGoal(input: { id: $id, status: $status }) { errors { code message } } }',
        { id: goalId, status },
      );
    await set('PAUSED');
    await send([sample('a', '2026-03-08', '4000')]);
    await work();
    await set('ACTIVE');
    graph.clock.advance(2 * 3_600_000);
    await work();
    expect(await entries()).toMatchObject([{ localDate: '2026-03-08', value: '2000' }]);
  });

  test('days before those that were asked for are left alone', async () => {
    await send([sample('a', '2026-03-01', '1'), sample('b', '2026-03-06', '2')]);
    await map({ backfillDays: 5 });
    await work();
    expect(await entries()).toMatchObject([{ localDate: '2026-03-06', value: '2' }]);
  });

  test('each entry is told as progress', async () => {
    await map();
    await send([sample('a', '2026-03-08', '4000')]);
    await work();
    const told = await graph.db.event.findMany({ where: { userId: ana.userId, type: 'progress.logged' } });
    expect(told.map(({ data, actorKind }) => [(data as { goalId: string }).goalId, actorKind])).toEqual([
      [goalId, 'automation'],
    ]);
  });

  test('many days whose data is gone are taken away under one lease, however long that takes', async () => {
    const days = Array.from({ length: 25 }, (_, i) => `2026-02-${String(i + 1).padStart(2, '0')}`);
    await map({ backfillDays: 60 });
    await send(days.map((day) => sample(day, day, '1')));
    await work();
    await send([], days);
    const { ask } = graph.platform.graph;
    let lapsed = 0;
    graph.platform.graph.ask = async (request) => {
      graph.clock.advance(3_000);
      lapsed += await graph.db.progressMappingDay.count({ where: { leaseUntil: { lte: graph.clock.now() } } });
      return ask(request);
    };
    await work().finally(() => {
      graph.platform.graph.ask = ask;
    });
    expect(lapsed).toBe(0);
    expect(await entries()).toEqual([]);
  });

  test('what is wrong with a mapping is said', async () => {
    expect((await map({ metric: null })).errors).toMatchObject([{ code: 'REQUIRED', path: ['metric'] }]);
    expect((await map({ source: 'TRANSACTIONS', metric: null })).errors).toMatchObject([{ path: ['currency'] }]);
    expect((await map({ goalId: 'goal_00000000000000000000000000000000' })).errors).toMatchObject([
      { code: 'NOT_FOUND', path: ['goalId'] },
    ]);
  });
});
