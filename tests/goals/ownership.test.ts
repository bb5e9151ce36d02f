import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rebuildDays } from '../../subgraphs/goals/entryRows.ts';
import { goals as definition } from '../../subgraphs/goals/index.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { log, makeGoal, mutate } from './fixtures/graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({ time: '2026-11-24T09:00:00.000Z' });
});
afterAll(() => graph?.stop());

/** Mulberry32, as the demo account uses it. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const live = (person: Person, ids = new Map<string, string>()) =>
  graph.db.$transaction(
    (tx) =>
      definition.demo!({
        db: tx,
        userId: person.userId,
        timeZone: 'Europe/Berlin',
        now: graph.clock.now(),
        secrets: graph.platform.secrets,
        random: seeded(7),
        ids,
      }),
    { timeout: 30_000 },
  );

describe('the demo year', () => {
  test('is a plausible life, made by a handful of statements', async () => {
    const ana = await graph.person();
    const ids = new Map<string, string>();
    for (const subgraph of graph.subgraphs.values()) await subgraph.stop();
    const { count } = await graph.countQueries(() => live(ana, ids));
    expect(count).toBeLessThanOrEqual(12);
    const where = { where: { userId: ana.userId } };
    expect(await graph.db.progressEntry.count(where)).toBeGreaterThan(3_000);
    const { viewer } = await ana.data(`{ viewer {
      lifeAreas { totalCount nodes { name kind goals { totalCount } } }
      goals(first: 50) { nodes { id title kind status currentValue targetValue percent strength forecast { kind date } streak { current best } pace { status dueText } customFields { key text } } }
      achievements(first: 100) { nodes { name } }
      dashboard { urgencyLoad dueToday { title } behind { title } todayProgress { dueCount doneCount } }
      analytics { correlations { summary q } }
    } }`);
    if (process.env.SHOW_DEMO) console.log(JSON.stringify(viewer, null, 1));
    expect(viewer.lifeAreas.totalCount).toBe(6);
    expect(new Set(viewer.lifeAreas.nodes.map(({ kind }: { kind: string }) => kind)).size).toBe(6);
    const goals = viewer.goals.nodes as Record<string, unknown>[];
    for (const [field, values] of [
      ['kind', ['NUMERIC', 'HABIT', 'MILESTONE', 'CUSTOM']],
      ['status', ['ACTIVE', 'COMPLETED', 'PAUSED', 'CANCELLED']],
    ] as const) {
      expect(new Set(goals.map((goal) => goal[field]))).toEqual(new Set(values));
    }
    expect(new Set(goals.map((goal) => (goal.pace as { status: string }).status)).size).toBeGreaterThanOrEqual(5);
    const earned = new Set(viewer.achievements.nodes.map(({ name }: { name: string }) => name));
    for (const name of ['FIRST_ENTRY', 'STREAK_7', 'STREAK_30', 'HALFWAY', 'GOAL_COMPLETED'])
      expect(earned).toContain(name);
    expect([...ids.keys()]).toContain('goal:run');
    const kept = await graph.db.goalDay.count(where);
    await rebuildDays(graph.db, ana.userId, '2026-11-24');
    expect(await graph.db.goalDay.count(where)).toBe(kept);
    expect(await graph.db.event.count({ where: { userId: ana.userId, type: 'progress.logged' } })).toBe(
      await graph.db.progressEntry.count(where),
    );
  });
});

describe('what belongs to a person', () => {
  test('is exported whole, without machinery, and only theirs', async () => {
    const [ana, eve] = [await graph.person(), await graph.person()];
    await live(ana);
    const goal = await makeGoal(eve, { title: 'Not yours' });
    await log(eve, { goalId: goal.id, value: '1' });
    for (const { name, rows } of definition.exports!) {
      const table = {
        'life-areas': 'lifeArea',
        'life-area-notes': 'lifeAreaNote',
        goals: 'goal',
        'progress-entries': 'progressEntry',
        milestones: 'milestone',
        achievements: 'achievement',
      }[name]!;
      const all: Record<string, unknown>[] = [];
      for await (const row of await rows(graph.db, ana.userId)) all.push(row);
      expect(all).toHaveLength(
        await (graph.db as never as Record<string, { count(args: object): Promise<number> }>)[table]!.count({
          where: { userId: ana.userId },
        }),
      );
      for (const row of all.slice(0, 5)) {
        expect(row).not.toHaveProperty('userId');
        expect(row).not.toHaveProperty('inputHash');
        if ('localDate' in row) expect(row.localDate).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      }
      expect(JSON.stringify(all)).not.toContain('Not yours');
    }
  });

  test('is erased whole, and nobody else’s', async () => {
    const [ana, eve] = [await graph.person(), await graph.person()];
    for (const person of [ana, eve]) await live(person);
    await mutate(eve, 'createLifeArea', { kind: 'WORK', name: 'Stays' }, 'lifeArea { id }');
    const counts = (userId: string) =>
      Promise.all(
        ['life_areas', 'goals', 'progress_entries', 'goal_days', 'milestones', 'achievements'].map(
          async (table) =>
            (
              await graph.db.$queryRawUnsafe<{ n: bigint }[]>(
                `SELECT count(*) AS n FROM ${table} WHERE user_id = $1`,
                userId,
              )
            )[0]!.n,
        ),
      );
    const before = await counts(eve.userId);
    await graph.db.$transaction((tx) => definition.erase!(tx, ana.userId));
    expect(await counts(ana.userId)).toEqual([0n, 0n, 0n, 0n, 0n, 0n]);
    expect(await counts(eve.userId)).toEqual(before);
  });
});
