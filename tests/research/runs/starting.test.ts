import { describe, expect, test } from '@jest/globals';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import { addresses, errors, makeCategory, runToEnd, standIns, trigger, world } from './standIns.ts';

beginGraph({ people: 'EACH_TEST' });

const run = (categoryId: string) => runToEnd(graph, ana, categoryId);

describe('starting a run', () => {
  test('is done once for an id; other input is a conflict, and so is a second run at a time', async () => {
    await standIns(world()).install(graph);
    const categoryId = await makeCategory(ana, { sources: addresses });
    const other = await makeCategory(ana, { sources: addresses });
    const id = newId('run');
    expect(await trigger(ana, categoryId, { id })).toMatchObject({ run: { id }, errors: [] });
    expect(await trigger(ana, categoryId, { id })).toMatchObject({ run: { id }, errors: [] });
    expect(await trigger(ana, other, { id })).toMatchObject({
      run: null,
      errors: [{ code: 'CONFLICT', path: ['id'] }],
    });
    expect(await trigger(ana, categoryId)).toMatchObject({
      run: { id },
      errors: [{ code: 'CONFLICT', path: ['categoryId'], message: 'This category is being looked into already.' }],
    });
    expect(await trigger(ana, categoryId, { id: newId('goal') })).toMatchObject({
      errors: [{ code: 'INVALID', path: ['id'] }],
    });
    const at = await Promise.all([1, 2, 3].map(() => trigger(ana, other)));
    expect(at.map(({ errors: [error] }) => error?.code ?? 'started').sort()).toEqual([
      'CONFLICT',
      'CONFLICT',
      'started',
    ]);
  });

  test('does not move the schedule', async () => {
    await standIns(world()).install(graph);
    const schedule = { kind: 'CRON', text: '0 7 * * *', timeZone: 'Europe/Berlin' };
    const categoryId = await makeCategory(ana, { sources: addresses, schedule });
    const next = async () =>
      (await ana.data('query ($id: ID!) { researchCategory(id: $id) { nextRunAt } }', { id: categoryId }))
        .researchCategory;
    expect(await next()).toEqual({ nextRunAt: '2026-03-11T06:00:00.000Z' });
    await run(categoryId);
    expect(await next()).toEqual({ nextRunAt: '2026-03-11T06:00:00.000Z' });
  });

  test('is possible 100 times in 24 hours', async () => {
    const categoryId = await makeCategory(ana, {});
    const now = graph.clock.now();
    await graph.db.researchRun.createMany({
      data: Array.from({ length: 100 }, () => ({
        userId: ana.userId,
        id: newId('run', now),
        categoryId,
        trigger: 'MANUAL',
        state: 'DONE',
        dueAt: now,
        createdAt: now,
        endedAt: now,
      })),
    });
    expect(await trigger(ana, categoryId)).toMatchObject({ run: null, errors: [{ code: 'LIMIT', path: [] }] });
    graph.clock.advance(24 * 3_600_000);
    expect((await trigger(ana, categoryId)).errors).toEqual([]);
  });

  test('is for those who may write', async () => {
    const categoryId = await makeCategory(ana, {});
    const reader = graph.as({ ...ana.viewer, scopes: ['research:read'] });
    for (const [name, input] of [
      ['triggerResearch', { categoryId }],
      ['cancelResearchRun', { id: newId('run') }],
      ['retryResearchRun', { runId: newId('run') }],
    ] as const) {
      const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
      const answer = await reader.run(`mutation ($input: ${type}!) { ${name}(input: $input) { ${errors} } }`, {
        input,
      });
      expect(answer.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    }
  });
});
