import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sweepSnapshots } from '../../../subgraphs/research/runs/snapshots.ts';
import { type Person, startGraph, type TestGraph } from '../../support/graph.ts';
import { makeCategory, mutate, readRun, type Site, standIns, trigger } from './standIns.ts';

const day = 86_400_000;
let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
});
beforeEach(async () => {
  ana = await graph.person();
});
afterAll(() => graph.stop());

const feed = 'https://a.example/feed';
const world = (): Record<string, Site> => ({
  [feed]: { title: 'A', etag: '"a1"', items: [{ url: 'https://a.example/1', title: 'One' }] },
  'https://a.example/1': { title: 'One', text: 'The first page says this.' },
});
async function run(categoryId: string) {
  const { run: started } = await trigger(ana, categoryId);
  await graph.runJobs();
  return readRun(ana, started.id);
}
const urls = async (userId = ana.userId) =>
  (await graph.db.researchSnapshot.findMany({ where: { userId } })).map(({ url }) => url).sort();

describe('old snapshots', () => {
  test('stay as long as a result names them as its source', async () => {
    await standIns(world()).install(graph);
    const { result } = await run(await makeCategory(ana, { sources: ['https://a.example/1'] }));
    graph.clock.advance(400 * day);
    await sweepSnapshots(graph.platform);
    expect(await urls()).toEqual(['https://a.example/1']);
    await mutate(ana, 'deleteResearchResult', 'deletedId', { id: result.id });
    await sweepSnapshots(graph.platform);
    expect(await urls()).toEqual([]);
  });

  test('go thirty days after they were last read, those of others alike', async () => {
    await standIns(world()).install(graph);
    const bob = await graph.person();
    const found = await run(await makeCategory(ana, { sources: [feed] }));
    await makeCategory(bob, { sources: ['https://a.example/1'] }).then((id) => trigger(bob, id));
    await graph.runJobs();
    await mutate(ana, 'deleteResearchResult', 'deletedId', { id: found.result.id });
    graph.clock.advance(29 * day);
    await sweepSnapshots(graph.platform);
    expect(await urls()).toEqual(['https://a.example/1', feed]);
    graph.clock.advance(2 * day);
    await sweepSnapshots(graph.platform);
    expect(await urls()).toEqual([]);
    // Bob's result still names the same page.
    expect(await urls(bob.userId)).toEqual(['https://a.example/1']);
  });

  test('stay while a run that failed may be tried once more', async () => {
    let isMute = true;
    const { means } = standIns(world());
    await standIns(world(), {
      summarise: (...given) => (isMute ? null : means.summarise(...given)),
    }).install(graph);
    const failed = await run(await makeCategory(ana, { sources: ['https://a.example/1'] }));
    expect(failed).toMatchObject({ state: 'FAILED', step: 'EXTRACT' });
    graph.clock.advance(60 * day);
    await sweepSnapshots(graph.platform);
    isMute = false;
    const { run: again } = await mutate(ana, 'retryResearchRun', 'run { id }', { runId: failed.id });
    await graph.runJobs();
    expect(await readRun(ana, again.id)).toMatchObject({ state: 'DONE' });
    expect(await urls()).toEqual(['https://a.example/1']);
  });

  test('that a feed named have it sent once more, although it has not changed', async () => {
    const { requests } = await standIns(world()).install(graph);
    const categoryId = await makeCategory(ana, { sources: [feed] });
    const first = await run(categoryId);
    await mutate(ana, 'deleteResearchResult', 'deletedId', { id: first.result.id });
    graph.clock.advance(20 * day);
    const second = await run(categoryId);
    await mutate(ana, 'deleteResearchResult', 'deletedId', { id: second.result.id });
    graph.clock.advance(20 * day);
    await sweepSnapshots(graph.platform);
    expect(await urls()).toEqual([feed]);
    requests.length = 0;
    expect(await run(categoryId)).toMatchObject({ state: 'DONE', progress: { fetched: 1 } });
    expect(requests).toEqual([{ url: feed }, { url: 'https://a.example/1' }]);
  });

  test('are swept by a job of their own', async () => {
    await standIns(world()).install(graph);
    const { result } = await run(await makeCategory(ana, { sources: ['https://a.example/1'] }));
    await mutate(ana, 'deleteResearchResult', 'deletedId', { id: result.id });
    graph.clock.advance(31 * day);
    await graph.platform.jobs.add('research.sweepSnapshots', {});
    await graph.runJobs();
    expect(await urls()).toEqual([]);
  });
});
