import { describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { ana, beginGraph, graph } from '../support/begin.ts';
import { addPending, categoryFields, create, daily, mutate, problems } from './categories.ts';

beginGraph();

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
    const { id } = (await create(eva, { name: 'Sleep' })).category;
    const resultId = await addPending(graph, eva, { categoryId: id });
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
