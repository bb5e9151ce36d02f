import { describe, expect, test } from '@jest/globals';
import { ana, beginGraph, graph } from '../support/begin.ts';
import type { Person } from '../support/graph.ts';
import { makeGoal, makeHabit, mutate } from './fixtures/graph.ts';

beginGraph();

describe('viewer.goals', () => {
  const page = async (person: Person, args: string) =>
    (
      await person.data(
        `{ viewer { goals(${args}) { totalCount nodes { title } edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } } }`,
      )
    ).viewer.goals;
  const titles = (connection: { nodes: { title: string }[] }) => connection.nodes.map(({ title }) => title);

  test('filters, orders and pages in every order', async () => {
    const bob = await graph.person();
    const area = (await mutate(bob, 'createLifeArea', { kind: 'WORK', name: 'W' }, 'lifeArea { id }')).lifeArea.id;
    graph.clock.set('2026-03-10T12:00:00Z');
    await makeGoal(bob, { title: 'b safe', targetValue: '10', deadline: '2026-12-31', lifeAreaId: area });
    graph.clock.advance(1000);
    await makeGoal(bob, { title: 'A late', targetValue: '1000', startDate: '2026-01-01', deadline: '2026-03-20' });
    graph.clock.advance(1000);
    await makeHabit(bob, { times: 1, period: 'DAY' }, { title: 'c today' });
    graph.clock.advance(1000);
    await makeGoal(bob, { title: 'd 100%_', kind: 'CUSTOM', targetValue: null });
    expect(titles(await page(bob, 'first: 20'))).toEqual(['b safe', 'A late', 'c today', 'd 100%_']);
    expect(titles(await page(bob, 'orderBy: { field: URGENCY }'))).toEqual(['A late', 'c today', 'b safe', 'd 100%_']);
    expect(titles(await page(bob, 'orderBy: { field: TITLE, direction: DESC }'))).toEqual([
      'd 100%_',
      'c today',
      'b safe',
      'A late',
    ]);
    expect(titles(await page(bob, 'orderBy: { field: DEADLINE }')).slice(0, 2)).toEqual(['A late', 'b safe']);
    expect(await page(bob, `filter: { lifeAreaId: "${area}" }`)).toMatchObject({
      totalCount: 1,
      nodes: [{ title: 'b safe' }],
    });
    expect(titles(await page(bob, 'filter: { withoutLifeArea: true, kind: [HABIT, CUSTOM] }'))).toEqual([
      'c today',
      'd 100%_',
    ]);
    expect(titles(await page(bob, 'filter: { search: "0%_" }'))).toEqual(['d 100%_']);
    expect(titles(await page(bob, 'filter: { search: "A L" }'))).toEqual(['A late']);
    expect(titles(await page(bob, 'filter: { deadlineBefore: "2026-03-20" }'))).toEqual(['A late']);
    for (const field of ['CREATED_AT', 'UPDATED_AT', 'TITLE', 'DEADLINE', 'URGENCY']) {
      for (const direction of ['ASC', 'DESC']) {
        const order = `orderBy: { field: ${field}, direction: ${direction} }`;
        const all = titles(await page(bob, `first: 10, ${order}`));
        const forward: string[] = [];
        for (let after = ''; ; ) {
          const next = await page(bob, `first: 1, ${order} ${after}`);
          forward.push(...titles(next));
          if (!next.pageInfo.hasNextPage) break;
          after = `after: "${next.pageInfo.endCursor}"`;
        }
        expect(forward).toEqual(all);
        const last = await page(bob, `last: 2, ${order}`);
        expect(titles(last)).toEqual(all.slice(2));
        const before = await page(bob, `last: 2, ${order}, before: "${last.pageInfo.startCursor}"`);
        expect(titles(before)).toEqual(all.slice(0, 2));
      }
    }
  });

  test.each([
    'first: 101',
    'first: -1',
    'first: 1, last: 1',
    'after: "nonsense"',
    'after: "WzEsMl0"',
    'orderBy: { field: CREATED_AT }, after: "WyJhIiwiYiJd"',
  ])('refuses %s', async (args) => {
    const { errors } = await ana.run(`{ viewer { goals(${args}) { nodes { id } } } }`);
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});
