import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { mutate, told } from './fixtures/graph.ts';

let graph: TestGraph;
let ana: Person;
let area: string;
beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person();
  area = await makeArea(ana);
}, 60_000);
afterAll(() => graph?.stop());

const fields = 'note { id text version lifeArea { id } }';
const makeArea = async (person: Person): Promise<string> =>
  (await mutate(person, 'createLifeArea', { kind: 'HEALTH', name: 'Health' }, 'lifeArea { id }')).lifeArea.id;
const add = (person: Person, input: object) => mutate(person, 'addLifeAreaNote', input, fields);
const update = (input: object) => mutate(ana, 'updateLifeAreaNote', input, fields);
const remove = (input: object) => mutate(ana, 'deleteLifeAreaNote', input, `deletedId ${fields}`);
const count = () => graph.db.lifeAreaNote.count({ where: { userId: ana.userId } });

test('a note is added, changed, moved and deleted, and each is told', async () => {
  const { note, errors } = await add(ana, { lifeAreaId: area, text: 'Sleep at ten.\nNo screens.' });
  expect(errors).toEqual([]);
  expect(note).toMatchObject({ text: 'Sleep at ten.\nNo screens.', version: 1, lifeArea: { id: area } });
  const other = await makeArea(ana);
  const changed = await update({ id: note.id, text: 'Sleep at nine.', lifeAreaId: other, expectedVersion: 1 });
  expect(changed.note).toEqual({ id: note.id, text: 'Sleep at nine.', version: 2, lifeArea: { id: other } });
  const late = await remove({ id: note.id, expectedVersion: 1 });
  expect(late).toMatchObject({ deletedId: null, note: { version: 2 }, errors: [{ code: 'CONFLICT' }] });
  expect((await remove({ id: note.id })).deletedId).toBe(note.id);
  const log = await graph.db.event.findMany({ where: { subjectId: note.id }, orderBy: { seq: 'asc' } });
  expect(log.map(({ type, data }) => [type, data])).toEqual([
    ['lifeAreaNote.created', { lifeAreaId: area }],
    ['lifeAreaNote.updated', { lifeAreaId: other }],
    ['lifeAreaNote.deleted', { lifeAreaId: other }],
  ]);
});

test('made twice with one id is one; other input is a conflict', async () => {
  const input = { id: newId('note'), lifeAreaId: area, text: 'Once' };
  const first = await add(ana, input);
  expect(await add(ana, input)).toEqual(first);
  expect(told(await add(ana, { ...input, text: 'Twice' }))).toEqual(['CONFLICT id']);
});

test.each<[string, object, string[]]>([
  ['no text', { text: ' ' }, ['INVALID text']],
  ['a text that is too long', { text: 'x'.repeat(10_001) }, ['LIMIT text']],
  ['an id of another kind', { id: newId('goal') }, ['INVALID id']],
  ['a life area that is none', { lifeAreaId: newId('area') }, ['NOT_FOUND lifeAreaId']],
])('with %s is refused, and nothing is stored', async (_, input, expected) => {
  const before = await count();
  expect(told(await add(ana, { lifeAreaId: area, text: 'x', ...input }))).toEqual(expected);
  expect(await count()).toBe(before);
});

test('a change that takes something away, or moves it nowhere, is refused', async () => {
  const { note } = await add(ana, { lifeAreaId: area, text: 'x' });
  expect(told(await update({ id: note.id, text: null, lifeAreaId: null }))).toEqual([
    'REQUIRED text',
    'REQUIRED lifeAreaId',
  ]);
  expect(told(await update({ id: note.id, lifeAreaId: newId('area') }))).toEqual(['NOT_FOUND lifeAreaId']);
});

test('a life area has at most 1,000', async () => {
  const eva = await graph.person();
  const lifeAreaId = await makeArea(eva);
  const now = graph.clock.now();
  const rows = Array.from({ length: 1_000 }, () => ({
    userId: eva.userId,
    id: newId('note', now),
    lifeAreaId,
    text: 'x',
    inputHash: '',
    createdAt: now,
    updatedAt: now,
  }));
  await graph.db.lifeAreaNote.createMany({ data: rows });
  expect(told(await add(eva, { lifeAreaId, text: 'one more' }))).toEqual(['LIMIT lifeAreaId']);
});

test('the notes of many areas are read newest first, page by page, both ways, in one statement', async () => {
  const eva = await graph.person();
  const areas = [await makeArea(eva), await makeArea(eva), await makeArea(eva)];
  for (let i = 1; i <= 5; i++) {
    graph.clock.advance(i % 2);
    for (const lifeAreaId of areas) await add(eva, { lifeAreaId, text: String(i) });
  }
  const read = async (args: string) => {
    const { result, count } = await graph.countQueries(() =>
      eva.data(
        `{ viewer { lifeAreas { nodes { notes(${args}) { nodes { text } pageInfo { endCursor startCursor hasNextPage } } } } } }`,
      ),
    );
    return { pages: result.viewer.lifeAreas.nodes.map((node: any) => node.notes), count };
  };
  const texts = (page: any) => page.nodes.map((note: any) => note.text);
  const { pages, count } = await read('first: 2');
  expect(pages.map(texts)).toEqual(Array(3).fill(['5', '4']));
  expect(count).toBeLessThanOrEqual(4);
  const next = await read(`first: 9, after: "${pages[0].pageInfo.endCursor}"`);
  expect(texts(next.pages[0])).toEqual(['3', '2', '1']);
  const back = await read(`last: 2, before: "${next.pages[0].pageInfo.startCursor}"`);
  expect(texts(back.pages[0])).toEqual(['5', '4']);
  const wrong = await eva.run('{ viewer { lifeAreas { nodes { notes(after: "WzEsMl0") { nodes { id } } } } } }');
  expect(wrong.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
});

test('a deleted life area takes its notes along, and tells of each', async () => {
  const lifeAreaId = await makeArea(ana);
  const { note } = await add(ana, { lifeAreaId, text: 'Gone soon' });
  await mutate(ana, 'deleteLifeArea', { id: lifeAreaId }, 'deletedId');
  expect(await graph.db.event.count({ where: { type: 'lifeAreaNote.deleted', subjectId: note.id } })).toBe(1);
  expect(await graph.db.lifeAreaNote.count({ where: { id: note.id } })).toBe(0);
});

test('searchNotes finds it', async () => {
  const { note } = await add(ana, { lifeAreaId: area, text: 'Magnesium does little' });
  const { viewer } = await ana.data(
    '{ viewer { searchNotes(query: "magnes") { nodes { excerpt { text found } subject { ... on LifeAreaNote { id lifeArea { name } } } } } } }',
  );
  expect(viewer.searchNotes.nodes).toEqual([
    {
      excerpt: [
        { text: 'Magnesium', found: true },
        { text: ' does little', found: false },
      ],
      subject: { id: note.id, lifeArea: { name: 'Health' } },
    },
  ]);
});
