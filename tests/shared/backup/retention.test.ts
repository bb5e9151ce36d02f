import { describe, expect, test } from '@jest/globals';
import type { StoredBackup } from '../../../subgraphs/shared/backup/manifest.ts';
import { expired } from '../../../subgraphs/shared/backup/retention.ts';

const now = new Date('2026-11-27T12:00:00Z');
const at = (time: string, complete = true): StoredBackup => {
  const date = new Date(time);
  return { id: time, at: date, bytes: 1, complete, storedAt: date, parts: [] };
};
const daysBack = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10);
/** One every night at three, for so many days. */
const nightly = (days: number) => Array.from({ length: days }, (_, n) => at(`${daysBack(days - 1 - n)}T03:00:00Z`));
const keptOf = (backups: StoredBackup[], keep: { daily: number; weekly: number; monthly: number }) => {
  const gone = new Set(expired(backups, keep, now));
  return backups.filter((backup) => !gone.has(backup)).map(({ id }) => id.slice(0, 10));
};

describe('which backups stay', () => {
  test.each([
    ['the newest of seven days', { daily: 7, weekly: 0, monthly: 0 }, [6, 5, 4, 3, 2, 1, 0].map(daysBack)],
    // 27 November 2026 is a Friday: this week's newest is of today, the others' of Sundays.
    [
      'the newest of four weeks',
      { daily: 1, weekly: 4, monthly: 0 },
      ['2026-11-08', '2026-11-15', '2026-11-22', '2026-11-27'],
    ],
    ['the newest of three months', { daily: 1, weekly: 0, monthly: 3 }, ['2026-09-30', '2026-10-31', '2026-11-27']],
    [
      'all of them together',
      { daily: 2, weekly: 2, monthly: 2 },
      ['2026-10-31', '2026-11-22', '2026-11-26', '2026-11-27'],
    ],
  ])('%s', (_, keep, expected) => {
    expect(keptOf(nightly(100), keep)).toEqual(expected);
  });

  test('of several a day, the newest', () => {
    const backups = ['01', '03', '05']
      .map((hour) => at(`2026-11-26T${hour}:00:00Z`))
      .concat(at('2026-11-27T03:00:00Z'));
    const gone = expired(backups, { daily: 7, weekly: 0, monthly: 0 }, now);
    expect(gone.map(({ id }) => id)).toEqual(['2026-11-26T01:00:00Z', '2026-11-26T03:00:00Z']);
  });

  test('the last good one, however old it is', () => {
    expect(
      keptOf([at('2019-01-01T00:00:00Z'), at('2026-11-20T00:00:00Z', false)], { daily: 1, weekly: 0, monthly: 0 }),
    ).toEqual(['2019-01-01']);
  });

  test('days without a backup do not count', () => {
    const backups = ['2026-01-01', '2026-03-01', '2026-11-27'].map((day) => at(`${day}T03:00:00Z`));
    expect(keptOf(backups, { daily: 2, weekly: 0, monthly: 0 })).toEqual(['2026-03-01', '2026-11-27']);
  });

  test('what did not finish stays for a day, for it may be under way', () => {
    const backups = [at('2026-11-26T11:00:00Z', false), at('2026-11-26T13:00:00Z', false), at('2026-11-20T00:00:00Z')];
    const gone = expired(backups, { daily: 1, weekly: 0, monthly: 0 }, now);
    expect(gone.map(({ id }) => id)).toEqual(['2026-11-26T11:00:00Z']);
  });
});
