import { describe, expect, test } from '@jest/globals';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import { happens, makeGoal } from '../goals.ts';
import { makeRule, notificationsOf, runsOf, tellMe, work } from './support.ts';

beginGraph({ people: 'EACH_TEST' });

const run = 'mutation ($id: ID!) { runAutomationRule(input: { id: $id }) { run { id state reason } errors { code } } }';
const setOff = async (id: string) => (await ana.data(run, { id })).runAutomationRule.run;
const statesOf = async (id: string) => (await runsOf(ana, id)).map(({ state, reason }) => [state, reason]);

describe('a trigger while an earlier run is under way', () => {
  test('SINGLE: is passed over, which is written down', async () => {
    const id = await makeRule(ana);
    await setOff(id);
    expect(await setOff(id)).toMatchObject({ state: 'SKIPPED', reason: 'BUSY' });
    await work(graph);
    await setOff(id);
    await work(graph);
    expect(await statesOf(id)).toEqual([
      ['DONE', null],
      ['SKIPPED', 'BUSY'],
      ['DONE', null],
    ]);
  });

  test('RESTART: takes the place of the earlier one', async () => {
    const id = await makeRule(ana, { mode: 'RESTART' });
    for (let i = 0; i < 3; i++) await setOff(id);
    await work(graph);
    expect(await statesOf(id)).toEqual([
      ['CANCELLED', 'RESTARTED'],
      ['CANCELLED', 'RESTARTED'],
      ['DONE', null],
    ]);
    expect((await notificationsOf(ana)).filter(({ title }) => title === 'Done')).toHaveLength(1);
  });

  test('QUEUED: waits its turn, up to as many as may', async () => {
    const id = await makeRule(ana, { mode: 'QUEUED', maxRuns: 3 });
    for (let i = 0; i < 4; i++) await setOff(id);
    expect((await statesOf(id))[3]).toEqual(['SKIPPED', 'FULL']);
    await work(graph);
    const runs = await runsOf(ana, id);
    expect(runs.map(({ state }) => state)).toEqual(['DONE', 'DONE', 'DONE', 'SKIPPED']);
  });

  test('QUEUED: a later run does not overtake one that is to be tried again', async () => {
    const id = await makeRule(ana, { mode: 'QUEUED', actions: tellMe });
    const first = await setOff(id);
    const second = await setOff(id);
    const later = new Date(graph.clock.now().getTime() + 60_000);
    await graph.db.ruleRun.updateMany({ where: { id: first.id }, data: { dueAt: later } });
    await work(graph);
    expect((await statesOf(id)).map(([state]) => state)).toEqual(['QUEUED', 'QUEUED']);
    graph.clock.advance(61_000);
    await work(graph);
    const runs = await graph.db.ruleRun.findMany({ where: { ruleId: id }, orderBy: { id: 'asc' } });
    expect(runs.map(({ id: one, state }) => [one, state])).toEqual([
      [first.id, 'DONE'],
      [second.id, 'DONE'],
    ]);
  });

  test('PARALLEL: begins beside the others, up to as many as may', async () => {
    const id = await makeRule(ana, { mode: 'PARALLEL', maxRuns: 2 });
    for (let i = 0; i < 3; i++) await setOff(id);
    await work(graph);
    expect(await statesOf(id)).toEqual([
      ['DONE', null],
      ['DONE', null],
      ['SKIPPED', 'FULL'],
    ]);
  });

  test('a rule that is switched off ends its runs; one that is deleted takes them along, and says so', async () => {
    const id = await makeRule(ana, { mode: 'QUEUED' });
    const { id: runId } = await setOff(id);
    await ana.data(
      'mutation ($id: ID!) { updateAutomationRule(input: { id: $id, active: false }) { errors { code } } }',
      { id },
    );
    await work(graph);
    expect(await statesOf(id)).toEqual([['CANCELLED', 'ENDED']]);
    await ana.data('mutation ($id: ID!) { deleteAutomationRule(input: { id: $id }) { errors { code } } }', { id });
    expect(await graph.db.ruleRun.count({ where: { userId: ana.userId } })).toBe(0);
    expect(await graph.db.ruleTrigger.count({ where: { userId: ana.userId } })).toBe(0);
    const gone = await graph.db.event.findMany({ where: { userId: ana.userId, type: 'automationRun.deleted' } });
    expect(gone.map(({ subjectId }) => subjectId)).toEqual([runId]);
  });

  test('the same event is one run, however often it is read and by however many', async () => {
    const id = await makeRule(ana, { mode: 'PARALLEL' });
    await happens(graph, ana, 'goal.completed', await makeGoal(graph, ana), {});
    await work(graph);
    await graph.db.reactionCursor.updateMany({
      where: { userId: ana.userId, consumer: 'integrations.rules' },
      data: { seq: 0n },
    });
    await work(graph);
    expect(await runsOf(ana, id)).toHaveLength(1);
  });
});
