import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chat } from '../../subgraphs/chat/index.ts';
import { goals } from '../../subgraphs/goals/index.ts';
import { research } from '../../subgraphs/research/index.ts';
import type { DemoAccount, SubgraphDefinition } from '../../subgraphs/shared/subgraph.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person();
  await makeDemo(ana);
  await makeDemo(await graph.person());
}, 60_000);
afterAll(() => graph?.stop());

async function makeDemo({ userId }: Person): Promise<void> {
  await graph.db.$transaction(
    async (db) => {
      const account: DemoAccount = {
        db,
        userId,
        timeZone: 'Europe/Berlin',
        now: graph.clock.now(),
        secrets: graph.platform.secrets,
        random: () => 0.5,
        ids: new Map(),
      };
      for (const { demo } of [goals, chat, research]) await demo?.(account);
    },
    { timeout: 60_000 },
  );
}

async function exported({ exports }: SubgraphDefinition, userId: string) {
  const files: Record<string, Record<string, unknown>[]> = {};
  for (const { name, rows } of exports!) {
    files[name] = [];
    for await (const row of await rows(graph.db, userId)) files[name].push(row);
  }
  return files;
}

test('the demo account has conversations with branches, memories, and insights whose numbers are true', async () => {
  const { viewer } = await ana.data(`{ viewer {
    conversations(filter: { archived: null }) { nodes { title messageCount contextGoals { id } currentMessage { content } allMessages(first: 50) { nodes { siblings { id } } } } }
    memories { nodes { text enabled sourceMessage { content } } }
    insights(filter: { dismissed: null }) { nodes { text evidence { value from to objectId } } }
    dashboard { recentConversations(first: 3) { title } insights { title } pendingResearchResults { count nodes { title } } nextResearchRun { category { name } run { at } } }
  } }`);
  expect(viewer.conversations.nodes.length).toBe(9);
  const branching = viewer.conversations.nodes.filter((c: { allMessages: { nodes: { siblings: object[] }[] } }) =>
    c.allMessages.nodes.some(({ siblings }) => siblings.length > 1),
  );
  expect(branching.length).toBeGreaterThanOrEqual(3);
  expect(viewer.memories.nodes.length).toBe(6);
  expect(viewer.insights.nodes.length).toBeGreaterThanOrEqual(4);
  for (const { text, evidence } of viewer.insights.nodes) {
    expect(evidence.length).toBeGreaterThan(0);
    for (const { value } of evidence) expect(text).toContain(value);
  }
  const { value, from, to, objectId } = viewer.insights.nodes[0].evidence[0];
  const { _sum } = await graph.db.progressEntry.aggregate({
    where: { userId: ana.userId, goalId: objectId, skip: false, localDate: { gte: new Date(from), lte: new Date(to) } },
    _sum: { value: true },
  });
  expect(_sum.value?.toDecimalPlaces(2).toString()).toBe(value);
  expect(viewer.dashboard.recentConversations.length).toBe(3);
  expect(viewer.dashboard.insights.length).toBe(2);
  expect(viewer.dashboard.pendingResearchResults.count).toBe(4);
  expect(viewer.dashboard.nextResearchRun.run.at).toBe('2026-03-11T05:30:00.000Z');
});

test('the demo account has research in every state, with the history that leads there', async () => {
  const { viewer } = await ana.data(`{ viewer {
    researchCategories { nodes { name active schedule { nextRuns(count: 3) { at } } } }
    researchResults(first: 50) { nodes { status createdIds reviews { fromStatus toStatus reason } claims { verdict source { hash } } } }
  } }`);
  expect(viewer.researchCategories.nodes.length).toBe(3);
  expect(viewer.researchResults.nodes.length).toBe(12);
  for (const { status, reviews, createdIds } of viewer.researchResults.nodes) {
    const path = ['PENDING', ...reviews.map((step: { toStatus: string }) => step.toStatus)];
    expect(path.at(-1)).toBe(status);
    expect(createdIds.length).toBe(status === 'INTEGRATED' ? 1 : 0);
  }
  expect(new Set(viewer.researchResults.nodes.map((r: { status: string }) => r.status)).size).toBe(4);
});

test('an export has every row as plain values, and nobody else’s', async () => {
  const tables = {
    conversations: 'conversation',
    messages: 'message',
    memories: 'memory',
    insights: 'insight',
  } as const;
  const files = { ...(await exported(chat, ana.userId)), ...(await exported(research, ana.userId)) };
  for (const [file, model] of Object.entries(tables)) {
    const where = { userId: ana.userId };
    const count = await (graph.db[model] as unknown as { count(args: object): Promise<number> }).count({ where });
    expect(files[file]?.length).toBe(count);
  }
  expect(Object.keys(files).length).toBe((chat.exports?.length ?? 0) + (research.exports?.length ?? 0));
  // No talk of the demo is long enough for a summary.
  const empty = Object.keys(files).filter((name) => files[name]!.length === 0);
  expect(empty).toEqual(['conversation_summaries']);
  for (const rows of Object.values(files)) {
    for (const row of rows) {
      expect(row).not.toHaveProperty('userId');
      expect(row).not.toHaveProperty('inputHash');
      for (const value of Object.values(row)) {
        expect(value === null || ['string', 'number', 'boolean'].includes(typeof value)).toBe(true);
      }
    }
  }
});

test('erasure leaves nothing of the person, and everything of the others', async () => {
  const tables = [
    'conversations',
    'messages',
    'memories',
    'insights',
    'research_categories',
    'research_results',
    'research_reviews',
  ];
  const count = async (own: boolean) => {
    const counts: number[] = [];
    for (const table of tables) {
      const rows = await graph.db.$queryRawUnsafe<{ n: number }[]>(
        `SELECT count(*)::int AS n FROM ${table} WHERE (user_id = $1) = $2`,
        ana.userId,
        own,
      );
      counts.push(rows[0]!.n);
    }
    return counts;
  };
  const others = await count(false);
  expect(Math.min(...others)).toBeGreaterThan(0);
  await graph.db.$transaction(async (tx) => {
    for (const { erase } of [chat, research]) await erase?.(tx, ana.userId);
  });
  expect(await count(true)).toEqual(tables.map(() => 0));
  expect(await count(false)).toEqual(others);
});
