import { describe, expect, test } from '@jest/globals';
import { ana, beginGraph, bob, graph } from '../support/begin.ts';
import type { Person } from '../support/graph.ts';
import { addPending, create, daily } from './categories.ts';

beginGraph();

describe('results', () => {
  test('carry their sources and claims', async () => {
    const id = await addPending(graph, ana);
    const { researchResult } = await ana.data(
      'query ($id: ID!) { researchResult(id: $id) { title summary content researchDate createdIds category { name } sources { url title fetchedAt hash } claims { text quote verdict source { url } } } }',
      { id },
    );
    expect(researchResult).toEqual({
      title: 'A study',
      summary: 'Short.',
      content: '# Long',
      researchDate: '2026-03-10',
      createdIds: [],
      category: { name: 'Sleep' },
      sources: [
        { url: 'https://example.org/study', title: 'Study', fetchedAt: '2026-03-10T06:00:00.000Z', hash: 'ab12' },
      ],
      claims: [
        { text: 'It helps.', quote: 'it helped', verdict: 'VERBATIM', source: { url: 'https://example.org/study' } },
        { text: 'It is cheap.', quote: null, verdict: 'UNVERIFIED', source: null },
      ],
    });
  });

  test('are listed newest first, by status, category and time, page by page', async () => {
    const eva = await graph.person();
    const one = (await create(eva, { name: 'One' })).category.id;
    const two = (await create(eva, { name: 'Two' })).category.id;
    for (let i = 1; i <= 9; i++) {
      await addPending(graph, eva, {
        categoryId: i % 3 === 0 ? two : one,
        title: String(i),
        status: i % 2 === 0 ? 'APPROVED' : 'PENDING',
        researchDate: new Date(`2026-02-0${Math.ceil(i / 2)}`),
      });
    }
    await addPending(graph, bob, { title: 'Bob' });
    const page = async (args: string) =>
      (
        await eva.data(
          `{ viewer { researchResults(${args}) { nodes { title researchDate } pageInfo { hasNextPage endCursor hasPreviousPage startCursor } } } }`,
        )
      ).viewer.researchResults;
    const titles = async (args: string): Promise<string[]> =>
      (await page(args)).nodes.map((r: { title: string }) => r.title);
    const all = await titles('first: 50');
    expect(all.map((title) => Math.ceil(Number(title) / 2))).toEqual([5, 4, 4, 3, 3, 2, 2, 1, 1]);
    expect((await titles('filter: { statuses: [APPROVED] }')).sort()).toEqual(['2', '4', '6', '8']);
    expect((await titles(`filter: { categoryId: "${two}" }`)).sort()).toEqual(['3', '6', '9']);
    expect((await titles('filter: { from: "2026-02-02", to: "2026-02-03" }')).sort()).toEqual(['3', '4', '5', '6']);
    expect(await titles('filter: { from: "2026-02-03", to: "2026-02-02" }')).toEqual([]);
    expect(await titles('filter: { statuses: [] }')).toEqual([]);
    const forwards: string[] = [];
    for (let after = ''; ; ) {
      const { nodes, pageInfo } = await page(`first: 2${after}`);
      forwards.push(...nodes.map((r: { title: string }) => r.title));
      if (!pageInfo.hasNextPage) break;
      after = `, after: "${pageInfo.endCursor}"`;
    }
    expect(forwards).toEqual(all);
    const backwards: string[] = [];
    for (let before = ''; ; ) {
      const { nodes, pageInfo } = await page(`last: 2${before}`);
      backwards.unshift(...nodes.map((r: { title: string }) => r.title));
      if (!pageInfo.hasPreviousPage) break;
      before = `, before: "${pageInfo.startCursor}"`;
    }
    expect(backwards).toEqual(all);
    const bad = await eva.run('{ viewer { researchResults(after: "WzEsMl0") { nodes { id } } } }');
    expect(bad.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});

test('the dashboard shows what waits for review, and which run comes next', async () => {
  const eva = await graph.person();
  const read = async () =>
    (
      await eva.data(
        '{ viewer { dashboard { pendingResearchResults(first: 2) { count nodes { title } } nextResearchRun { category { name } run { at localTime } } } } }',
      )
    ).viewer.dashboard;
  expect(await read()).toEqual({ pendingResearchResults: { count: 0, nodes: [] }, nextResearchRun: null });
  const { category } = await create(eva, { name: 'Kathmandu', schedule: { ...daily, timeZone: 'Asia/Kathmandu' } });
  await create(eva, { name: 'Berlin', schedule: daily });
  await create(eva, { name: 'Off', active: false, schedule: { ...daily, text: 'FREQ=HOURLY' } });
  await create(eva, { name: 'By hand' });
  for (const title of ['a', 'b', 'c'])
    await addPending(graph, eva, {
      categoryId: category.id,
      title,
      researchDate: new Date(`2026-03-0${title === 'a' ? 1 : 2}`),
    });
  await addPending(graph, eva, { categoryId: category.id, status: 'APPROVED' });
  const dashboard = await read();
  expect(dashboard.pendingResearchResults.count).toBe(3);
  expect(dashboard.pendingResearchResults.nodes.map((r: { title: string }) => r.title).sort()).toEqual(['b', 'c']);
  expect(dashboard.nextResearchRun).toEqual({
    category: { name: 'Kathmandu' },
    run: { at: '2026-03-11T01:15:00.000Z', localTime: '07:00' },
  });
});

test('references of others are null, and scopes are needed', async () => {
  const id = await addPending(graph, bob);
  const call = (viewer: Person['viewer'] | null) =>
    graph.subgraphs.get('research')!.execute({
      query:
        'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on ResearchResult { title } ... on User { id } ... on Dashboard { id } } }',
      variables: {
        r: [
          { __typename: 'ResearchResult', id },
          { __typename: 'User', id: bob.userId },
          { __typename: 'Dashboard', id: bob.userId.replace('user', 'dashboard') },
        ],
      },
      request: { requestId: 't', viewer, ip: null, userAgent: null, idempotencyKey: null },
    });
  expect((await call(ana.viewer)).data).toEqual({ _entities: [null, null, null] });
  expect((await call({ ...bob.viewer, scopes: ['goals:read'] })).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  const reader = graph.as({ ...bob.viewer, scopes: ['research:read'] });
  const answer = await reader.run(
    'mutation ($id: ID!) { approveResearchResult(input: { id: $id }) { result { id } } }',
    { id },
  );
  expect(answer.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
});

test('ten categories with their results, reviews and counts take as many statements as one', async () => {
  const eva = await graph.person();
  for (let i = 0; i < 10; i++) {
    const { category } = await create(eva, { name: `c${i}` });
    for (let j = 0; j < 3; j++) await addPending(graph, eva, { categoryId: category.id });
  }
  const query = (first: number) =>
    `{ viewer { researchCategories(first: ${first}) { nodes { name pendingResultCount results(first: 2) { nodes { title reviews { at } category { name } } } } } } }`;
  const one = await graph.countQueries(() => eva.data(query(1)));
  const ten = await graph.countQueries(() => eva.data(query(10)));
  expect(
    ten.result.viewer.researchCategories.nodes.every(
      (c: { results: { nodes: object[] } }) => c.results.nodes.length === 2,
    ),
  ).toBe(true);
  expect(ten.count).toBe(one.count);
  expect(one.count).toBeLessThanOrEqual(6);
});
