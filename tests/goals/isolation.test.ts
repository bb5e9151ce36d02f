import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { log, makeGoal, mutate, told } from './fixtures/graph.ts';

let graph: TestGraph;
let ana: Person;
let eve: Person;
const own: Record<'area' | 'note' | 'goal' | 'entry' | 'milestone' | 'achievement', string> = {} as never;
beforeAll(async () => {
  graph = await startGraph();
  [ana, eve] = [await graph.person(), await graph.person()];
  own.area = (await mutate(ana, 'createLifeArea', { kind: 'HEALTH', name: 'Secret' }, 'lifeArea { id }')).lifeArea.id;
  own.note = (await mutate(ana, 'addLifeAreaNote', { lifeAreaId: own.area, text: 'Secret' }, 'note { id }')).note.id;
  const goal = await makeGoal(
    ana,
    { lifeAreaId: own.area, milestones: [{ title: 'Secret' }] },
    'goal { id milestones { id } }',
  );
  own.goal = goal.id;
  own.milestone = goal.milestones[0].id;
  own.entry = (await log(ana, { goalId: goal.id, value: '60' })).entry.id;
  own.achievement = (await graph.db.achievement.findFirst({ where: { userId: ana.userId } }))!.id;
});
afterAll(() => graph?.stop());

const mutations: [string, (ids: typeof own) => object, string][] = [
  ['updateLifeArea', ({ area }) => ({ id: area, name: 'x' }), 'lifeArea { name }'],
  ['deleteLifeArea', ({ area }) => ({ id: area }), 'deletedId'],
  ['reorderLifeAreas', ({ area }) => ({ ids: [area] }), 'lifeAreas { name }'],
  ['addLifeAreaNote', ({ area }) => ({ lifeAreaId: area, text: 'x' }), 'note { id }'],
  ['updateLifeAreaNote', ({ note }) => ({ id: note, text: 'x' }), 'note { text }'],
  ['updateLifeAreaNote', ({ note }) => ({ id: note, expectedVersion: 99 }), 'note { text }'],
  ['deleteLifeAreaNote', ({ note }) => ({ id: note }), 'deletedId note { text }'],
  ['createGoal', ({ area }) => ({ title: 'x', kind: 'CUSTOM', lifeAreaId: area }), 'goal { title }'],
  ['updateGoal', ({ goal }) => ({ id: goal, title: 'x' }), 'goal { title }'],
  ['updateGoal', ({ goal }) => ({ id: goal, expectedVersion: 99 }), 'goal { title }'],
  ['completeGoal', ({ goal }) => ({ id: goal }), 'goal { title }'],
  ['reopenGoal', ({ goal }) => ({ id: goal }), 'goal { title }'],
  ['deleteGoal', ({ goal }) => ({ id: goal }), 'deletedId'],
  ['logProgress', ({ goal }) => ({ goalId: goal, value: '1' }), 'entry { id } goal { title }'],
  ['skipDay', ({ goal }) => ({ goalId: goal }), 'entry { id } goal { title }'],
  ['updateProgressEntry', ({ entry }) => ({ id: entry, value: '1' }), 'entry { value } goal { title }'],
  ['deleteProgressEntry', ({ entry }) => ({ id: entry }), 'deletedId goal { title }'],
  ['createMilestone', ({ goal }) => ({ goalId: goal, title: 'x' }), 'milestone { id } goal { title }'],
  ['updateMilestone', ({ milestone }) => ({ id: milestone, title: 'x' }), 'milestone { title } goal { title }'],
  ['deleteMilestone', ({ milestone }) => ({ id: milestone }), 'deletedId goal { title }'],
  [
    'importProgress',
    ({ goal }) => ({ format: 'CSV', content: 'd\n2026-01-01', mapping: { date: 'd' }, goalId: goal }),
    'report { goalsMatched }',
  ],
  [
    'importProgress',
    ({ area }) => ({ format: 'CSV', content: 'd\n2026-01-01', mapping: { date: 'd' }, lifeAreaId: area }),
    'report { goalsMatched }',
  ],
];

