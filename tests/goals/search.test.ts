import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';

let graph: TestGraph;
let ana: Person;
let bob: Person;

async function make(person: Person, field: string, input: Record<string, unknown>): Promise<string> {
  const name = field[0]!.toUpperCase() + field.slice(1);
  const result = field === 'logProgress' ? 'entry' : field === 'createGoal' ? 'goal' : 'lifeArea';
  const answer = await person.data(
    `mutation ($input: ${name}Input!) { ${field}(input: $input) { ${result} { id } errors { code path message } } }`,
    { input },
  );
  expect(answer[field].errors).toEqual([]);
  return answer[field][result].id;
}
const goal = (person: Person, title: string, description?: string) =>
  make(person, 'createGoal', { title, kind: 'CUSTOM', description });

beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person();
  bob = await graph.person();
  await goal(bob, 'Marathon in secret');
  const area = await make(ana, 'createLifeArea', { kind: 'HEALTH', name: 'Running', description: 'Shoes and knees' });
  graph.clock.advance(1000);
  const marathon = await goal(ana, 'Run a marathon', 'In Straße, before May');
  graph.clock.advance(1000);
  await make(ana, 'logProgress', {
    goalId: marathon,
    value: '5',
    note: 'My left knee hurt, see jarvis.example/plan <b>x</b>',
  });
  graph.clock.advance(1000);
  await make(ana, 'logProgress', { goalId: marathon, value: '6' });
  expect(area).toMatch(/^area_/);
}, 60_000);
afterAll(() => graph?.stop());

const selection = `nodes { at excerpt { text found } subject {
  __typename ... on Goal { title } ... on LifeArea { name } ... on ProgressEntry { value goal { title } } } } `;
const search = async (query: string, person = ana) =>
  (await person.data(`query ($query: String!) { viewer { searchNotes(query: $query) { ${selection} } } }`, { query }))
    .viewer.searchNotes.nodes as {
    at: string;
    excerpt: { text: string; found: boolean }[];
    subject: Record<string, any> | null;
  }[];
const subjects = async (query: string, person = ana) =>
  (await search(query, person)).map(({ subject }) => subject?.title ?? subject?.name ?? `entry of ${subject?.value}`);

test('notes, goals and life areas are found together, the newest first, by the beginnings of words', async () => {
  expect(await subjects('knee')).toEqual(['entry of 5', 'Running']);
  expect(await subjects('RUN')).toEqual(['Run a marathon', 'Running']);
  expect(await subjects('run may')).toEqual(['Run a marathon']);
  expect(await subjects('straß')).toEqual(['Run a marathon']);
  expect(await subjects('nothing')).toEqual([]);
  expect((await search('hurt'))[0]!.subject).toEqual({
    __typename: 'ProgressEntry',
    value: '5',
    goal: { title: 'Run a marathon' },
  });
});

test('quotes, minus and "or" work as in a web search', async () => {
  expect(await subjects('"left knee"')).toEqual(['entry of 5']);
  expect(await subjects('knees or marathon')).toEqual(['Run a marathon', 'Running']);
  expect(await subjects('running -knees')).toEqual([]);
});

test('nobody else’s notes are found', async () => {
  expect(await subjects('marathon')).toEqual(['Run a marathon']);
  expect(await subjects('marathon', bob)).toEqual(['Marathon in secret']);
});

test('an excerpt says what was found, as parts and not as markup', async () => {
  const [found] = await search('hurt');
  expect(found!.excerpt.filter((part) => part.found)).toEqual([{ text: 'hurt', found: true }]);
  expect(found!.excerpt.map(({ text }) => text).join('')).toMatch(/^My left knee hurt, see jarvis\.example\/plan/);
});

