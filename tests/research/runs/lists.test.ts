import { describe, expect, test } from '@jest/globals';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import {
  addresses,
  makeCategory,
  mutate,
  readRun,
  runFields,
  runsOf,
  runToEnd,
  standIns,
  trigger,
  world,
} from './standIns.ts';

beginGraph({ people: 'EACH_TEST' });

const run = (categoryId: string) => runToEnd(graph, ana, categoryId);

describe('runs of others', () => {
  test('are not there', async () => {
    await standIns(world()).install(graph);
    const eve = await graph.person();
    const categoryId = await makeCategory(ana, { sources: addresses });
    const { id } = await run(categoryId);
    expect(await readRun(eve, id)).toBeNull();
    expect(await eve.data('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: null });
    expect((await trigger(eve, categoryId)).errors).toMatchObject([{ code: 'NOT_FOUND', path: ['categoryId'] }]);
    expect((await mutate(eve, 'cancelResearchRun', `run { ${runFields} }`, { id })).errors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    expect((await mutate(eve, 'retryResearchRun', `run { ${runFields} }`, { runId: id })).errors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
  });

  test('are none of this one’s business, even with the same id', async () => {
    await standIns(world()).install(graph);
    const eve = await graph.person();
    const id = newId('run');
    const [own, theirs] = [
      await makeCategory(ana, { sources: addresses }),
      await makeCategory(eve, { sources: addresses }),
    ];
    await trigger(ana, own, { id });
    await trigger(eve, theirs, { id });
    await graph.runJobs();
    graph.clock.advance(11_000);
    await graph.runJobs();
    expect([(await readRun(ana, id)).state, (await readRun(eve, id)).state]).toEqual(['DONE', 'DONE']);
    expect(await graph.db.researchResult.count({ where: { userId: { in: [ana.userId, eve.userId] } } })).toBe(2);
    expect(await graph.db.researchSnapshot.count({ where: { userId: eve.userId } })).toBe(4);
  });
});

describe('the runs of a category', () => {
  test('are listed page by page, those due last first, with one statement for many categories', async () => {
    await standIns(world()).install(graph);
    const categoryId = await makeCategory(ana, { sources: addresses });
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      ids.unshift((await run(categoryId)).id);
      graph.clock.advance(60_000);
    }
    const page = async (args: string) =>
      (
        await ana.data(
          `query ($id: ID!) { researchCategory(id: $id) { runs(${args}) { nodes { id } pageInfo { endCursor hasNextPage } } } }`,
          {
            id: categoryId,
          },
        )
      ).researchCategory.runs;
    const first = await page('first: 2');
    expect(first.nodes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    const second = await page(`first: 2, after: "${first.pageInfo.endCursor}"`);
    expect([second.nodes[0].id, second.pageInfo.hasNextPage]).toEqual([ids[2], false]);
    expect((await page('last: 2')).nodes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1));
    expect((await page('states: [FAILED, RUNNING]')).nodes).toEqual([]);
    const bad = await ana.run(`query ($id: ID!) { researchCategory(id: $id) { runs(after: "x") { nodes { id } } } }`, {
      id: categoryId,
    });
    expect(bad.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    const all = `{ viewer { researchCategories { nodes { runs { nodes { state steps { step } result { id } changes { since { id } } } } } } } }`;
    // Readers of the event log also ask now and then.
    const fewest = async () => {
      const counts: number[] = [];
      for (let i = 0; i < 3; i++) counts.push((await graph.countQueries(() => ana.data(all))).count);
      return Math.min(...counts);
    };
    const one = await fewest();
    for (let i = 0; i < 3; i++) await run(await makeCategory(ana, { sources: addresses }));
    expect(await fewest()).toBe(one);
  });

  test('go with it, and each is told', async () => {
    await standIns(world()).install(graph);
    const categoryId = await makeCategory(ana, { sources: addresses });
    const { id } = await run(categoryId);
    await mutate(ana, 'deleteResearchCategory', 'deletedId', { id: categoryId });
    expect(await readRun(ana, id)).toBeNull();
    const events = await graph.db.event.findMany({ where: { userId: ana.userId, type: 'researchRun.deleted' } });
    expect(events.map(({ subjectId }) => subjectId)).toEqual([id]);
    expect(await runsOf(ana, await makeCategory(ana, {}))).toEqual([]);
  });
});
