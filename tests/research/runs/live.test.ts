import { expect, test } from '@jest/globals';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import type { Person } from '../../support/graph.ts';
import { makeCategory, mutate, type Site, standIns, trigger } from './standIns.ts';

beginGraph();

const sites: Record<string, Site> = { 'https://a.example/': { title: 'A', text: 'A says this.' } };
const progress = 'subscription { researchProgress { event { id } run { id state progress { fetched } } } }';
const completed = 'subscription { researchCompleted { event { id } run { state } result { title } } }';

const eventsOf = ({ userId }: Person) =>
  graph.db.event.findMany({ where: { userId, type: { startsWith: 'research' } }, orderBy: { seq: 'asc' } });

/** What the subgraph answers for an event, as the gateway asks for each. */
const answer = (person: Person, eventId: string, query: string) => {
  const request = { requestId: 'r', viewer: person.viewer, ip: null, userAgent: null, idempotencyKey: null };
  return graph.subgraphs.get('research')!.execute({ query, request, eventId });
};

test('a run is told of as it begins, with each step, and as it ends', async () => {
  await standIns(sites).install(graph);
  const { run } = await trigger(ana, await makeCategory(ana, { sources: Object.keys(sites) }));
  await graph.runJobs();
  const events = await eventsOf(ana);
  expect(events.map(({ type }) => type)).toEqual([
    'researchCategory.created',
    'researchRun.created',
    // Taken up, and four steps that lead to another.
    ...Array(5).fill('researchRun.progressed'),
    'researchResult.created',
    'researchRun.completed',
  ]);
  expect(events.at(-1)!.data).toMatchObject({ state: 'DONE' });
  expect(events.at(-1)).toMatchObject({ actorKind: 'system', actorId: run.id });
  expect((await answer(ana, events[2]!.id, progress)).data).toEqual({
    researchProgress: { event: { id: events[2]!.id }, run: { id: run.id, state: 'DONE', progress: { fetched: 1 } } },
  });
  expect((await answer(ana, events.at(-1)!.id, completed)).data).toEqual({
    researchCompleted: { event: { id: events.at(-1)!.id }, run: { state: 'DONE' }, result: { title: 'A' } },
  });
});

test('many texts are told of once a second at most', async () => {
  const many: Record<string, Site> = {};
  for (let i = 0; i < 12; i++) many[`https://m.example/${i}`] = { title: `${i}`, text: `${i} says this.` };
  const { means } = await standIns(many).install(graph, { atOnce: 1 });
  const fetchNow = means.fetch;
  means.fetch = async (...args) => {
    graph.clock.advance(300);
    return fetchNow(...args);
  };
  const eva = await graph.person();
  await trigger(eva, await makeCategory(eva, { sources: Object.keys(many) }));
  await graph.runJobs();
  const told = (await eventsOf(eva)).filter(({ type }) => type === 'researchRun.progressed');
  expect(told).toHaveLength(5 + 3);
});

test('runs that failed or were cancelled have ended too; what is gone is null', async () => {
  const eva = await graph.person();
  await standIns({}).install(graph);
  const categoryId = await makeCategory(eva, { sources: Object.keys(sites) });
  await trigger(eva, categoryId);
  await graph.runJobs();
  const cancelled = (await trigger(eva, categoryId)).run;
  await mutate(eva, 'cancelResearchRun', 'run { id }', { id: cancelled.id });
  const ends = (await eventsOf(eva)).filter(({ type }) => type === 'researchRun.completed');
  expect(ends.map(({ data }) => (data as { state: string }).state)).toEqual(['FAILED', 'CANCELLED']);
  expect(ends[1]).toMatchObject({ actorKind: 'user', actorId: eva.userId });
  expect((await answer(eva, ends[0]!.id, completed)).data).toMatchObject({
    researchCompleted: { run: { state: 'FAILED' }, result: null },
  });
  await mutate(eva, 'deleteResearchCategory', 'deletedId', { id: categoryId });
  expect((await answer(eva, ends[0]!.id, completed)).data).toMatchObject({
    researchCompleted: { run: null, result: null },
  });
});

test("nobody is told of somebody else's runs, nor without the scope", async () => {
  const eve = await graph.person();
  const end = (await eventsOf(ana)).at(-1)!;
  expect(await answer(eve, end.id, completed)).toEqual({ data: null });
  for (const query of [progress, completed]) {
    const refused = await answer(graph.as({ ...ana.viewer, scopes: ['goals:read'] }), end.id, query);
    expect(refused.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  }
});
