import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { GraphUnreachable } from '../../subgraphs/shared/graph.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph, testTime } from '../support/graph.ts';
import { startServer } from '../support/server.ts';
import { addResult } from './found.ts';

let graph: TestGraph;
let ana: Person;
let area: string;
beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person();
  const { createLifeArea } = await ana.data(
    'mutation { createLifeArea(input: { kind: HEALTH, name: "Health" }) { lifeArea { id } } }',
  );
  area = createLifeArea.lifeArea.id;
}, 60_000);
afterAll(() => graph?.stop());
beforeEach(() => graph.clock.set(testTime));

const document = `mutation ($input: IntegrateResearchResultInput!) { integrateResearchResult(input: $input) {
  createdId result { id status version createdIds reviews { fromStatus toStatus reason at actor { kind id } } }
  errors { code path message } } }`;
const integrate = async (input: Record<string, unknown>, person = ana, key: string | null = null) =>
  (await person.data(document, { input }, { idempotencyKey: key })).integrateResearchResult;
const found = (more: Parameters<typeof addResult>[1] = {}, person = ana) =>
  addResult({ db: graph.db, userId: person.userId, now: graph.clock.now() }, more);
const problems = (payload: { errors: { code: string; path: string[] }[] }) =>
  payload.errors.map(({ code, path }) => `${code} ${path.join('.')}`);
const node = async (id: string, fields: string, person = ana) =>
  (await person.data(`query ($id: ID!) { node(id: $id) { __typename ${fields} } }`, { id })).node;
const goals = (person = ana) => graph.db.goal.count({ where: { userId: person.userId } });

describe('an approved result', () => {
  test('becomes a goal, and remembers which, who did it, when and why', async () => {
    const id = await found();
    const goal = {
      title: 'Get up at seven',
      kind: 'HABIT',
      frequency: { times: 5, period: 'WEEK' },
      lifeAreaId: area,
      targetValue: '1.5',
      unit: 'hours',
      deadline: '2026-12-31',
    };
    const payload = await integrate({ id, goal, reason: 'Worth a try.', expectedVersion: 1 });
    expect(payload.errors).toEqual([]);
    expect(payload.result).toEqual({
      id,
      status: 'INTEGRATED',
      version: 2,
      createdIds: [payload.createdId],
      reviews: [
        {
          fromStatus: 'APPROVED',
          toStatus: 'INTEGRATED',
          reason: 'Worth a try.',
          at: testTime,
          actor: { kind: 'USER', id: ana.userId },
        },
      ],
    });
    const fields = '... on Goal { title kind unit targetValue deadline frequency { times period } lifeArea { id } }';
    expect(await node(payload.createdId, fields)).toEqual({
      __typename: 'Goal',
      ...goal,
      frequency: { times: 5, period: 'WEEK' },
      lifeAreaId: undefined,
      lifeArea: { id: area },
    });
    const log = await graph.db.event.findMany({ where: { userId: ana.userId }, orderBy: { seq: 'desc' }, take: 2 });
    expect(log.map((event) => [event.type, event.subjectId, event.actorKind, event.actorId])).toEqual([
      ['researchResult.updated', id, 'user', ana.userId],
      ['goal.created', payload.createdId, 'research', id],
    ]);
    expect(await graph.db.taskToken.count()).toBe(0);
  });

  test('becomes a note on a life area', async () => {
    const { createdId } = await integrate({
      id: await found(),
      lifeAreaNote: { lifeAreaId: area, text: 'Regular hours.' },
    });
    expect(await node(createdId, '... on LifeAreaNote { text lifeArea { name } }')).toEqual({
      __typename: 'LifeAreaNote',
      text: 'Regular hours.',
      lifeArea: { name: 'Health' },
    });
  });

  test('becomes a rule that reminds of it', async () => {
    const rule = { name: 'Talk', rrule: 'FREQ=WEEKLY;BYDAY=WE;BYHOUR=18', title: 'Language table', body: 'At seven.' };
    const { createdId } = await integrate({ id: await found(), automationRule: rule });
    const fields = `... on AutomationRule { name active triggers { ... on ScheduleTrigger { rrule } }
      actions { ... on NotificationAction { title body } } }`;
    expect(await node(createdId, fields)).toEqual({
      __typename: 'AutomationRule',
      name: 'Talk',
      active: true,
      triggers: [{ rrule: rule.rrule }],
      actions: [{ title: 'Language table', body: 'At seven.' }],
    });
  });

  test('is made into something once: sent again, at once, and under a key', async () => {
    const before = await goals();
    const id = await found();
    const goal = { title: 'Once' };
    const all = await Promise.all([1, 2, 3, 4].map(() => integrate({ id, goal })));
    expect(all.filter(({ errors }) => errors.length === 0).length).toBe(1);
    for (const { result } of all)
      expect(result).toMatchObject({ status: 'INTEGRATED', createdIds: [expect.any(String)] });
    expect(problems(await integrate({ id, goal }))).toEqual(['CONFLICT id']);
    const other = await found();
    const first = await integrate({ id: other, goal }, ana, 'k-1');
    expect(await integrate({ id: other, goal }, ana, 'k-1')).toEqual(first);
    expect(await goals()).toBe(before + 2);
    expect(await graph.db.researchReview.count({ where: { resultId: { in: [id, other] } } })).toBe(2);
  });

  test('takes up what an attempt made whose end was lost, and nothing else', async () => {
    const id = await found();
    const before = await goals();
    const real = graph.platform.graph.ask;
    graph.platform.graph.ask = async (request) => {
      await real(request);
      throw new GraphUnreachable('The line went dead.');
    };
    try {
      const answer = await ana.run(document, { input: { id, goal: { title: 'Lost' } } });
      expect(answer.errors?.[0]?.extensions?.code).toBe('UPSTREAM_FAILED');
    } finally {
      graph.platform.graph.ask = real;
    }
    expect((await graph.db.researchResult.findFirst({ where: { id } }))?.status).toBe('APPROVED');
    expect(problems(await integrate({ id, goal: { title: 'Something else' } }))).toEqual(['CONFLICT id']);
    expect((await integrate({ id, goal: { title: 'Lost' } })).errors).toEqual([]);
    expect(await goals()).toBe(before + 1);
  });

  test('can be tried again with better input, also under a new key', async () => {
    const id = await found();
    expect(problems(await integrate({ id, goal: { title: '' } }, ana, 'k-2'))).toEqual(['INVALID goal.title']);
    expect((await integrate({ id, goal: { title: 'Better' } }, ana, 'k-3')).result.status).toBe('INTEGRATED');
  });
});