test('whatever one types is a question or a mistake of the asker, never an error of ours', async () => {
  for (const query of ["'", '"', '&|!():*<->', "a' | 'b", '\\', '-', 'or or', '💥', 'a'.repeat(200)]) {
    await expect(search(query)).resolves.toBeDefined();
  }
  const refused = async (args: string) => {
    const answer = await ana.run(`{ viewer { searchNotes(${args}) { nodes { at } } } }`);
    return answer.errors?.[0]?.extensions?.code;
  };
  for (const args of [
    'query: " "',
    `query: "${'a'.repeat(201)}"`,
    'query: "a", first: 101',
    'query: "a", after: "x"',
  ]) {
    expect(await refused(args)).toBe('BAD_USER_INPUT');
  }
  const cursor = Buffer.from(JSON.stringify([true, 1])).toString('base64url');
  expect(await refused(`query: "a", after: "${cursor}"`)).toBe('BAD_USER_INPUT');
});

test('an edited or deleted text is not found any more', async () => {
  const id = await goal(ana, 'Ephemeral');
  expect(await subjects('ephemeral')).toEqual(['Ephemeral']);
  await ana.data('mutation ($input: UpdateGoalInput!) { updateGoal(input: $input) { errors { code } } }', {
    input: { id, title: 'Lasting' },
  });
  expect([await subjects('ephemeral'), await subjects('lasting')]).toEqual([[], ['Lasting']]);
  await ana.data('mutation ($input: DeleteGoalInput!) { deleteGoal(input: $input) { errors { code } } }', {
    input: { id },
  });
  expect(await subjects('lasting')).toEqual([]);
});

test('results come page by page, both ways, over all kinds, without gap or repetition', async () => {
  const eva = await graph.person();
  const first = await goal(eva, 'needle a');
  for (const [i, letter] of [...'bcdefg'].entries()) {
    graph.clock.advance(i % 2 === 0 ? 1000 : 0);
    if (i % 3 === 0) await make(eva, 'createLifeArea', { kind: 'WORK', name: `needle ${letter}` });
    else if (i % 3 === 1) await make(eva, 'logProgress', { goalId: first, value: String(i), note: `needle ${letter}` });
    else await goal(eva, `needle ${letter}`);
  }
  type Page = { nodes: { excerpt: { text: string }[] }[]; pageInfo: Record<string, any> };
  const page = async (args: string): Promise<Page> =>
    (
      await eva.data(
        `{ viewer { searchNotes(query: "needle", ${args}) { nodes { excerpt { text } } pageInfo { hasNextPage endCursor hasPreviousPage startCursor } } } }`,
      )
    ).viewer.searchNotes;
  const texts = ({ nodes }: Page) => nodes.map(({ excerpt }) => excerpt.map(({ text }) => text).join(''));
  const all = texts(await page('first: 50'));
  expect(new Set(all).size).toBe(7);
  expect(all.at(-1)).toBe('needle a');
  const forwards: string[] = [];
  for (let after = ''; ; ) {
    const found = await page(`first: 3${after}`);
    forwards.push(...texts(found));
    if (!found.pageInfo.hasNextPage) break;
    after = `, after: "${found.pageInfo.endCursor}"`;
  }
  const backwards: string[] = [];
  for (let before = ''; ; ) {
    const found = await page(`last: 3${before}`);
    backwards.unshift(...texts(found));
    if (!found.pageInfo.hasPreviousPage) break;
    before = `, before: "${found.pageInfo.startCursor}"`;
  }
  expect([forwards, backwards]).toEqual([all, all]);
});

test('the indexes serve the search', async () => {
  for (const table of ['progress_entries', 'goals', 'life_areas', 'life_area_notes']) {
    const plan = await graph.db.$transaction(async (tx) => {
      await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
      return tx.$queryRawUnsafe<Record<string, string>[]>(
        `EXPLAIN SELECT id FROM ${table} WHERE search @@ to_tsquery('simple', 'marathon')`,
      );
    });
    expect(plan.map((row) => Object.values(row)[0]).join('\n')).toContain(`${table}_search_idx`);
  }
});
