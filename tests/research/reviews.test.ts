import { describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { ana, beginGraph, bob, graph } from '../support/begin.ts';
import type { Person } from '../support/graph.ts';
import { addPending, mutate, problems } from './categories.ts';

beginGraph();

const resultFields = 'result { id status version reviews { fromStatus toStatus reason at actor { kind id } } }';

describe('a review', () => {
  const approve = (person: Person, input: object) =>
    mutate(person, 'approveResearchResult', resultFields, { ...input });
  const reject = (person: Person, input: object) => mutate(person, 'rejectResearchResult', resultFields, { ...input });

  test('accepts, turns down and thinks again, and remembers who, when and why', async () => {
    const id = await addPending(graph, ana);
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
    const id = await addPending(graph, ana, { status });
    const payload = await mutate(ana, name, resultFields, { id, reason: 'x' });
    expect(problems(payload)).toEqual([problem]);
    expect(payload.result).toMatchObject({ id, status, version: 1, reviews: [] });
  });

  test('by two at once counts one of them', async () => {
    const id = await addPending(graph, ana);
    const answers = await Promise.all([approve(ana, { id }), approve(ana, { id }), approve(ana, { id })]);
    expect(answers.filter((answer) => answer.errors.length === 0).length).toBe(1);
    expect(await graph.db.researchReview.count({ where: { userId: ana.userId, resultId: id } })).toBe(1);
  });

  test('of another version, without a reason to reject, or with a very long one, is refused', async () => {
    const id = await addPending(graph, ana);
    expect(problems(await approve(ana, { id, expectedVersion: 7 }))).toEqual(['CONFLICT expectedVersion']);
    expect(problems(await reject(ana, { id, reason: ' ' }))).toEqual(['INVALID reason']);
    expect(problems(await reject(ana, { id, reason: 'x'.repeat(1_001) }))).toEqual(['LIMIT reason']);
  });

  test('of someone else’s result cannot be told from one of none', async () => {
    const id = await addPending(graph, bob);
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
