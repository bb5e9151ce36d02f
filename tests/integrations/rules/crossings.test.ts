import { describe, expect, test } from '@jest/globals';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import { logProgress, makeRealGoal, makeRule, notificationsOf, runsOf, work } from './support.ts';

beginGraph({ people: 'EACH_TEST' });

const hour = 3_600_000;
const above = (goalId: string, forMinutes = 0) => ({
  mode: 'PARALLEL',
  triggers: [{ condition: { goalId, metric: 'VALUE', comparison: 'ABOVE', value: '10', forMinutes } }],
});
const log = async (goalId: string, value: string) => {
  await logProgress(ana, { goalId, value });
  await work(graph);
};

describe('when a goal falls behind, notify me and ask Jarvis for a plan', () => {
  test('days that go by set it off; the reply is written, and the trace tells of all', async () => {
    const goalId = await makeRealGoal(ana, {
      title: 'Read a book',
      targetValue: '300',
      startDate: '2026-03-10',
      deadline: '2026-04-09',
    });
    await log(goalId, '25');
    const ruleId = await makeRule(ana, {
      name: 'Behind',
      triggers: [{ condition: { goalId, metric: 'SAFE_DAYS', comparison: 'BELOW', value: '1' } }],
      actions: [
        {
          notification: {
            kind: 'ALERT',
            title: '{{goal.title}} is falling behind',
            body: 'Safe days: {{goal.value}}',
            subjectId: '{{goal.id}}',
          },
        },
        { aiTask: { prompt: 'How can I catch up with {{goal.title}} within a week?', subjectIds: ['{{goal.id}}'] } },
      ],
    });
    await work(graph);
    expect(await runsOf(ana, ruleId)).toEqual([]);
    for (let i = 0; i < 14; i++) {
      graph.clock.advance(6 * hour);
      await graph.runJobs();
    }
    await work(graph);
    const [run, ...more] = await runsOf(ana, ruleId);
    expect(more).toEqual([]);
    expect(run).toMatchObject({
      state: 'DONE',
      trigger: 'CONDITION',
      subjectId: goalId,
      value: '0',
      steps: [
        { kind: 'NOTIFICATION', state: 'DONE' },
        { kind: 'AI_TASK', state: 'DONE' },
      ],
    });
    expect(await notificationsOf(ana)).toContainEqual({
      kind: 'ALERT',
      title: 'Read a book is falling behind',
      body: 'Safe days: 0',
      subjectId: goalId,
    });
    const { replyId } = JSON.parse(run.steps[1].output);
    const { node } = await ana.data('query ($id: ID!) { node(id: $id) { ... on Message { role status content } } }', {
      id: replyId,
    });
    expect(node).toMatchObject({ role: 'ASSISTANT', status: 'COMPLETE' });
    expect(node.content).not.toBe('');
  });
});

describe('a number that crosses a line', () => {
  test('sets a rule off each time it crosses, and not while it stays beyond', async () => {
    const goalId = await makeRealGoal(ana, { cumulative: false });
    const id = await makeRule(ana, above(goalId));
    await work(graph);
    for (const value of ['5', '11', '12', '9', '10', '20']) {
      graph.clock.advance(60_000);
      await log(goalId, value);
    }
    expect((await runsOf(ana, id)).map(({ value }) => value)).toEqual(['11', '20']);
  });

  test('has not crossed it when it was beyond already as the rule was made', async () => {
    const goalId = await makeRealGoal(ana, { cumulative: false });
    await log(goalId, '20');
    const id = await makeRule(ana, above(goalId));
    await work(graph);
    graph.clock.advance(2 * hour);
    await work(graph);
    await log(goalId, '21');
    expect(await runsOf(ana, id)).toEqual([]);
  });

  test('must stay beyond for as long as the rule says; that is remembered over restarts', async () => {
    const goalId = await makeRealGoal(ana, { cumulative: false });
    const id = await makeRule(ana, above(goalId, 30));
    await work(graph);
    await log(goalId, '15');
    graph.clock.advance(20 * 60_000);
    await work(graph);
    await log(goalId, '8');
    await log(goalId, '16');
    graph.clock.advance(29 * 60_000);
    await work(graph);
    expect(await runsOf(ana, id)).toEqual([]);
    graph.clock.advance(60_000);
    await work(graph);
    expect(await runsOf(ana, id)).toMatchObject([{ state: 'DONE', value: '16' }]);
  });

  test('is looked at once, whatever the number of processes, and a look that was not finished is taken again', async () => {
    const goalId = await makeRealGoal(ana, { cumulative: false });
    const id = await makeRule(ana, above(goalId));
    await work(graph);
    await logProgress(ana, { goalId, value: '15' });
    await graph.settle();
    // A process took the look and was killed.
    await graph.db.ruleTrigger.updateMany({
      where: { ruleId: id },
      data: { checkToken: 'gone', dueAt: new Date(graph.clock.now().getTime() + 30_000) },
    });
    await work(graph);
    expect(await runsOf(ana, id)).toEqual([]);
    graph.clock.advance(31_000);
    await Promise.all([work(graph), work(graph), work(graph)]);
    expect(await runsOf(ana, id)).toHaveLength(1);
  });
});
