import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { scheduleDueRuns } from '../../../subgraphs/research/runs/scheduler.ts';
import type { Platform } from '../../../subgraphs/shared/platform.ts';
import { type Person, startGraph, type TestGraph } from '../../support/graph.ts';
import { makeCategory } from './standIns.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph();
}, 60_000);
afterAll(() => graph?.stop());

const hour = 3_600_000;

/** Three processes that look for due runs at the same moment, each by a clock of its own. */
async function compete(at: number, skews: readonly number[]): Promise<void> {
  await Promise.all(
    skews.map((skew) => {
      const platform: Platform = {
        ...graph.platform,
        now: () => new Date(at + skew),
        jobs: { ...graph.platform.jobs, add: async () => {} },
      };
      return scheduleDueRuns(platform);
    }),
  );
}

const occurrencesOf = async ({ userId }: Person) => {
  const rows = await graph.db.researchRun.findMany({ where: { userId }, orderBy: { dueAt: 'asc' } });
  return rows.map(({ localOccurrence, dueAt }) => `${localOccurrence} ${dueAt.toISOString()}`);
};

/** Zones with the day on which their clocks change: an hour, half an hour, a whole day, not at all. */
const changes = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Pacific/Apia', '2011-12-30'],
  ['Asia/Kathmandu', '2026-03-29'],
] as const;

const minute = 60_000;

/**
 * What must have run, by other means: somebody looks at the clock on the wall every minute. The first time that it shows a time counts; times
 * that it jumps over fall as much later as it jumps.
 */
function expected(timeZone: string, from: number, to: number, times: ReadonlySet<string>): string[] {
  const format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const wallAt = (instant: number) => Date.parse(`${format.format(instant).replace(' ', 'T')}Z`);
  const shown = new Map<number, number>();
  const first = from - 26 * hour;
  let before = wallAt(first) - minute;
  for (let instant = first; instant <= to; instant += minute) {
    const wall = wallAt(instant);
    for (let skipped = before + minute; skipped <= wall; skipped += minute) {
      if (!shown.has(skipped)) shown.set(skipped, instant + (skipped < wall ? skipped - before - minute : 0));
    }
    before = wall;
  }
  const runs = new Set<number>();
  for (const [wall, instant] of shown) {
    if (times.has(new Date(wall).toISOString().slice(11, 16)) && instant > from && instant <= to) runs.add(instant);
  }
  const labels = [...runs].sort((a, b) => a - b);
  return labels.map((run) => `${new Date(wallAt(run)).toISOString().slice(0, 16)} ${new Date(run).toISOString()}`);
}

describe('three schedulers that compete', () => {
  test.each(changes)(
    'run each local occurrence exactly once in %s around %s',
    async (timeZone, date) => {
      const middle = Date.parse(`${date}T00:00:00Z`);
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 4 }),
          fc.constantFrom(0, 15, 30, 59),
          fc.constantFrom('RRULE', 'CRON'),
          // How far each look lies after the last; clocks also jump back.
          fc.array(fc.integer({ min: -2, max: 9 }), { minLength: 6, maxLength: 14 }),
          fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 3, maxLength: 3 }),
          async (hours, past, kind, moves, skews) => {
            const person = await graph.person({ timeZone });
            const start = middle - 30 * hour;
            graph.clock.set(new Date(start));
            const text =
              kind === 'CRON'
                ? `${past} ${hours.join(',')} * * *`
                : `FREQ=DAILY;BYHOUR=${hours.join(',')};BYMINUTE=${past}`;
            // A rule has no occurrence before the day and time that it counts from.
            const startDate = new Date(middle - 96 * hour).toISOString().slice(0, 10);
            const schedule = { kind, text, timeZone, startDate };
            const id = await makeCategory(person, { schedule, missedRunPolicy: 'ALL' });
            const minutes = skews.map((skew) => skew * minute);
            let at = start;
            for (const move of moves) {
              at += move * hour;
              await compete(at, minutes);
            }
            // At last somebody looks by a clock that is behind nobody's.
            const end = Math.max(at, start) + 80 * hour;
            for (let look = at; look <= end; look += 16 * hour) await compete(look, minutes);
            await compete(end, [0, 0, 5 * minute]);
            const times = hours.map((one) => `${String(one).padStart(2, '0')}:${String(past).padStart(2, '0')}`);
            expect(await occurrencesOf(person)).toEqual(expected(timeZone, start, end + 5 * minute, new Set(times)));
            await graph.db.researchCategory.delete({ where: { userId_id: { userId: person.userId, id } } });
          },
        ),
        { numRuns: 6 },
      );
    },
    120_000,
  );
});

