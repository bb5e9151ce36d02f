import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Scope } from '../../subgraphs/shared/context.ts';
import { type NewEvent, publish } from '../../subgraphs/shared/events.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
});
afterAll(() => graph?.stop());
beforeEach(async () => {
  ana = await graph.person();
});

const changes = `query ($since: String, $first: Int) {
  changes(since: $since, first: $first) {
    cursor hasMore fullSyncNeeded
    changes { id typeName kind event { id at } node { __typename id ... on Memory { text enabled } } }
  }
}`;
const createMemory = `mutation ($input: CreateMemoryInput!) {
  createMemory(input: $input) { memory { id } errors { message } }
}`;
const updateMemory = `mutation ($input: UpdateMemoryInput!) {
  updateMemory(input: $input) { memory { id } errors { message } }
}`;
const deleteMemory = 'mutation ($input: DeleteMemoryInput!) { deleteMemory(input: $input) { errors { message } } }';

const read = async (person: Person, since?: string | null, first?: number) =>
  (await person.data(changes, { since, ...(first && { first }) })).changes;
const remember = async (person: Person, text: string) =>
  (await person.data(createMemory, { input: { text } })).createMemory.memory.id as string;
const cursorAt = (seq: number | string) => Buffer.from(JSON.stringify({ seq: String(seq) })).toString('base64url');
const log = ({ userId, viewer }: Person, ...events: NewEvent[]) =>
  graph.db.$transaction((db) =>
    publish({ db, userId, actor: { kind: 'user', id: viewer.userId }, now: graph.clock.now }, ...events),
  );

describe('changes', () => {
  test('without a cursor are none, but give the cursor of now', async () => {
    await remember(ana, 'before');
    const start = await read(ana);
    expect(start).toMatchObject({ changes: [], hasMore: false, fullSyncNeeded: false });
    const id = await remember(ana, 'after');
    expect((await read(ana, start.cursor)).changes).toEqual([
      {
        id,
        typeName: 'Memory',
        kind: 'CREATED',
        event: { id: expect.stringMatching(/^event_/), at: '2026-03-10T12:00:00.000Z' },
        node: { __typename: 'Memory', id, text: 'after', enabled: true },
      },
    ]);
  });

  test('tell each object once, in the order of its latest event, as it is now', async () => {
    const old = await remember(ana, 'old');
    const { cursor } = await read(ana);
    const first = await remember(ana, 'first');
    const second = await remember(ana, 'second');
    await ana.data(updateMemory, { input: { id: first, text: 'first, changed' } });
    await ana.data(updateMemory, { input: { id: old, text: 'old, changed' } });
    await ana.data(deleteMemory, { input: { id: second } });
    const answer = await read(ana, cursor);
    expect(answer.changes.map(({ id, kind, node }: any) => [id, kind, node?.text ?? null])).toEqual([
      [first, 'CREATED', 'first, changed'],
      [old, 'UPDATED', 'old, changed'],
      [second, 'DELETED', null],
    ]);
    expect(await read(ana, answer.cursor)).toEqual({
      changes: [],
      cursor: answer.cursor,
      hasMore: false,
      fullSyncNeeded: false,
    });
  });

  test('come in pages that lose nothing', async () => {
    let { cursor } = await read(ana);
    const ids = [];
    for (let i = 0; i < 7; i++) ids.push(await remember(ana, `memory ${i}`));
    await ana.data(updateMemory, { input: { id: ids[0], text: 'changed' } });
    const seen: string[] = [];
    const more: boolean[] = [];
    for (;;) {
      const page = await read(ana, cursor, 3);
      expect(page.changes.length).toBeLessThanOrEqual(3);
      seen.push(...page.changes.map(({ id }: any) => id));
      more.push(page.hasMore);
      cursor = page.cursor;
      if (!page.hasMore) break;
    }
    expect(more).toEqual([true, true, false]);
    expect(seen).toEqual([...ids, ids[0]]);
  });

  test('of an object whose end lies ahead of the cursor tell that it is gone', async () => {
    const { cursor } = await read(ana);
    const [gone, other] = [await remember(ana, 'gone'), await remember(ana, 'other')];
    await ana.data(deleteMemory, { input: { id: gone } });
    const first = await read(ana, cursor, 1);
    expect(first.changes).toMatchObject([{ id: gone, kind: 'DELETED', node: null }]);
    const rest = await read(ana, first.cursor, 2);
    expect(rest.changes.map(({ id, kind }: any) => [id, kind])).toEqual([
      [other, 'CREATED'],
      [gone, 'DELETED'],
    ]);
  });

  test('of our own objects come with their fields', async () => {
    const { cursor } = await read(ana);
    await ana.data(`mutation {
      grantAiConsent(input: { provider: "openai", dataClasses: [GOALS], disclosureVersion: "1" }) { errors { code } }
      updateProfile(input: { name: "Ana" }) { errors { code } }
    }`);
    const answer = await ana.data(
      `query ($since: String) { changes(since: $since) { changes {
        typeName node { ... on AiConsent { provider } ... on User { name } }
      } } }`,
      { since: cursor },
    );
    expect(answer.changes.changes).toEqual([
      { typeName: 'AiConsent', node: { provider: 'openai' } },
      { typeName: 'User', node: { name: 'Ana' } },
    ]);
  });

  test('go on past objects that the key may not see', async () => {
    const { cursor } = await read(ana);
    await remember(ana, 'a memory');
    await ana.data('mutation { updateProfile(input: { name: "Ana" }) { errors { code } } }');
    const key = (...scopes: Scope[]) =>
      graph.as({ ...ana.viewer, kind: 'apiKey', credentialId: newId('apikey'), scopes });
    const types = async (person: Person) => {
      const answer = await read(person, cursor, 1);
      return [answer.changes.map(({ typeName }: any) => typeName), answer.hasMore];
    };
    expect(await types(key('chat:read'))).toEqual([['Memory'], false]);
    expect(await types(key('profile:read'))).toEqual([['User'], false]);
    expect(await types(key('goals:read'))).toEqual([[], false]);
    expect((await read(key(), cursor)).cursor).toBe((await read(ana)).cursor);
  });

  test("never show anything of anybody else's", async () => {
    const eve = await graph.person();
    const { cursor } = await read(eve);
    const id = await remember(ana, 'secret');
    expect((await read(eve, cursor)).changes).toEqual([]);
    // Even an event that names a foreign object finds nothing there.
    await log(eve, { type: 'memory.updated', subjectId: id, data: {} });
    expect((await read(eve, cursor)).changes).toMatchObject([{ id, kind: 'DELETED', node: null }]);
  });

  test('read many events of one object in one answer', async () => {
    const { cursor } = await read(ana);
    const id = await remember(ana, 'busy');
    for (let i = 0; i < 12; i++) {
      await log(
        ana,
        ...Array.from({ length: 100 }, () => ({ type: 'memory.updated' as const, subjectId: id, data: {} })),
      );
    }
    expect(await read(ana, cursor, 1)).toMatchObject({ changes: [{ id, kind: 'CREATED' }], hasMore: false });
  });
});

