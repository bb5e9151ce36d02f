import { localOccurrence, runsBetween, type Schedule } from './schedule.ts';

/** A time that a schedule names, as a run stands for it. */
export interface Occurrence {
  at: Date;
  local: string;
}

/** What becomes of times at which nobody was there: passed over, the latest made up for, or all of them. */
export type MissedPolicy = 'SKIP' | 'ONCE' | 'ALL';

/** Whoever is no later than this is in time: a restart is no downtime. Schedules come at most once an hour. */
const grace = 10 * 60_000;
/** Most missed runs that are made up for. */
const mostMadeUp = 24;

const day = 86_400_000;
/** How far to look back for them. The least that finds enough is taken: a schedule that comes every hour names thousands a year. */
const windows = [2 * day, 31 * day, 366 * day];

/**
 * The occurrences that are to be run at an instant, of those from `first` on that are due by then: what the policy for missed ones leaves.
 * @returns in order, possibly none.
 */
export function toRun(schedule: Schedule, first: Occurrence, now: Date, policy: MissedPolicy): Occurrence[] {
  const due = latestDue(schedule, first, now);
  if (policy === 'ONCE') return due.slice(-1);
  if (policy === 'ALL') return due;
  return due.filter(({ at }) => now.getTime() - at.getTime() <= grace);
}

function latestDue(schedule: Schedule, first: Occurrence, now: Date): Occurrence[] {
  const after = (instant: Date) =>
    runsBetween(schedule, instant, now).map((run) => ({ at: run.at, local: localOccurrence(run) }));
  for (const window of windows) {
    const start = new Date(now.getTime() - window);
    if (first.at >= start) break;
    const later = after(start);
    if (later.length >= mostMadeUp) return later.slice(-mostMadeUp);
  }
  const longest = new Date(now.getTime() - windows.at(-1)!);
  return [first, ...after(first.at > longest ? first.at : longest)].slice(-mostMadeUp);
}