describe('after a time in which nobody looked', () => {
  const schedule = { kind: 'CRON', text: '0 * * * *', timeZone: 'Europe/Berlin', startDate: '2026-03-10' };
  const away = async (policy: string, downtime: number) => {
    const person = await graph.person();
    graph.clock.set('2026-03-10T12:00:00Z');
    await makeCategory(person, { schedule, missedRunPolicy: policy });
    const at = graph.clock.now().getTime() + downtime;
    await compete(at, [0, 0, 0]);
    await compete(at, [0, 0, 0]);
    const { nextRunAt } = await graph.db.researchCategory.findFirstOrThrow({ where: { userId: person.userId } });
    return { runs: (await occurrencesOf(person)).map((one) => one.slice(0, 16)), next: nextRunAt?.toISOString() };
  };

  test.each([
    ['SKIP', 3.5 * hour, [], '2026-03-10T16:00:00.000Z'],
    ['SKIP', 3 * hour, ['2026-03-10T16:00'], '2026-03-10T16:00:00.000Z'],
    ['SKIP', 3 * hour + 600_000, ['2026-03-10T16:00'], '2026-03-10T16:00:00.000Z'],
    ['ONCE', 3.5 * hour, ['2026-03-10T16:00'], '2026-03-10T16:00:00.000Z'],
    ['ALL', 3.5 * hour, ['2026-03-10T14:00', '2026-03-10T15:00', '2026-03-10T16:00'], '2026-03-10T16:00:00.000Z'],
  ])('%s after %d ms runs %j', async (policy, downtime, runs, next) => {
    expect(await away(policy, downtime)).toEqual({ runs, next });
  });

  test('ALL makes up for 24 at most: the latest', async () => {
    const { runs, next } = await away('ALL', 400 * 24 * hour + 1);
    expect(runs).toHaveLength(24);
    expect([runs[0], runs.at(-1), next]).toEqual(['2027-04-13T15:00', '2027-04-14T14:00', '2027-04-14T13:00:00.000Z']);
  });

  test('finds the last occurrences of a schedule that comes rarely', async () => {
    const person = await graph.person();
    graph.clock.set('2026-03-10T12:00:00Z');
    const yearly = { kind: 'RRULE', text: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29', timeZone: 'Asia/Kathmandu' };
    await makeCategory(person, { schedule: yearly, missedRunPolicy: 'ALL' });
    await compete(Date.parse('2030-01-01T00:00:00Z'), [0, 0, 0]);
    expect(await occurrencesOf(person)).toEqual(['2028-02-29T07:00 2028-02-29T01:15:00.000Z']);
  });
});

describe('a schedule', () => {
  const daily = { kind: 'CRON', text: '0 7 * * *', timeZone: 'Europe/Berlin', startDate: '2026-03-10' };
  const update = (person: Person, input: object) =>
    person.data(
      `mutation ($input: UpdateResearchCategoryInput!) {
        updateResearchCategory(input: $input) { category { nextRunAt } errors { message } } }`,
      { input },
    );
  const nextOf = async (person: Person, id: string, input: object) =>
    (await update(person, { id, ...input })).updateResearchCategory.category.nextRunAt;

  test('that is changed, paused, followed again or taken away is due otherwise at once', async () => {
    const person = await graph.person();
    graph.clock.set('2026-03-10T12:00:00Z');
    const id = await makeCategory(person, { schedule: daily });
    expect(await nextOf(person, id, { name: 'Other' })).toBe('2026-03-11T06:00:00.000Z');
    expect(await nextOf(person, id, { schedule: { ...daily, text: '30 22 * * *' } })).toBe('2026-03-10T21:30:00.000Z');
    expect(await nextOf(person, id, { active: false })).toBeNull();
    await compete(Date.parse('2026-03-12T00:00:00Z'), [0, 0, 0]);
    expect(await occurrencesOf(person)).toEqual([]);
    graph.clock.set('2026-03-12T00:00:00Z');
    expect(await nextOf(person, id, { active: true })).toBe('2026-03-12T21:30:00.000Z');
    expect(await nextOf(person, id, { schedule: null })).toBeNull();
    const spent = { ...daily, kind: 'RRULE', text: 'FREQ=DAILY;COUNT=3' };
    expect(await nextOf(person, id, { schedule: spent })).toBe('2026-03-12T06:00:00.000Z');
    await compete(Date.parse('2026-03-12T06:00:01Z'), [0, 0, 0]);
    graph.clock.set('2026-03-12T06:00:01Z');
    expect(await nextOf(person, id, { name: 'Third' })).toBeNull();
    expect(await occurrencesOf(person)).toEqual(['2026-03-12T07:00 2026-03-12T06:00:00.000Z']);
  });

  test('that is due stays due while something else is changed', async () => {
    const person = await graph.person();
    graph.clock.set('2026-03-10T12:00:00Z');
    const id = await makeCategory(person, { schedule: daily });
    graph.clock.set('2026-03-11T06:00:05Z');
    expect(await nextOf(person, id, { name: 'Other', schedule: daily, active: true })).toBe('2026-03-11T06:00:00.000Z');
    await compete(graph.clock.now().getTime(), [0, 0, 0]);
    expect(await occurrencesOf(person)).toHaveLength(1);
  });

  test('runs no local occurrence twice when the person moves to another zone', async () => {
    const person = await graph.person();
    graph.clock.set('2026-03-10T12:00:00Z');
    const id = await makeCategory(person, { schedule: daily });
    await compete(Date.parse('2026-03-11T06:00:00Z'), [0, 0, 0]);
    graph.clock.set('2026-03-11T07:00:00Z');
    const moved = { ...daily, timeZone: 'America/New_York' };
    expect(await nextOf(person, id, { schedule: moved })).toBe('2026-03-11T11:00:00.000Z');
    await compete(Date.parse('2026-03-11T11:00:00Z'), [0, 0, 0]);
    await compete(Date.parse('2026-03-12T11:00:00Z'), [0, 0, 0]);
    expect(await occurrencesOf(person)).toEqual([
      '2026-03-11T07:00 2026-03-11T06:00:00.000Z',
      '2026-03-12T07:00 2026-03-12T11:00:00.000Z',
    ]);
  });

  test('of a category from before there were runs begins with its next occurrence', async () => {
    const person = await graph.person();
    graph.clock.set('2026-03-10T12:00:00Z');
    const id = await makeCategory(person, { schedule: daily });
    const where = { userId_id: { userId: person.userId, id } };
    await graph.db.researchCategory.update({ where, data: { nextRunAt: graph.clock.now(), nextLocal: null } });
    await compete(graph.clock.now().getTime(), [0, 0, 0]);
    expect(await occurrencesOf(person)).toEqual([]);
    const { nextRunAt, nextLocal } = await graph.db.researchCategory.findUniqueOrThrow({ where });
    expect([nextRunAt?.toISOString(), nextLocal]).toEqual(['2026-03-11T06:00:00.000Z', '2026-03-11T07:00']);
  });

  test('that goes beyond what a person may run in a day leaves runs that say so', async () => {
    const person = await graph.person();
    graph.clock.set('2026-03-10T12:00:00Z');
    const hourly = { ...daily, text: '0 * * * *' };
    for (let i = 0; i < 5; i++) await makeCategory(person, { name: `${i}`, schedule: hourly, missedRunPolicy: 'ALL' });
    await compete(graph.clock.now().getTime() + 24 * hour, [0]);
    const runs = await graph.db.researchRun.groupBy({
      by: ['state', 'errorCode'],
      where: { userId: person.userId },
      _count: true,
    });
    expect(runs.map(({ state, errorCode, _count }) => [state, errorCode, _count]).sort()).toEqual([
      ['FAILED', 'LIMIT', 20],
      ['QUEUED', null, 100],
    ]);
  });
});