describe('a cursor', () => {
  test.each([
    ['malformed', 'nonsense'],
    ['empty', ''],
    ['of another kind', Buffer.from('[1]').toString('base64url')],
    ['of null', Buffer.from('null').toString('base64url')],
    ['negative', cursorAt(-1)],
    ['huge', cursorAt('9'.repeat(30))],
    ['of the future', cursorAt(1_000_000)],
  ])('that is %s asks for a full sync and gives the cursor of now', async (_, since) => {
    await remember(ana, 'x');
    const now = await read(ana);
    expect(await read(ana, since)).toEqual({ changes: [], cursor: now.cursor, hasMore: false, fullSyncNeeded: true });
  });

  test('from before the oldest kept event asks for a full sync; one right at it does not', async () => {
    const cursors = [];
    for (let i = 0; i < 4; i++) {
      cursors.push((await read(ana)).cursor);
      await remember(ana, `memory ${i}`);
    }
    await graph.settle();
    await graph.db.event.deleteMany({ where: { userId: ana.userId, seq: { lte: 2 } } });
    expect((await read(ana, cursors[1])).fullSyncNeeded).toBe(true);
    const answer = await read(ana, cursors[2]);
    expect([answer.fullSyncNeeded, answer.changes.length]).toEqual([false, 2]);
    await graph.db.event.deleteMany({ where: { userId: ana.userId } });
    expect((await read(ana, cursors[3])).fullSyncNeeded).toBe(true);
    expect((await read(ana, (await read(ana)).cursor)).fullSyncNeeded).toBe(false);
  });

  test('outlives the job that forgets events of more than 90 days, unless it is older', async () => {
    const before = (await read(ana)).cursor;
    await remember(ana, 'old');
    const between = (await read(ana)).cursor;
    graph.clock.advance(60 * 24 * 3600_000);
    await remember(ana, 'new');
    await graph.settle();
    graph.clock.advance(31 * 24 * 3600_000);
    await graph.runJobs();
    expect((await read(ana, before)).fullSyncNeeded).toBe(true);
    expect((await read(ana, between)).changes).toMatchObject([{ kind: 'CREATED', node: { text: 'new' } }]);
  });

  test.each([0, -1, 501, 2_000_000_000])('with first: %i is refused', async (first) => {
    const answer = await ana.run(changes, { since: null, first });
    expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  test('is given only to somebody who is signed in', async () => {
    const answer = await graph.as(null).run(changes, {});
    expect(answer.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });
});

describe('a copy', () => {
  test('that follows changes is the same as the truth after 200 random edits, wherever it looks', async () => {
    const edit = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('create' as const), at: fc.nat(), first: fc.nat(5) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('update' as const), at: fc.nat(), first: fc.nat(5) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), at: fc.nat(), first: fc.nat(5) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('look' as const), at: fc.nat(), first: fc.nat(5) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 200, maxLength: 200 }), async (edits) => {
        const person = await graph.person();
        let { cursor } = await read(person);
        const copy = new Map<string, string>();
        const truth = new Map<string, string>();
        const look = async (first: number) => {
          const page = await read(person, cursor, first);
          expect(page.fullSyncNeeded).toBe(false);
          for (const { id, kind, node } of page.changes) {
            if (kind === 'DELETED') copy.delete(id);
            else copy.set(id, node.text);
          }
          cursor = page.cursor;
          return page.hasMore as boolean;
        };
        for (const [i, step] of edits.entries()) {
          const id = [...truth.keys()][step.at % Math.max(1, truth.size)];
          const text = `text ${i}`;
          if (step.do === 'look') await look(step.first + 1);
          else if (step.do === 'create' || !id) truth.set(await remember(person, text), text);
          else if (step.do === 'update') {
            await person.data(updateMemory, { input: { id, text } });
            truth.set(id, text);
          } else {
            await person.data(deleteMemory, { input: { id } });
            truth.delete(id);
          }
        }
        while (await look(7));
        expect(Object.fromEntries(copy)).toEqual(Object.fromEntries(truth));
      }),
      { numRuns: 3 },
    );
  }, 120_000);
});
