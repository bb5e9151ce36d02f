import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rebuildDays } from '../../subgraphs/goals/entryRows.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { log, makeGoal, makeHabit, mutate } from './fixtures/graph.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
  // What others do about our events is not what we count here.
  for (const subgraph of graph.subgraphs.values()) await subgraph.stop();
  ana = await graph.person();
});
afterAll(() => graph?.stop());

const statements = async (work: () => Promise<unknown>) => (await graph.countQueries(work)).count;

/** Fills a goal with entries of many days, several a day, without going through the graph. */
async function fill(person: Person, goalIds: readonly string[], entries: number, aDay = 1): Promise<void> {
  await graph.db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SET LOCAL statement_timeout = '60s'`;
      await tx.$executeRaw`
    INSERT INTO progress_entries (user_id, id, goal_id, value, local_date, occurred_at, time_zone, source, input_hash, created_at, updated_at)
    SELECT ${person.userId}, 'entry_' || md5(random()::text || n), (${[...goalIds]}::text[])[1 + n % ${goalIds.length}], 1 + n % 3,
           date '2026-03-10' - (n / ${goalIds.length * aDay}), timestamptz '2026-03-10 10:00Z' - make_interval(days => n / ${goalIds.length * aDay}),
           'UTC', 'MANUAL', 'x', now(), now()
    FROM generate_series(0, ${entries - 1}) n`;
      await rebuildDays(tx, person.userId, '2026-03-10');
    },
    { timeout: 60_000 },
  );
  await graph.db.$executeRaw`ANALYZE goal_days`;
}

describe('writing', () => {
  test('one entry takes at most six statements, its transaction included', async () => {
    const goal = await makeGoal(ana, { targetValue: '1000' });
    const habit = await makeHabit(ana, { times: 1, period: 'DAY' });
    await log(ana, { goalId: goal.id, value: '1' });
    await log(ana, { goalId: habit.id });
    const cost = (input: Record<string, unknown>) => statements(() => log(ana, input, 'entry { id }'));
    expect(await cost({ goalId: goal.id, value: '1' })).toBeLessThanOrEqual(5);
    expect(await cost({ goalId: goal.id, value: '1', id: newId('entry'), externalId: 'e' })).toBeLessThanOrEqual(6);
    expect(await cost({ goalId: habit.id })).toBeLessThanOrEqual(6);
  });

  test('500 entries of ten goals take no more than one more', async () => {
    const goals = await Promise.all(Array.from({ length: 10 }, () => makeGoal(ana, {})));
    const entries = Array.from({ length: 500 }, (_, i) => ({
      goalId: goals[i % 10].id,
      value: '1',
      localDate: `2026-02-${10 + (i % 18)}`,
    }));
    const document =
      'mutation($input: LogProgressBatchInput!) { logProgressBatch(input: $input) { results { entry { id } } } }';
    expect(await statements(() => ana.data(document, { input: { entries } }))).toBeLessThanOrEqual(6);
  });
});

describe('reading', () => {
  const everything = `
    id title lifeArea { name } currentValue percent streak { current best } strength forecast { kind date }
    pace { status expected safeDays dueText urgencyKey } line { ratePerDay } milestones { title } achievements { name goal { title } }
    series(from: "2026-01-01") { localDate value } entries(first: 3) { nodes { value goal { title } } }`;
  const list = (n: number) =>
    `{ viewer { goals(first: ${n}, orderBy: { field: URGENCY }) { totalCount nodes { ${everything} } } } }`;
  const areas = `{ viewer { lifeAreas { totalCount nodes { name activeGoalCount goals(first: 5) { totalCount nodes { title percent } } } } } }`;
  const dashboard = `{ viewer { dashboard { urgencyLoad activeGoalCount activeLifeAreaCount todayProgress { dueCount doneCount entryCount }
    goals(first: 8) { id currentValue percent pace { status safeDays } streak { current best } strength }
    dueToday { id } behind { id } recentAchievements { name goal { title } } } } }`;

  async function life(size: number): Promise<Person> {
    const person = await graph.person();
    const made: string[] = [];
    for (let i = 0; i < size; i++) {
      const { lifeArea } = (await mutate(
        person,
        'createLifeArea',
        { kind: 'HEALTH', name: `Area ${i}` },
        'lifeArea { id }',
      )) as never;
      const lifeAreaId = (lifeArea as { id: string }).id;
      made.push((await makeGoal(person, { lifeAreaId, targetValue: '100000', deadline: '2027-01-01' })).id);
      made.push((await makeHabit(person, { times: 1, period: 'DAY' }, { lifeAreaId })).id);
      await makeGoal(person, { kind: 'MILESTONE', targetValue: null, lifeAreaId, milestones: [{ title: 'One' }] });
    }
    await fill(person, made, made.length * 20);
    return person;
  }

  test.each([
    ['a list of goals with every computed field', list(50)],
    ['life areas with their goals', areas],
    ['the dashboard', dashboard],
  ])('%s takes as many statements for 30 goals as for 3', async (_, document) => {
    const [few, many] = [await life(1), await life(10)];
    const small = await statements(() => few.data(document));
    const large = await statements(() => many.data(document));
    expect(large).toBeLessThanOrEqual(small);
    expect(large).toBeLessThanOrEqual(14);
  });

  test('analytics take as many statements for many goals as for few', async () => {
    const document = `{ viewer { analytics {
      progress(range: { from: "2026-01-01", to: "2026-03-10" }, bucket: WEEK) { goal { title } buckets { start sum } }
      trends { goal { title } direction } correlations { a { title } b { title } r } } } }`;
    const [few, many] = [await life(1), await life(8)];
    expect(await statements(() => many.data(document))).toBe(await statements(() => few.data(document)));
  });

  test('with 100,000 entries the dashboard costs less than twice what it costs with 1,000', async () => {
    const build = async (entries: number, aDay: number) => {
      const person = await graph.person();
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) {
        ids.push(
          (await makeGoal(person, { targetValue: '10000000', startDate: '2020-01-01', deadline: '2027-01-01' })).id,
        );
        ids.push((await makeHabit(person, { times: 1, period: 'DAY' }, { startDate: '2020-01-01' })).id);
      }
      await fill(person, ids, entries, aDay);
      return person;
    };
    const [small, large] = [await build(1_000, 1), await build(100_000, 5)];
    const time = async (person: Person) => {
      const start = performance.now();
      await person.data(dashboard);
      return performance.now() - start;
    };
    const times: Record<'small' | 'large', number[]> = { small: [], large: [] };
    for (let i = 0; i < 25; i++) {
      times.small.push(await time(small));
      times.large.push(await time(large));
    }
    const median = (values: number[]) => values.slice(5).sort((a, b) => a - b)[10]!;
    expect(median(times.large)).toBeLessThan(2 * median(times.small));
  }, 120_000);
});
