import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import { chat } from '../../../subgraphs/chat/index.ts';
import { follow } from '../../../subgraphs/chat/insights/evidence.ts';
import { type AskAs, type InsightMeans, insightJob, insightScopes } from '../../../subgraphs/chat/insights/job.ts';
import { goals } from '../../../subgraphs/goals/index.ts';
import { type Person, startGraph, type TestGraph } from '../../support/graph.ts';

const day = 86_400_000;
let graph: TestGraph;
const people = new Map<string, Person>();
/** Whom the graph was asked as, query by query. */
let asked: string[] = [];
/** Whoever is here gets no answers. */
const cutOff = new Set<string>();

/** With the scopes that insights need, and no more. */
const askAs: AskAs = async (userId, work) => {
  const viewer = { ...people.get(userId)!.viewer, scopes: insightScopes };
  const person = graph.as(viewer);
  return work(async (document, variables) => {
    asked.push(userId);
    if (cutOff.has(userId)) throw new Error('The graph is away.');
    return person.data(document, variables);
  });
};

const run = (means: Partial<InsightMeans> = {}) =>
  insightJob({ platform: graph.platform, askAs, ...means }).run({}, new AbortController().signal);

beforeAll(async () => {
  graph = await startGraph({ time: '2026-03-10T05:00:00Z' });
}, 60_000);
afterAll(() => graph?.stop());

