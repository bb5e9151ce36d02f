import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';

let graph: TestGraph;
let ana: Person;
let bob: Person;

/** Results come from runs, which users cannot start yet: straight into the tables. */
async function add({ userId }: Person, title: string, summary = '', content = ''): Promise<void> {
  const now = graph.clock.now();
  const times = { createdAt: now, updatedAt: now };
  const categoryId = newId('category', now);
  await graph.db.researchCategory.create({
    data: { userId, id: categoryId, name: 'Sleep', inputHash: '', ...times },
  });
  await graph.db.researchResult.create({
    data: {
      userId,
      id: newId('result', now),
      categoryId,
      title,
      summary,
      content,
      sources: [],
      claims: [],
      researchDate: now,
      ...times,
    },
  });
}

beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person();
  bob = await graph.person();
  await add(bob, 'Magnesium for Bob');
  await add(ana, 'Naps', 'Short naps help', 'A study of **magnesium** and <b>naps</b> at example.org/naps');
  graph.clock.advance(1000);
  await add(ana, 'Magnesium and sleeping', 'Nothing is certain');
}, 60_000);
afterAll(() => graph?.stop());

const search = async (query: string, person = ana) =>
  (
    await person.data(
      `query ($query: String!) { viewer { searchResearch(query: $query) { nodes { excerpt { text found } result { title category { name } } } } } }`,
      { query },
    )
  ).viewer.searchResearch.nodes as {
    excerpt: { text: string; found: boolean }[];
    result: { title: string; category: { name: string } };
  }[];
const titles = async (query: string, person = ana) => (await search(query, person)).map(({ result }) => result.title);

test('titles, summaries and contents are searched, the newest result first, by the beginnings of words', async () => {
  expect(await titles('magnes')).toEqual(['Magnesium and sleeping', 'Naps']);
  expect(await titles('CERTAIN sleep')).toEqual(['Magnesium and sleeping']);
  expect(await titles('nothing at all')).toEqual([]);
  expect((await search('certain'))[0]!.result.category.name).toBe('Sleep');
});

test('quotes, minus and "or" work as in a web search', async () => {
  expect(await titles('"short naps"')).toEqual(['Naps']);
  expect(await titles('magnesium -study')).toEqual(['Magnesium and sleeping']);
  expect(await titles('certain or study')).toEqual(['Magnesium and sleeping', 'Naps']);
});

test('nobody else’s results are found', async () => {
  expect(await titles('magnesium', bob)).toEqual(['Magnesium for Bob']);
  expect(await titles('bob')).toEqual([]);
});

test('an excerpt says what was found, as parts and not as markup', async () => {
  const [{ excerpt }] = (await search('study')) as unknown as [{ excerpt: { text: string; found: boolean }[] }];
  expect(excerpt.filter(({ found }) => found)).toEqual([{ text: 'study', found: true }]);
});

test('a content of megabytes is stored, and found by its beginning', async () => {
  const eva = await graph.person();
  const words = Array.from({ length: 300_000 }, (_, i) => `word${i}`).join(' ');
  await add(eva, 'Long', '', `haystack ${words}`);
  expect(await titles('haystack', eva)).toEqual(['Long']);
});

test('a question that is none is refused, any other is answered', async () => {
  for (const query of ["'", '&|!():*<->', '\\', '💥', 'a'.repeat(200)])
    await expect(search(query)).resolves.toEqual([]);
  const answer = await ana.run('{ viewer { searchResearch(query: " ") { nodes { result { id } } } } }');
  expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
});

test('results come page by page, both ways, without gap or repetition', async () => {
  const eva = await graph.person();
  for (let i = 0; i < 7; i++) {
    graph.clock.advance(i % 2 === 0 ? 0 : 1000);
    await add(eva, `needle ${i}`);
  }
  type Page = { nodes: { result: { title: string } }[]; pageInfo: Record<string, any> };
  const page = async (args: string): Promise<Page> =>
    (
      await eva.data(
        `{ viewer { searchResearch(query: "needle", ${args}) { nodes { result { title } } pageInfo { hasNextPage endCursor hasPreviousPage startCursor } } } }`,
      )
    ).viewer.searchResearch;
  const names = ({ nodes }: Page) => nodes.map(({ result }) => result.title);
  const all = names(await page('first: 50'));
  expect(new Set(all).size).toBe(7);
  const forwards: string[] = [];
  for (let after = ''; ; ) {
    const found = await page(`first: 3${after}`);
    forwards.push(...names(found));
    if (!found.pageInfo.hasNextPage) break;
    after = `, after: "${found.pageInfo.endCursor}"`;
  }
  const backwards: string[] = [];
  for (let before = ''; ; ) {
    const found = await page(`last: 3${before}`);
    backwards.unshift(...names(found));
    if (!found.pageInfo.hasPreviousPage) break;
    before = `, before: "${found.pageInfo.startCursor}"`;
  }
  expect([forwards, backwards]).toEqual([all, all]);
});

test('the index serves the search', async () => {
  const plan = await graph.db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
    return tx.$queryRaw<Record<string, string>[]>`
      EXPLAIN SELECT id FROM research_results WHERE search @@ to_tsquery('simple', 'magnesium')`;
  });
  expect(plan.map((row) => Object.values(row)[0]).join('\n')).toContain('research_results_search_idx');
});
