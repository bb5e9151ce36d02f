import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { importTree } from './support.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person();
  const bob = await graph.person();
  await importTree(bob, ['u1: Bob keeps the marathon a secret']);
  await importTree(ana, [
    'u1: I want to run a marathon in May',
    'a1 < u1: Running four times a week is a good start',
    'a2 < u1: Walking first, then running',
    'u2 < a1: Straße und Gewohnheit',
    'u3 < a1: see jarvis.example/plan for <b>the plan</b>',
  ]);
}, 60_000);
afterAll(() => graph?.stop());

const search = async (query: string, args = 'first: 20') =>
  (
    await ana.data(
      `query ($query: String!) { viewer { searchMessages(query: $query, ${args}) { nodes { message { content } excerpt { text found } } pageInfo { hasNextPage endCursor hasPreviousPage startCursor } } } }`,
      { query },
    )
  ).viewer.searchMessages;
const contents = async (query: string) =>
  (await search(query)).nodes
    .map(({ message }: { message: { content: string } }) => message.content.slice(0, 7))
    .sort();

test('messages are found on every branch, by the beginnings of words, in any case', async () => {
  expect(await contents('run')).toEqual(['I want ', 'Running', 'Walking']);
  expect(await contents('RUN week')).toEqual(['Running']);
  expect(await contents('gewohn')).toEqual(['Straße ']);
  expect(await contents('straße')).toEqual(['Straße ']);
  expect(await contents('jarvis.example')).toEqual(['see jar']);
  expect(await contents('nothing')).toEqual([]);
});

test('quotes, minus and "or" work as in a web search', async () => {
  expect(await contents('"four times"')).toEqual(['Running']);
  expect(await contents('running -walking')).toEqual(['Running']);
  expect(await contents('marathon or gewohnheit')).toEqual(['I want ', 'Straße ']);
});

test('nobody else’s messages are found', async () => {
  expect(await contents('marathon')).toEqual(['I want ']);
});

test('an excerpt says what was found, as parts and not as markup', async () => {
  const { nodes } = await search('plan');
  const parts = nodes[0].excerpt as { text: string; found: boolean }[];
  expect(parts.filter(({ found }) => found).map(({ text }) => text)).toContain('plan');
  expect(parts.map(({ text }) => text).join('')).toMatch(/^see jarvis\.example\/plan for +the plan$/);
});

test('whatever one types is a question, never an error', async () => {
  for (const query of [
    "'",
    '"',
    '&|!():*<->',
    "a' | 'b",
    '\\',
    '-',
    '!!',
    'or or',
    '💥',
    "l'été",
    '%_',
    '\u{e000}x\u{e001}',
    'a'.repeat(200),
  ]) {
    await expect(search(query)).resolves.toBeDefined();
  }
  for (const query of ['', '  ', 'a'.repeat(201), 'x'.repeat(1_000_000), 'a\0b']) {
    const answer = await ana.run(
      'query ($q: String!) { viewer { searchMessages(query: $q) { nodes { message { id } } } } }',
      { q: query },
    );
    expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  }
});

test('results come page by page, both ways, without gap or repetition', async () => {
  const eva = await graph.person();
  for (let i = 0; i < 7; i++) {
    graph.clock.advance(i % 2 === 0 ? 0 : 1000);
    await importTree(eva, [`u1: needle ${i}`]);
  }
  const page = async (args: string) =>
    (
      await eva.data(
        `{ viewer { searchMessages(query: "needle", ${args}) { nodes { message { content } } pageInfo { hasNextPage endCursor hasPreviousPage startCursor } } } }`,
      )
    ).viewer.searchMessages;
  const names = (nodes: { message: { content: string } }[]) => nodes.map(({ message }) => message.content);
  const all = names((await page('first: 50')).nodes);
  expect(new Set(all).size).toBe(7);
  const forwards: string[] = [];
  for (let after = ''; ; ) {
    const { nodes, pageInfo } = await page(`first: 3${after}`);
    forwards.push(...names(nodes));
    if (!pageInfo.hasNextPage) break;
    after = `, after: "${pageInfo.endCursor}"`;
  }
  expect(forwards).toEqual(all);
  const backwards: string[] = [];
  for (let before = ''; ; ) {
    const { nodes, pageInfo } = await page(`last: 3${before}`);
    backwards.unshift(...names(nodes));
    if (!pageInfo.hasPreviousPage) break;
    before = `, before: "${pageInfo.startCursor}"`;
  }
  expect(backwards).toEqual(all);
});

test('the index serves the search', async () => {
  const plan = await graph.db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
    return tx.$queryRaw<Record<string, string>[]>`
      EXPLAIN SELECT id FROM messages WHERE search @@ to_tsquery('simple', 'marathon')`;
  });
  expect(plan.map((row) => Object.values(row)[0]).join('\n')).toContain('messages_search_idx');
});
