import { describe, expect, test } from '@jest/globals';
import { chooseDrafts, type Past } from '../../../subgraphs/chat/insights/choice.ts';
import type { Draft } from '../../../subgraphs/chat/insights/draft.ts';
import { noticeTrends } from '../../../subgraphs/chat/insights/trends.ts';
import { trend, trendsOf } from './answers.ts';

const now = new Date('2026-03-10T05:00:00Z');
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);

const draftOf = (goalId: string, sum = 40): Draft =>
  noticeTrends(trendsOf({ ...trend, sum: String(sum), goal: { ...trend.goal, id: goalId } }))[0]!;

const past = (goalId: string, days: number, more: Partial<Past> = {}): Past => ({
  id: `insight_${goalId}_${days}`,
  kind: 'TREND',
  subjectKey: goalId,
  evidence: draftOf(goalId).evidence,
  readAt: null,
  dismissedAt: null,
  createdAt: ago(days),
  ...more,
});

const choose = (drafts: Draft[], before: Past[]) =>
  chooseDrafts(drafts, before, now).map(({ draft, replaces }) => [draft.subjectKey, replaces]);

describe('what is told of a day’s findings', () => {
  test('is the first five, each once', () => {
    const drafts = ['a', 'b', 'b', 'c', 'd', 'e', 'f'].map((id) => draftOf(id));
    expect(choose(drafts, [])).toEqual(['a', 'b', 'c', 'd', 'e'].map((id) => [id, null]));
  });

  test('is not what was told within two weeks with about the same figure', () => {
    expect(choose([draftOf('a', 49)], [past('a', 13)])).toEqual([]);
    expect(choose([draftOf('a', 31)], [past('a', 13, { readAt: ago(12) })])).toEqual([]);
  });

  test('is what has changed notably, or was told long ago', () => {
    expect(choose([draftOf('a', 50)], [past('a', 1, { readAt: ago(1) })])).toEqual([['a', null]]);
    expect(choose([draftOf('a', -40)], [past('a', 1, { readAt: ago(1) })])).toEqual([['a', null]]);
    expect(choose([draftOf('a')], [past('a', 14, { readAt: ago(9) })])).toEqual([['a', null]]);
  });

  test('takes the place of the latest that nobody has read', () => {
    const before = [past('a', 40, { readAt: ago(39) }), past('a', 20)];
    expect(choose([draftOf('a')], before)).toEqual([['a', 'insight_a_20']]);
  });

  test('is nothing that was dismissed within thirty days, whatever its figures', () => {
    const dismissed = past('a', 60, { dismissedAt: ago(29) });
    expect(choose([draftOf('a', 400)], [dismissed, past('a', 20)])).toEqual([]);
    expect(choose([draftOf('a')], [{ ...dismissed, dismissedAt: ago(30) }])).toEqual([['a', null]]);
  });

  test('does not depend on other kinds and other goals', () => {
    expect(choose([draftOf('a')], [past('b', 1), past('a', 1, { kind: 'RISK' })])).toEqual([['a', null]]);
  });
});
