import { describe, expect, test } from '@jest/globals';
import { workOnRun } from '../../../subgraphs/integrations/rules/engine.ts';
import type { Platform } from '../../../subgraphs/shared/platform.ts';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import { happens, makeGoal } from '../goals.ts';
import { makeRealGoal, makeRule, notificationsOf, runsOf, tellMe, work } from './support.ts';

beginGraph({ people: 'EACH_TEST' });

class Killed extends Error {}

/** A process that is gone at its n-th statement or call: nothing that it began then is seen by anybody, and it tidies nothing up. */
function dyingAt(platform: Platform, moment: number): { platform: Platform; died(): boolean } {
  let left = moment;
  let isDead = false;
  const count = () => {
    if (isDead || left-- <= 0) {
      isDead = true;
      throw new Killed('killed');
    }
  };
  const db = new Proxy(platform.db, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name === '$transaction') {
        return async (...args: any[]) => {
          count();
          return value.apply(target, args);
        };
      }
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  // The effect happens, and the answer never comes.
  const ask: Platform['graph']['ask'] = async (request) => {
    const answer = await platform.graph.ask(request);
    count();
    return answer;
  };
  return { platform: { ...platform, db, graph: { ask } }, died: () => isDead };
}

const never = new AbortController().signal;

describe('a worker that is killed', () => {
  test('at any point loses nothing and does nothing twice: the next one goes on where it was', async () => {
    let survived = false;
    for (let moment = 0; !survived; moment++) {
      const goalId = await makeRealGoal(ana);
      const id = await makeRule(ana, {
        conditions: [{ goal: { goalId, metric: 'VALUE', comparison: 'BELOW', value: '50' } }],
        actions: [
          { notification: { title: `Told ${moment}` } },
          {
            dataUpdate: {
              document: 'mutation ($i: LogProgressInput!) { logProgress(input: $i) { entry { id } errors { code } } }',
              variables: { i: { goalId, value: '3', note: '{{now}}' } },
            },
          },
          { aiTask: { prompt: `Plan ${moment}` } },
        ],
      });
      const run = 'mutation ($id: ID!) { runAutomationRule(input: { id: $id }) { run { id } } }';
      const { runAutomationRule } = await ana.data(run, { id });
      const runId: string = runAutomationRule.run.id;
      const dying = dyingAt(graph.platform, moment);
      await workOnRun(dying.platform, runId, never).catch((error) => expect(error).toBeInstanceOf(Killed));
      survived = !dying.died();
      // Whoever comes now finds the lease taken; later it has run out.
      graph.clock.advance(11_000);
      await work(graph);
      const [done, ...more] = await runsOf(ana, id);
      expect([moment, done.state, more.length, done.steps.map(({ state }: any) => state)]).toEqual([
        moment,
        'DONE',
        0,
        ['DONE', 'DONE', 'DONE', 'DONE'],
      ]);
      expect((await notificationsOf(ana)).filter(({ title }) => title === `Told ${moment}`)).toHaveLength(1);
      expect(await graph.db.progressEntry.count({ where: { userId: ana.userId, goalId } })).toBe(1);
      expect(
        await graph.db.message.count({ where: { userId: ana.userId, role: 'USER', content: `Plan ${moment}` } }),
      ).toBe(1);
      await ana.data('mutation ($id: ID!) { deleteAutomationRule(input: { id: $id }) { errors { code } } }', { id });
    }
  }, 60_000);

  test('by the run’s fault again and again is not followed for ever', async () => {
    const id = await makeRule(ana);
    await happens(graph, ana, 'goal.completed', await makeGoal(graph, ana), {});
    await graph.settle();
    for (let i = 0; i < 6; i++) {
      const { id: runId } = await graph.db.ruleRun.findFirstOrThrow({ where: { ruleId: id } });
      await workOnRun(dyingAt(graph.platform, 1).platform, runId, never).catch(() => {});
      graph.clock.advance(11_000);
    }
    await work(graph);
    expect(await runsOf(ana, id)).toMatchObject([{ state: 'FAILED', reason: 'INTERRUPTED' }]);
  });

  test('and comes back late can store nothing: another has the lease', async () => {
    const id = await makeRule(ana, { actions: [...tellMe, ...tellMe] });
    await happens(graph, ana, 'goal.completed', await makeGoal(graph, ana), {});
    await graph.settle();
    const { id: runId } = await graph.db.ruleRun.findFirstOrThrow({ where: { ruleId: id } });
    await Promise.all(Array.from({ length: 4 }, () => workOnRun(graph.platform, runId, never)));
    expect(await runsOf(ana, id)).toMatchObject([{ state: 'DONE' }]);
    expect((await notificationsOf(ana)).filter(({ title }) => title === 'Done')).toHaveLength(2);
  });

  test('in an orderly way hands the run back', async () => {
    const id = await makeRule(ana);
    await happens(graph, ana, 'goal.completed', await makeGoal(graph, ana), {});
    await graph.settle();
    const { id: runId } = await graph.db.ruleRun.findFirstOrThrow({ where: { ruleId: id } });
    await workOnRun(graph.platform, runId, AbortSignal.abort());
    expect(await runsOf(ana, id)).toMatchObject([{ state: 'QUEUED' }]);
    await work(graph);
    expect(await runsOf(ana, id)).toMatchObject([{ state: 'DONE' }]);
  });
});
