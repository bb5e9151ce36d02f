import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Prisma } from '../../prisma/generated/client.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph, testTime } from '../support/graph.ts';

let graph: TestGraph;
let ana: Person;
let bob: Person;
beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person();
  bob = await graph.person();
}, 60_000);
afterAll(() => graph?.stop());
beforeEach(() => graph.clock.set(testTime));

const errors = 'errors { code path message }';
const categoryFields =
  'category { id name description prompt sources active missedRunPolicy version schedule { kind text timeZone startDate startTime description nextRuns(count: 2) { at localDate localTime offset } } }';
const resultFields = 'result { id status version reviews { fromStatus toStatus reason at actor { kind id } } }';
const mutate = async (person: Person, name: string, selection: string, input: Record<string, unknown>) => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  return (
    await person.data(`mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} ${errors} } }`, { input })
  )[name];
};
const create = (person: Person, input: Record<string, unknown>) =>
  mutate(person, 'createResearchCategory', categoryFields, input);
const problems = (payload: { errors: { code: string; path: string[] }[] }) =>
  payload.errors.map(({ code, path }) => `${code} ${path.join('.')}`);
const daily = { kind: 'RRULE', text: 'FREQ=DAILY;BYHOUR=7;BYMINUTE=0', timeZone: 'Europe/Berlin' };

/** Results come from runs, which users cannot start yet: straight into the table. */
async function addResult(person: Person, more: Partial<Prisma.ResearchResultCreateManyInput> = {}): Promise<string> {
  const categoryId = more.categoryId ?? (await create(person, { name: 'Sleep' })).category.id;
  const now = graph.clock.now();
  const id = newId('result', now);
  await graph.db.researchResult.createMany({
    data: [
      {
        userId: person.userId,
        id,
        categoryId,
        title: 'A study',
        summary: 'Short.',
        content: '# Long',
        sources: [
          { url: 'https://example.org/study', title: 'Study', fetchedAt: '2026-03-10T06:00:00.000Z', hash: 'ab' },
        ],
        claims: [
          { text: 'It helps.', quote: 'it helped', source: 0, verdict: 'VERBATIM' },
          { text: 'It is cheap.', quote: null, source: null, verdict: 'UNVERIFIED' },
        ],
        researchDate: new Date('2026-03-10'),
        createdAt: now,
        updatedAt: now,
        ...more,
      },
    ],
  });
  return id;
}