describe('what the other domain refuses comes back with its place in this input', () => {
  const unknown = newId('area');
  test.each<[string, Record<string, unknown>, string[]]>([
    ['an empty title', { goal: { title: ' ' } }, ['INVALID goal.title']],
    ['a habit without a frequency', { goal: { title: 'x', kind: 'HABIT' } }, ['REQUIRED goal.frequency']],
    ['a goal in no life area', { goal: { title: 'x', lifeAreaId: unknown } }, ['NOT_FOUND goal.lifeAreaId']],
    [
      'a note on no life area',
      { lifeAreaNote: { lifeAreaId: unknown, text: 'x' } },
      ['NOT_FOUND lifeAreaNote.lifeAreaId'],
    ],
    ['a note of nothing', { lifeAreaNote: { lifeAreaId: unknown, text: '' } }, ['INVALID lifeAreaNote.text']],
    ['a rule at no time', { automationRule: { name: 'x', title: 'x', cron: 'x' } }, ['INVALID automationRule.cron']],
    ['a rule without times', { automationRule: { name: 'x', title: 'x' } }, ['INVALID automationRule']],
    [
      'a rule without a title',
      { automationRule: { name: 'x', title: '', cron: '0 7 * * *' } },
      ['INVALID automationRule.title'],
    ],
    ['nothing to make', {}, ['REQUIRED ']],
    ['two things', { goal: { title: 'x' }, lifeAreaNote: { lifeAreaId: unknown, text: 'x' } }, ['REQUIRED ']],
    ['a very long reason', { goal: { title: 'x' }, reason: 'x'.repeat(1_001) }, ['LIMIT reason']],
    ['another version', { goal: { title: 'x' }, expectedVersion: 7 }, ['CONFLICT expectedVersion']],
  ])('%s', async (_, input, expected) => {
    const id = await found();
    const payload = await integrate({ id, ...input });
    expect(problems(payload)).toEqual(expected);
    expect(payload.createdId).toBeNull();
    expect(await graph.db.researchResult.findFirst({ where: { id } })).toMatchObject({
      status: 'APPROVED',
      version: 1,
    });
  });
});

test.each(['PENDING', 'REJECTED', 'INTEGRATED'])('a result that is %s is not made into anything', async (status) => {
  const before = await goals();
  const payload = await integrate({ id: await found({ status }), goal: { title: 'x' } });
  expect(problems(payload)).toEqual(['CONFLICT id']);
  expect(payload.result).toMatchObject({ status, createdIds: [] });
  expect(await goals()).toBe(before);
});

test('nobody makes anything of somebody else’s result, which cannot be told from none', async () => {
  const bob = await graph.person();
  const id = await found();
  for (const wanted of [id, newId('result'), 'x']) {
    expect(problems(await integrate({ id: wanted, goal: { title: 'x' } }, bob))).toEqual(['NOT_FOUND id']);
  }
  expect(await goals(bob)).toBe(0);
});

test('it takes the right to make the thing, and is refused before anything is asked', async () => {
  const id = await found();
  const limited = graph.as({ ...ana.viewer, scopes: ['research:read', 'research:write', 'goals:read'] });
  const before = await goals();
  for (const input of [{ goal: { title: 'x' } }, { automationRule: { name: 'x', title: 'x', cron: '0 7 * * *' } }]) {
    const answer = await limited.run(document, { input: { id, ...input } });
    expect(answer.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  }
  expect(await goals()).toBe(before);
});

test('the right ends with the session behind it', async () => {
  const eva = await graph.person();
  const id = await found({}, eva);
  await graph.db.session.updateMany({ where: { userId: eva.userId }, data: { revokedAt: graph.clock.now() } });
  const answer = await eva.run(document, { input: { id, goal: { title: 'x' } } });
  expect(answer.errors?.length).toBeGreaterThan(0);
  expect(await goals(eva)).toBe(0);
});

test('over HTTP, in the name of an API key', async () => {
  const server = await startServer('embedded');
  try {
    const eva = await server.person('eva@example.com');
    const scopes = ['research:read', 'research:write', 'goals:read', 'goals:write'];
    const { createApiKey } = await eva.ask(
      'mutation ($scopes: [String!]!) { createApiKey(input: { name: "k", scopes: $scopes }) { key errors { message } } }',
      { scopes },
    );
    const { viewer } = await eva.ask('{ viewer { id } }');
    const id = await addResult({ db: server.platform.db, userId: viewer.id, now: new Date() });
    const key = { authorization: `Bearer ${createApiKey.key}` };
    const answer = await eva.run(
      document,
      { input: { id, goal: { title: 'By a program', targetValue: '2.50', deadline: '2030-01-01' } } },
      key,
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.integrateResearchResult).toMatchObject({
      errors: [],
      result: { status: 'INTEGRATED', reviews: [{ actor: { kind: 'API_KEY' } }] },
    });
  } finally {
    await server.stop();
  }
}, 60_000);