describe("with somebody else's id", () => {
  const state = async () => {
    const where = { where: { userId: ana.userId } };
    const { db } = graph;
    return JSON.stringify([
      await db.lifeArea.findMany(where),
      await db.goal.findMany(where),
      await db.progressEntry.findMany(where),
      await db.milestone.findMany(where),
      await db.achievement.findMany(where),
    ]);
  };

  test.each(mutations)(
    '%s answers as for an id that does not exist, and changes nothing',
    async (name, input, fields) => {
      const absent = Object.fromEntries(Object.keys(own).map((kind) => [kind, newId(kind as 'goal')])) as typeof own;
      const before = await state();
      const foreign = await mutate(eve, name, input(own), fields);
      expect(foreign).toEqual(await mutate(eve, name, input(absent), fields));
      expect(told(foreign)[0]).toMatch(/^NOT_FOUND/);
      expect(await state()).toBe(before);
    },
  );

  test('a batch says NOT_FOUND of that item', async () => {
    const payload = await mutate(
      eve,
      'logProgressBatch',
      { entries: [{ goalId: own.goal, value: '1' }] },
      'results { entry { id } errors { code path message } } goals { id }',
    );
    expect(payload).toMatchObject({ results: [{ entry: null }], goals: [] });
  });

  test('nothing of it can be read', async () => {
    const data = await eve.data(
      `query($goal: ID!, $area: ID!) {
        goal(id: $goal) { title }
        viewer {
          goals(filter: { lifeAreaId: $area }) { totalCount nodes { title } }
          lifeAreas { totalCount }
          achievements { nodes { name } }
          analytics {
            progress(goalIds: [$goal]) { goal { title } }
            trends(goalIds: [$goal]) { goal { title } }
            correlations(goalIds: [$goal]) { summary }
          }
        }
      }`,
      { goal: own.goal, area: own.area },
    );
    expect(data).toEqual({
      goal: null,
      viewer: {
        goals: { totalCount: 0, nodes: [] },
        lifeAreas: { totalCount: 0 },
        achievements: { nodes: [] },
        analytics: { progress: [], trends: [], correlations: [] },
      },
    });
  });

  test('the same ids may be used by somebody else, without touching the first owner', async () => {
    const made = await mutate(eve, 'createGoal', { id: own.goal, title: 'Mine', kind: 'CUSTOM' }, 'goal { id title }');
    expect(made).toEqual({ goal: { id: own.goal, title: 'Mine' }, errors: [] });
    await mutate(eve, 'deleteGoal', { id: own.goal }, 'deletedId');
    expect((await ana.data(`{ goal(id: "${own.goal}") { title } }`)).goal.title).toBe('Goal');
  });

  test('entities are given to their owner only, whoever asks the subgraph', async () => {
    const types = {
      LifeArea: own.area,
      Goal: own.goal,
      ProgressEntry: own.entry,
      Milestone: own.milestone,
      Achievement: own.achievement,
    };
    const representations = [
      ...Object.entries(types).map(([__typename, id]) => ({ __typename, id })),
      { __typename: 'User', id: ana.userId },
      { __typename: 'Dashboard', id: ana.userId.replace('user_', 'dashboard_') },
    ];
    const ask = async (person: Person) => {
      const answer = await graph.subgraphs.get('goals')!.execute({
        query: 'query($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }',
        variables: { representations },
        request: { requestId: 'r', viewer: person.viewer, ip: null, userAgent: null, idempotencyKey: null },
      });
      return ((answer.data as any)._entities as ({ __typename: string } | null)[]).map(
        (entity) => entity?.__typename ?? null,
      );
    };
    expect(await ask(ana)).toEqual(representations.map(({ __typename }) => __typename));
    expect(await ask(eve)).toEqual(representations.map(() => null));
    expect((await ask(graph.as({ ...ana.viewer, scopes: ['profile:read'] }))).slice(0, 5)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('scopes', () => {
  test('reading needs goals:read, writing goals:write', async () => {
    const reader = graph.as({ ...ana.viewer, scopes: ['goals:read', 'profile:read'] });
    const none = graph.as({ ...ana.viewer, scopes: ['profile:read'] });
    const codes = async (person: Person, document: string) => [
      ...new Set((await person.run(document)).errors?.map((error) => error.extensions?.code)),
    ];
    const write = `mutation { logProgress(input: { goalId: "${own.goal}", value: 1 }) { entry { id } } }`;
    expect(await codes(reader, write)).toEqual(['FORBIDDEN']);
    expect(
      await codes(
        reader,
        `{ goal(id: "${own.goal}") { title } viewer { goals { nodes { id } } dashboard { urgencyLoad } } }`,
      ),
    ).toEqual([]);
    expect(await codes(none, `{ goal(id: "${own.goal}") { title } }`)).toEqual(['FORBIDDEN']);
    expect(await codes(none, '{ viewer { lifeAreas { nodes { id } } } }')).toEqual(['FORBIDDEN']);
    expect(await codes(none, '{ viewer { dashboard { urgencyLoad } } }')).toEqual(['FORBIDDEN']);
    expect(await codes(graph.as(null), write)).toEqual(['UNAUTHENTICATED']);
  });
});