describe('a category', () => {
  test('is made with a schedule, and tells when it runs next', async () => {
    graph.clock.set('2026-03-28T12:00:00Z');
    const made = await create(ana, {
      name: 'TypeScript news',
      sources: ['https://example.org/feed', 'https://example.org/feed'],
      schedule: daily,
    });
    expect(made.errors).toEqual([]);
    expect(made.category).toMatchObject({
      description: '',
      sources: ['https://example.org/feed'],
      active: true,
      missedRunPolicy: 'ONCE',
      version: 1,
      schedule: {
        ...daily,
        startDate: '2026-03-28',
        startTime: '07:00',
        description: 'every day at 7 AM',
        nextRuns: [
          { at: '2026-03-29T05:00:00.000Z', localDate: '2026-03-29', localTime: '07:00', offset: '+02:00' },
          { at: '2026-03-30T05:00:00.000Z', localDate: '2026-03-30', localTime: '07:00', offset: '+02:00' },
        ],
      },
    });
  });

  test('is changed, and loses its schedule with null only', async () => {
    const { category } = await create(ana, {
      name: 'Sleep',
      schedule: { ...daily, kind: 'CRON', text: '0 7 * * 1-5' },
    });
    expect(category.schedule.description).toBe('At 07:00, Monday through Friday');
    const update = (input: object) =>
      mutate(ana, 'updateResearchCategory', categoryFields, { id: category.id, ...input });
    const renamed = await update({ name: 'Better sleep', active: false, missedRunPolicy: 'SKIP' });
    expect(renamed.category).toMatchObject({
      name: 'Better sleep',
      active: false,
      missedRunPolicy: 'SKIP',
      version: 2,
      schedule: { kind: 'CRON' },
    });
    expect((await update({ schedule: null })).category.schedule).toBeNull();
    const late = await update({ name: 'x', expectedVersion: 1 });
    expect(late).toMatchObject({
      category: { name: 'Better sleep', version: 3 },
      errors: [{ code: 'CONFLICT', path: ['expectedVersion'] }],
    });
  });

  test('made twice with one id is one, even when its schedule is over by then; other input is a conflict', async () => {
    const input = { id: newId('category'), name: 'Soon over', schedule: { ...daily, text: 'FREQ=DAILY;COUNT=2' } };
    const first = await create(ana, input);
    expect(first.errors).toEqual([]);
    graph.clock.set('2026-05-01T00:00:00Z');
    const again = await create(ana, input);
    expect(again.category).toEqual({ ...first.category, schedule: { ...first.category.schedule, nextRuns: [] } });
    expect(problems(await create(ana, { ...input, name: 'Other' }))).toEqual(['CONFLICT id']);
  });

  test('takes its results along when it is deleted, and tells of each', async () => {
    const eva = await graph.person();
    const resultId = await addResult(eva);
    const { viewer } = await eva.data('{ viewer { researchCategories { nodes { id } } } }');
    const { id } = viewer.researchCategories.nodes[0];
    expect((await mutate(eva, 'deleteResearchCategory', 'deletedId', { id })).deletedId).toBe(id);
    expect(
      (await eva.data('query ($id: ID!) { researchResult(id: $id) { id } }', { id: resultId })).researchResult,
    ).toBeNull();
    const log = await graph.db.event.findMany({ where: { userId: eva.userId }, orderBy: { seq: 'asc' } });
    expect(log.map(({ type, subjectId }) => [type, subjectId])).toEqual([
      ['researchCategory.created', id],
      ['researchResult.deleted', resultId],
      ['researchCategory.deleted', id],
    ]);
  });

  test.each([
    ['an empty name', { name: ' ' }, ['INVALID name']],
    ['a name of 101 characters', { name: 'x'.repeat(101) }, ['LIMIT name']],
    ['a prompt of 1 MB', { prompt: 'x'.repeat(1_000_000) }, ['LIMIT prompt']],
    ['a NUL', { description: '\0' }, ['INVALID description']],
    ['51 sources', { sources: Array(51).fill('https://example.org') }, ['LIMIT sources']],
    ['an id of another kind', { id: newId('goal') }, ['INVALID id']],
    ['a bad rule', { schedule: { ...daily, text: 'FREQ=SOMETIMES' } }, ['INVALID schedule.text']],
    [
      'everything at once',
      { name: '', schedule: { ...daily, text: '', startTime: '7' } },
      ['INVALID name', 'INVALID schedule.text', 'INVALID schedule.startTime'],
    ],
  ])('with %s is refused with its path', async (_, input, expected) => {
    const before = await graph.db.researchCategory.count();
    const payload = await create(ana, { name: 'x', ...input });
    expect(payload.category).toBeNull();
    expect(problems(payload)).toEqual(expected);
    expect(await graph.db.researchCategory.count()).toBe(before);
  });

  test.each([
    ['a zone that does not exist', { schedule: { ...daily, timeZone: 'Mars/Olympus' } }],
    ['a source that is no web address', { sources: ['file:///etc/passwd'] }],
    ['a source with a password', { sources: ['https://a:b@example.org'] }],
    ['a date out of range', { schedule: { ...daily, startDate: '0001-01-01' } }],
  ])('with %s is refused before anything happens', async (_, input) => {
    const answer = await ana.run(
      'mutation ($input: CreateResearchCategoryInput!) { createResearchCategory(input: $input) { category { id } } }',
      { input: { name: 'x', ...input } },
    );
    expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  test('there are at most 100 of', async () => {
    const eva = await graph.person();
    const now = graph.clock.now();
    await graph.db.researchCategory.createMany({
      data: Array.from({ length: 99 }, () => ({
        userId: eva.userId,
        id: newId('category', now),
        name: 'n',
        inputHash: '',
        createdAt: now,
        updatedAt: now,
      })),
    });
    expect((await create(eva, { name: 'the hundredth' })).errors).toEqual([]);
    expect(problems(await create(eva, { name: 'one more' }))).toEqual(['LIMIT ']);
    expect(await graph.db.researchCategory.count({ where: { userId: eva.userId } })).toBe(100);
  });
});

describe('a review', () => {
  const approve = (person: Person, input: object) =>
    mutate(person, 'approveResearchResult', resultFields, { ...input });
  const reject = (person: Person, input: object) => mutate(person, 'rejectResearchResult', resultFields, { ...input });

  test('accepts, turns down and thinks again, and remembers who, when and why', async () => {
    const id = await addResult(ana);
    const approved = await approve(ana, { id });
    expect(approved.result).toMatchObject({ status: 'APPROVED', version: 2 });
    graph.clock.advance(1000);
    const key = graph.as({ ...ana.viewer, kind: 'apiKey', credentialId: newId('apikey') });
    const rejected = await reject(key, { id, reason: 'The source is a shop.' });
    expect(rejected.result.status).toBe('REJECTED');
    const again = await approve(ana, { id, reason: 'Read it again.', expectedVersion: 3 });
    expect(again.result.reviews).toEqual([
      {
        fromStatus: 'PENDING',
        toStatus: 'APPROVED',
        reason: null,
        at: '2026-03-10T12:00:00.000Z',
        actor: { kind: 'USER', id: ana.userId },
      },
      {
        fromStatus: 'APPROVED',
        toStatus: 'REJECTED',
        reason: 'The source is a shop.',
        at: '2026-03-10T12:00:01.000Z',
        actor: { kind: 'API_KEY', id: key.viewer.credentialId },
      },
      {
        fromStatus: 'REJECTED',
        toStatus: 'APPROVED',
        reason: 'Read it again.',
        at: '2026-03-10T12:00:01.000Z',
        actor: { kind: 'USER', id: ana.userId },
      },
    ]);
    const events = await graph.db.event.count({ where: { subjectId: id, type: 'researchResult.updated' } });
    expect(events).toBe(3);
  });

  test.each([
    ['APPROVED', 'approveResearchResult', 'CONFLICT id'],
    ['REJECTED', 'rejectResearchResult', 'CONFLICT id'],
    ['INTEGRATED', 'approveResearchResult', 'CONFLICT id'],
    ['INTEGRATED', 'rejectResearchResult', 'CONFLICT id'],
  ])('of a result that is %s: %s is refused with what it is now', async (status, name, problem) => {
    const id = await addResult(ana, { status });
    const payload = await mutate(ana, name, resultFields, { id, reason: 'x' });
    expect(problems(payload)).toEqual([problem]);
    expect(payload.result).toMatchObject({ id, status, version: 1, reviews: [] });
  });

  test('by two at once counts one of them', async () => {
    const id = await addResult(ana);
    const answers = await Promise.all([approve(ana, { id }), approve(ana, { id }), approve(ana, { id })]);
    expect(answers.filter((answer) => answer.errors.length === 0).length).toBe(1);
    expect(await graph.db.researchReview.count({ where: { userId: ana.userId, resultId: id } })).toBe(1);
  });

  test('of another version, without a reason to reject, or with a very long one, is refused', async () => {
    const id = await addResult(ana);
    expect(problems(await approve(ana, { id, expectedVersion: 7 }))).toEqual(['CONFLICT expectedVersion']);
    expect(problems(await reject(ana, { id, reason: ' ' }))).toEqual(['INVALID reason']);
    expect(problems(await reject(ana, { id, reason: 'x'.repeat(1_001) }))).toEqual(['LIMIT reason']);
  });

  test('of someone else’s result cannot be told from one of none', async () => {
    const id = await addResult(bob);
    for (const wanted of [id, newId('result'), 'x']) {
      expect(problems(await approve(ana, { id: wanted }))).toEqual(['NOT_FOUND id']);
      expect(problems(await reject(ana, { id: wanted, reason: 'x' }))).toEqual(['NOT_FOUND id']);
      expect(problems(await mutate(ana, 'deleteResearchResult', 'deletedId', { id: wanted }))).toEqual([
        'NOT_FOUND id',
      ]);
      expect(
        (await ana.data('query ($id: ID!) { researchResult(id: $id) { id } }', { id: wanted })).researchResult,
      ).toBeNull();
    }
    expect((await graph.db.researchResult.findFirst({ where: { id } }))?.status).toBe('PENDING');
  });
});

describe('results', () => {
  test('carry their sources and claims', async () => {
    const id = await addResult(ana);
    const { researchResult } = await ana.data(
      'query ($id: ID!) { researchResult(id: $id) { title summary content researchDate createdIds category { name } sources { url title fetchedAt hash } claims { text quote verdict source { url } } } }',
      { id },
    );
    expect(researchResult).toEqual({
      title: 'A study',
      summary: 'Short.',
      content: '# Long',
      researchDate: '2026-03-10',
      createdIds: [],
      category: { name: 'Sleep' },
      sources: [
        { url: 'https://example.org/study', title: 'Study', fetchedAt: '2026-03-10T06:00:00.000Z', hash: 'ab' },
      ],
      claims: [
        { text: 'It helps.', quote: 'it helped', verdict: 'VERBATIM', source: { url: 'https://example.org/study' } },
        { text: 'It is cheap.', quote: null, verdict: 'UNVERIFIED', source: null },
      ],
    });
  });

  test('are listed newest first, by status, category and time, page by page', async () => {
    const eva = await graph.person();
    const one = (await create(eva, { name: 'One' })).category.id;
    const two = (await create(eva, { name: 'Two' })).category.id;
    for (let i = 1; i <= 9; i++) {
      await addResult(eva, {
        categoryId: i % 3 === 0 ? two : one,
        title: String(i),
        status: i % 2 === 0 ? 'APPROVED' : 'PENDING',
        researchDate: new Date(`2026-02-0${Math.ceil(i / 2)}`),
      });
    }
    await addResult(bob, { title: 'Bob' });
    const page = async (args: string) =>
      (
        await eva.data(
          `{ viewer { researchResults(${args}) { nodes { title researchDate } pageInfo { hasNextPage endCursor hasPreviousPage startCursor } } } }`,
        )
      ).viewer.researchResults;
    const titles = async (args: string): Promise<string[]> =>
      (await page(args)).nodes.map((r: { title: string }) => r.title);
    const all = await titles('first: 50');
    expect(all.map((title) => Math.ceil(Number(title) / 2))).toEqual([5, 4, 4, 3, 3, 2, 2, 1, 1]);
    expect((await titles('filter: { statuses: [APPROVED] }')).sort()).toEqual(['2', '4', '6', '8']);
    expect((await titles(`filter: { categoryId: "${two}" }`)).sort()).toEqual(['3', '6', '9']);
    expect((await titles('filter: { from: "2026-02-02", to: "2026-02-03" }')).sort()).toEqual(['3', '4', '5', '6']);
    expect(await titles('filter: { from: "2026-02-03", to: "2026-02-02" }')).toEqual([]);
    expect(await titles('filter: { statuses: [] }')).toEqual([]);
    const forwards: string[] = [];
    for (let after = ''; ; ) {
      const { nodes, pageInfo } = await page(`first: 2${after}`);
      forwards.push(...nodes.map((r: { title: string }) => r.title));
      if (!pageInfo.hasNextPage) break;
      after = `, after: "${pageInfo.endCursor}"`;
    }
    expect(forwards).toEqual(all);
    const backwards: string[] = [];
    for (let before = ''; ; ) {
      const { nodes, pageInfo } = await page(`last: 2${before}`);
      backwards.unshift(...nodes.map((r: { title: string }) => r.title));
      if (!pageInfo.hasPreviousPage) break;
      before = `, before: "${pageInfo.startCursor}"`;
    }
    expect(backwards).toEqual(all);
    const bad = await eva.run('{ viewer { researchResults(after: "WzEsMl0") { nodes { id } } } }');
    expect(bad.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});

test('the dashboard shows what waits for review, and which run comes next', async () => {
  const eva = await graph.person();
  const read = async () =>
    (
      await eva.data(
        '{ viewer { dashboard { pendingResearchResults(first: 2) { count nodes { title } } nextResearchRun { category { name } run { at localTime } } } } }',
      )
    ).viewer.dashboard;
  expect(await read()).toEqual({ pendingResearchResults: { count: 0, nodes: [] }, nextResearchRun: null });
  const { category } = await create(eva, { name: 'Kathmandu', schedule: { ...daily, timeZone: 'Asia/Kathmandu' } });
  await create(eva, { name: 'Berlin', schedule: daily });
  await create(eva, { name: 'Off', active: false, schedule: { ...daily, text: 'FREQ=HOURLY' } });
  await create(eva, { name: 'By hand' });
  for (const title of ['a', 'b', 'c'])
    await addResult(eva, {
      categoryId: category.id,
      title,
      researchDate: new Date(`2026-03-0${title === 'a' ? 1 : 2}`),
    });
  await addResult(eva, { categoryId: category.id, status: 'APPROVED' });
  const dashboard = await read();
  expect(dashboard.pendingResearchResults.count).toBe(3);
  expect(dashboard.pendingResearchResults.nodes.map((r: { title: string }) => r.title).sort()).toEqual(['b', 'c']);
  expect(dashboard.nextResearchRun).toEqual({
    category: { name: 'Kathmandu' },
    run: { at: '2026-03-11T01:15:00.000Z', localTime: '07:00' },
  });
});

test('a schedule can be looked at before it is stored; a bad one is BAD_USER_INPUT with the reason', async () => {
  const look = (schedule: object) =>
    ana.run(
      'query ($s: ResearchScheduleInput!) { researchSchedulePreview(schedule: $s) { description nextRuns(count: 3) { localDate } } }',
      { s: schedule },
    );
  const good = await look({ ...daily, text: 'FREQ=MONTHLY;BYDAY=-1FR' });
  expect(good.data?.researchSchedulePreview).toEqual({
    description: 'every month on last Friday at 7 AM',
    nextRuns: [{ localDate: '2026-03-27' }, { localDate: '2026-04-24' }, { localDate: '2026-05-29' }],
  });
  const bad = await look({ ...daily, text: 'FREQ=MINUTELY' });
  expect(bad.errors?.[0]).toMatchObject({
    extensions: { code: 'BAD_USER_INPUT' },
    message: expect.stringContaining('FREQ'),
  });
});

test('references of others are null, and scopes are needed', async () => {
  const id = await addResult(bob);
  const call = (viewer: Person['viewer'] | null) =>
    graph.subgraphs.get('research')!.execute({
      query:
        'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on ResearchResult { title } ... on User { id } ... on Dashboard { id } } }',
      variables: {
        r: [
          { __typename: 'ResearchResult', id },
          { __typename: 'User', id: bob.userId },
          { __typename: 'Dashboard', id: bob.userId.replace('user', 'dashboard') },
        ],
      },
      request: { requestId: 't', viewer, ip: null, userAgent: null, idempotencyKey: null },
    });
  expect((await call(ana.viewer)).data).toEqual({ _entities: [null, null, null] });
  expect((await call({ ...bob.viewer, scopes: ['goals:read'] })).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  const reader = graph.as({ ...bob.viewer, scopes: ['research:read'] });
  const answer = await reader.run(
    'mutation ($id: ID!) { approveResearchResult(input: { id: $id }) { result { id } } }',
    { id },
  );
  expect(answer.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
});

test('ten categories with their results, reviews and counts take as many statements as one', async () => {
  const eva = await graph.person();
  for (let i = 0; i < 10; i++) {
    const { category } = await create(eva, { name: `c${i}` });
    for (let j = 0; j < 3; j++) await addResult(eva, { categoryId: category.id });
  }
  const query = (first: number) =>
    `{ viewer { researchCategories(first: ${first}) { nodes { name pendingResultCount results(first: 2) { nodes { title reviews { at } category { name } } } } } } }`;
  const one = await graph.countQueries(() => eva.data(query(1)));
  const ten = await graph.countQueries(() => eva.data(query(10)));
  expect(
    ten.result.viewer.researchCategories.nodes.every(
      (c: { results: { nodes: object[] } }) => c.results.nodes.length === 2,
    ),
  ).toBe(true);
  expect(ten.count).toBe(one.count);
  expect(one.count).toBeLessThanOrEqual(6);
});
