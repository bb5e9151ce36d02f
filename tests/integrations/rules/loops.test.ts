import { describe, expect, test } from '@jest/globals';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import { happens, makeGoal } from '../goals.ts';
import { logProgress, makeRealGoal, makeRule, notificationsOf, runsOf, tellMe, work } from './support.ts';

beginGraph({ people: 'EACH_TEST' });

const logs = (goalId: string) => ({
  dataUpdate: {
    document: 'mutation ($input: LogProgressInput!) { logProgress(input: $input) { errors { code message } } }',
    variables: { input: { goalId, value: '1' } },
  },
});
const whenLogged = (goalId: string) => [
  { event: { event: 'progress.logged', filters: [{ field: 'goalId', oneOf: [goalId] }] } },
];
const settle = async () => {
  for (let round = 0; round < 4; round++) await work(graph);
};
const read = (id: string) =>
  ana.data('query ($id: ID!) { node(id: $id) { ... on AutomationRule { active failures disabledReason } } }', { id });

describe('loops', () => {
  test('a rule that sets itself off ends with a run that was passed over', async () => {
    const goalId = await makeRealGoal(ana);
    const id = await makeRule(ana, { mode: 'PARALLEL', triggers: whenLogged(goalId), actions: [logs(goalId)] });
    await logProgress(ana, { goalId, value: '1' });
    await settle();
    expect((await runsOf(ana, id)).map(({ state, reason }) => [state, reason])).toEqual([
      ['DONE', null],
      ['SKIPPED', 'OWN_EVENT'],
    ]);
    expect(await graph.db.progressEntry.count({ where: { userId: ana.userId } })).toBe(2);
  });

  test('rules that set each other off end when too many runs led to one', async () => {
    const [one, other] = [await makeRealGoal(ana), await makeRealGoal(ana)];
    const there = await makeRule(ana, { mode: 'PARALLEL', triggers: whenLogged(one), actions: [logs(other)] });
    const back = await makeRule(ana, { mode: 'PARALLEL', triggers: whenLogged(other), actions: [logs(one)] });
    await logProgress(ana, { goalId: one, value: '1' });
    await settle();
    const runs = [...(await runsOf(ana, there)), ...(await runsOf(ana, back))].sort((a, b) => a.depth - b.depth);
    expect(runs.map(({ depth, state, reason }) => [depth, state, reason])).toEqual([
      ...[0, 1, 2, 3, 4, 5].map((depth) => [depth, 'DONE', null]),
      [6, 'SKIPPED', 'DEPTH'],
    ]);
  });

  test('a rule that waits for runs of rules is not set off by its own, nor by what was passed over', async () => {
    const id = await makeRule(ana, {
      mode: 'PARALLEL',
      triggers: [{ event: { event: 'automationRun.completed' } }, { event: { event: 'automationRun.created' } }],
    });
    const other = await makeRule(ana, { conditions: [{ time: { from: '00:00', to: '00:01' } }] });
    await happens(graph, ana, 'goal.completed', await makeGoal(graph, ana), {});
    await settle();
    expect(await runsOf(ana, other)).toMatchObject([{ state: 'SKIPPED', reason: 'CONDITION' }]);
    expect(await runsOf(ana, id)).toMatchObject([{ state: 'DONE', event: 'automationRun.created' }]);
  });

  test('a task for the assistant is not set off by the reply to it', async () => {
    const id = await makeRule(ana, {
      mode: 'PARALLEL',
      triggers: [{ event: { event: 'message.created' } }, { event: { event: 'message.updated' } }],
      actions: [{ aiTask: { prompt: 'How am I doing?' } }],
    });
    await ana.data('mutation { sendMessage(input: { content: "Hello" }) { errors { code } } }');
    await settle();
    const runs = await runsOf(ana, id);
    expect(runs.length).toBeGreaterThan(1);
    const own = runs.filter(({ state }) => state === 'SKIPPED');
    expect(new Set(own.map(({ reason }) => reason))).toEqual(new Set(['OWN_EVENT']));
    // What the person said, and what became of the reply to that.
    const begun = runs.length - own.length;
    await settle();
    const later = await runsOf(ana, id);
    expect(later.filter(({ state }) => state === 'DONE')).toHaveLength(begun);
    expect(begun).toBeLessThan(6);
  });

  test('more than 60 runs within an hour are passed over, and told of once', async () => {
    const goalId = await makeGoal(graph, ana);
    const id = await makeRule(ana, { mode: 'PARALLEL', maxRuns: 20 });
    for (let i = 0; i < 64; i++) {
      await happens(graph, ana, 'goal.completed', goalId, {});
      if (i % 15 === 14) await work(graph);
    }
    await work(graph);
    const runs = await runsOf(ana, id);
    expect(runs.filter(({ state }) => state === 'DONE')).toHaveLength(60);
    expect(runs.slice(60)).toMatchObject([{ state: 'SKIPPED', reason: 'RATE' }]);
    graph.clock.advance(3_600_001);
    await happens(graph, ana, 'goal.completed', goalId, {});
    await work(graph);
    expect((await runsOf(ana, id)).at(-1)).toMatchObject({ state: 'DONE' });
  });
});

describe('failing again and again', () => {
  test('switches a rule off after five in a row, and tells the person why; switched on, it begins anew', async () => {
    const gone = 'goal_01956b2d5d2a7000800000000000dead';
    const id = await makeRule(ana, { actions: [logs(gone)] });
    const goalId = await makeGoal(graph, ana);
    for (let i = 0; i < 6; i++) {
      await happens(graph, ana, 'goal.completed', goalId, {});
      await work(graph);
    }
    expect(await runsOf(ana, id)).toHaveLength(5);
    expect((await read(id)).node).toEqual({
      active: false,
      failures: 5,
      disabledReason: '5 runs in a row failed. The latest: There is no such goal.',
    });
    expect(await notificationsOf(ana)).toContainEqual({
      kind: 'ALERT',
      title: 'Switched off: Rule',
      body: '5 runs in a row failed. The latest: There is no such goal.',
      subjectId: id,
    });
    const on = 'mutation ($id: ID!) { updateAutomationRule(input: { id: $id, active: true }) { errors { code } } }';
    await ana.data(on, { id });
    expect((await read(id)).node).toEqual({ active: true, failures: 0, disabledReason: null });
    await happens(graph, ana, 'goal.completed', goalId, {});
    await work(graph);
    expect((await runsOf(ana, id)).at(-1)).toMatchObject({ state: 'FAILED' });
  });

  test('a run that is done forgets the failures before it', async () => {
    const id = await makeRule(ana, { actions: tellMe });
    await graph.db.automationRule.updateMany({ where: { id }, data: { failures: 4 } });
    await happens(graph, ana, 'goal.completed', await makeGoal(graph, ana), {});
    await work(graph);
    expect((await read(id)).node).toMatchObject({ active: true, failures: 0 });
  });
});