/** Somebody with the demo account's year of goals. */
async function somebody(timeZone = 'Europe/Berlin'): Promise<Person> {
  const person = await graph.person({ timeZone });
  people.set(person.userId, person);
  await graph.db.$transaction(
    (db) =>
      goals.demo!({
        db,
        userId: person.userId,
        timeZone,
        now: graph.clock.now(),
        secrets: graph.platform.secrets,
        random: randomFrom(7),
        ids: new Map(),
      }),
    { timeout: 60_000 },
  );
  return person;
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const insightsOf = async (person: Person) => {
  const { viewer } = await person.data(`{ viewer { insights(first: 100) { nodes {
    id kind title text origin createdAt goals { id title }
    evidence { label value unit from to objectId document variables path } } } } }`);
  return viewer.insights.nodes as {
    id: string;
    kind: string;
    title: string;
    text: string;
    origin: string;
    createdAt: string;
    goals: { id: string; title: string }[];
    evidence: { value: string; document: string; variables: string; path: string[]; objectId: string | null }[];
  }[];
};

const countEvents = (person: Person, type: string) => graph.db.event.count({ where: { userId: person.userId, type } });

describe('a morning', () => {
  let ana: Person;
  beforeAll(async () => {
    ana = await somebody();
    await run();
  }, 60_000);

  test('brings insights of several kinds, each with its event', async () => {
    const insights = await insightsOf(ana);
    expect(insights.length).toBe(5);
    expect(new Set(insights.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(3);
    expect(await countEvents(ana, 'insight.created')).toBe(5);
    for (const { goals: about, origin, title } of insights) {
      expect(origin).toBe('TEMPLATE');
      expect(about.length).toBeGreaterThan(0);
      for (const goal of about) expect(title).toContain(`“${goal.title}”`);
    }
  });

  test('gives every number the query that it comes from: run again, it gives that number', async () => {
    for (const { evidence } of await insightsOf(ana)) {
      expect(evidence.length).toBeGreaterThan(0);
      for (const { value, document, variables, path } of evidence) {
        const exact = new Decimal(follow(await ana.data(document, JSON.parse(variables)), path) as string);
        const places = new Decimal(value).decimalPlaces();
        expect([path, exact.toDecimalPlaces(places).toFixed()]).toEqual([path, new Decimal(value).toFixed()]);
      }
    }
  });

  test('comes once a local day, whatever the number of processes', async () => {
    const before = await insightsOf(ana);
    asked = [];
    await run();
    expect(asked).toEqual([]);
    // As if the claim had lapsed while a slow process was still at it.
    await graph.db.insightRun.updateMany({ where: { userId: ana.userId }, data: { dueAt: graph.clock.now() } });
    await Promise.all([run(), run()]);
    expect(asked).toEqual([ana.userId]);
    expect(await insightsOf(ana)).toEqual(before);
    const { dueAt } = await graph.db.insightRun.findUniqueOrThrow({ where: { userId: ana.userId } });
    expect(dueAt.toISOString()).toBe('2026-03-11T04:00:00.000Z');
  });

  test('does not repeat on the next day what has hardly changed', async () => {
    const before = await insightsOf(ana);
    graph.clock.advance(day);
    await run();
    const after = await insightsOf(ana);
    expect(asked.length).toBeGreaterThan(1);
    const subjects = (list: typeof after) =>
      list.map(({ kind, goals: about }) => `${kind} ${about.map(({ id }) => id).sort()}`);
    expect(new Set(subjects(after)).size).toBe(after.length);
    expect(after.slice(-before.length)).toEqual(before);
  });

  test('replaces what nobody has read by what is so now, and leaves alone what was read or dismissed', async () => {
    const carl = await somebody();
    await run();
    const [unread, read, dismissed] = await insightsOf(carl);
    await carl.data('mutation ($ids: [ID!]!) { markInsightsRead(input: { ids: $ids }) { errors { code } } }', {
      ids: [read!.id],
    });
    await carl.data('mutation ($id: ID!) { dismissInsight(input: { id: $id }) { errors { code } } }', {
      id: dismissed!.id,
    });
    // As if the figures had been others.
    for (const { id } of [unread!, read!, dismissed!]) {
      const { evidence } = await graph.db.insight.findUniqueOrThrow({
        where: { userId_id: { userId: carl.userId, id } },
      });
      const [first, ...rest] = evidence as object[];
      await graph.db.insight.update({
        where: { userId_id: { userId: carl.userId, id } },
        data: { title: 'Old', evidence: [{ ...first, value: '0' }, ...rest] },
      });
    }
    await graph.db.insightRun.update({ where: { userId: carl.userId }, data: { localDate: null, dueAt: new Date(0) } });
    graph.clock.advance(60_000);
    await run();
    const rows = await graph.db.insight.findMany({ where: { userId: carl.userId } });
    const find = (id: string) => rows.find((row) => row.id === id)!;
    expect(find(unread!.id)).toMatchObject({ title: unread!.title, createdAt: graph.clock.now(), readAt: null });
    expect(find(read!.id).title).toBe('Old');
    expect(find(dismissed!.id).title).toBe('Old');
    const again = (id: string) =>
      rows.filter((row) => row.subjectKey === find(id).subjectKey && row.kind === find(id).kind);
    expect([unread, read, dismissed].map((insight) => again(insight!.id).length)).toEqual([1, 2, 1]);
    expect(await countEvents(carl, 'insight.created')).toBe(rows.length);
  }, 60_000);
});

describe('whose morning it is', () => {
  test('is told by the person’s own clock', async () => {
    graph.clock.set('2026-03-17T10:00:00Z');
    const early = await somebody('America/New_York');
    const night = await somebody('America/Los_Angeles');
    await graph.db.user.update({ where: { id: early.userId }, data: { dayStartMinutes: 420 } });
    await run();
    const dueAt = async (person: Person) =>
      (await graph.db.insightRun.findUniqueOrThrow({ where: { userId: person.userId } })).dueAt.toISOString();
    // 06:00 in New York belongs to the day before until 07:00, and that day has had no run yet.
    expect((await insightsOf(early)).length).toBe(5);
    expect(await dueAt(early)).toBe('2026-03-17T11:00:00.000Z');
    expect(await insightsOf(night)).toEqual([]);
    expect(await dueAt(night)).toBe('2026-03-17T12:00:00.000Z');
    graph.clock.set('2026-03-17T12:00:00Z');
    await run();
    expect((await insightsOf(night)).length).toBe(5);
  }, 60_000);

  test('is nobody’s who has left their goals alone for two weeks, and a failure’s only until it is tried again', async () => {
    const idle = await graph.person();
    await idle.data('mutation { createConversation(input: { title: "Hello" }) { errors { code } } }');
    const dora = await somebody();
    const eve = await somebody();
    cutOff.add(dora.userId);
    asked = [];
    await run();
    expect(asked).not.toContain(idle.userId);
    expect(await insightsOf(dora)).toEqual([]);
    expect((await insightsOf(eve)).length).toBe(5);
    cutOff.clear();
    await run();
    expect(await insightsOf(dora)).toEqual([]);
    graph.clock.advance(30 * 60_000);
    await run();
    expect((await insightsOf(dora)).length).toBe(5);
    graph.clock.advance(15 * day);
    asked = [];
    await run();
    expect(asked).toEqual([]);
  }, 60_000);
});

describe('with a language model', () => {
  test('texts are its own only where their numbers are those of the evidence', async () => {
    const finn = await somebody();
    let calls = 0;
    await run({
      phrase: async (draft, userId) => {
        expect(userId).toBe(finn.userId);
        return ++calls === 1 ? `Look at this: ${draft.text.replace(/\.$/, '!')}` : 'It went up by 99 %.';
      },
    });
    const insights = await insightsOf(finn);
    expect(calls).toBe(5);
    expect(insights.filter(({ origin }) => origin === 'MODEL').map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Look at this: /),
    ]);
    for (const { text } of insights) expect(text).not.toContain('99 %');
  }, 60_000);
});

test('erasure takes the runs along, an export has the way to every number, and other rows need none', async () => {
  const gina = await somebody();
  await run();
  const rows = [];
  for await (const row of await chat
    .exports!.find(({ name }) => name === 'insight_evidence')!
    .rows(graph.db, gina.userId)) {
    rows.push(row);
  }
  expect(rows.length).toBeGreaterThan(5);
  for (const row of rows)
    expect(row).toMatchObject({ document: expect.any(String), path: expect.stringContaining('.') });

  const old = { label: 'Distance', value: '12.5', unit: 'km', from: null, to: null, objectId: null };
  const [newest] = await insightsOf(gina);
  await graph.db.insight.update({
    where: { userId_id: { userId: gina.userId, id: newest!.id } },
    data: { evidence: [old], goalIds: [] },
  });
  const found = (await insightsOf(gina)).find(({ id }) => id === newest!.id);
  expect(found).toMatchObject({ goals: [], evidence: [{ ...old, document: null, variables: null, path: null }] });

  await graph.db.$transaction((tx) => chat.erase!(tx, gina.userId));
  expect(await graph.db.insightRun.count({ where: { userId: gina.userId } })).toBe(0);
  expect(await graph.db.insightRun.count()).toBeGreaterThan(0);
}, 60_000);
