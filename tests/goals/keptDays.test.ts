import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rebuildDays } from '../../subgraphs/goals/entryRows.ts';
import { startGraph, type TestGraph } from '../support/graph.ts';
import { log, makeGoal, mutate } from './fixtures/graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph();
});
afterAll(() => graph?.stop());

describe('what is kept of days', () => {
  test('equals what the entries say, after any mixture of changes', async () => {
    const bob = await graph.person();
    const day = fc.integer({ min: 1, max: 5 }).map((n) => `2026-03-0${n}`);
    const value = fc.integer({ min: -5, max: 9 }).map(String);
    const step = fc.oneof(
      fc.record({ do: fc.constant('log' as const), localDate: day, value }),
      fc.record({ do: fc.constant('external' as const), localDate: day, value }),
      fc.record({ do: fc.constant('batch' as const), localDate: day, value }),
      fc.record({ do: fc.constant('skip' as const), localDate: day, value }),
      fc.record({ do: fc.constant('update' as const), localDate: day, value }),
      fc.record({ do: fc.constant('delete' as const), localDate: day, value }),
    );
    const aggregation = fc.constantFrom('SUM', 'LAST', 'MIN', 'MAX', 'MEAN');
    await fc.assert(
      fc.asyncProperty(
        aggregation,
        fc.boolean(),
        fc.array(step, { minLength: 3, maxLength: 14 }),
        async (aggregated, cumulative, steps) => {
          const goal = await makeGoal(bob, { aggregation: aggregated, cumulative, targetValue: '100000' });
          for (const { do: what, localDate, value: amount } of steps) {
            const [entry] = await graph.db.progressEntry.findMany({
              where: { goalId: goal.id, skip: false },
              orderBy: { id: 'asc' },
              take: 1,
            });
            if (what === 'log') await log(bob, { goalId: goal.id, localDate, value: amount });
            if (what === 'external') await log(bob, { goalId: goal.id, localDate, value: amount, externalId: 'e' });
            if (what === 'batch') {
              const entries = [1, 2].map(() => ({ goalId: goal.id, localDate, value: amount }));
              await mutate(bob, 'logProgressBatch', { entries }, 'results { entry { id } }');
            }
            if (what === 'skip') await mutate(bob, 'skipDay', { goalId: goal.id, localDate }, 'entry { id }');
            if (what === 'update' && entry)
              await mutate(bob, 'updateProgressEntry', { id: entry.id, localDate, value: amount }, 'entry { id }');
            if (what === 'delete' && entry) await mutate(bob, 'deleteProgressEntry', { id: entry.id }, 'deletedId');
          }
          const state = async () => ({
            days: await graph.db.goalDay.findMany({ where: { goalId: goal.id }, orderBy: { localDate: 'asc' } }),
            counters: await graph.db.goal.findFirst({
              where: { id: goal.id },
              select: { total: true, entryCount: true },
            }),
          });
          const kept = await state();
          await rebuildDays(graph.db, bob.userId, '2026-03-10');
          expect(JSON.parse(JSON.stringify(kept))).toEqual(JSON.parse(JSON.stringify(await state())));
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);
});
