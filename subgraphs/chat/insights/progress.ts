import { Temporal } from 'temporal-polyfill';
import type { Answered, PaceAnswer, ProgressAnswer } from './documents.ts';
import { bySize, type Draft } from './draft.ts';
import { measured, quoted, shown } from './evidence.ts';

/** A best week is one only among so many weeks with entries, itself included. */
const fewestWeeks = 5;
/** And when it is better than the best before by this factor. */
const clearlyBetter = 1.1;

/**
 * Weeks that were better than all others of the range. Only the week that ended within the last seven days is news, and only sums
 * that one wants to grow can be good.
 */
export function noticeProgress(answered: Answered<ProgressAnswer>): Draft[] {
  const { from } = answered.variables.range as { from: string };
  const news = Temporal.PlainDate.from(answered.today).subtract({ days: 7 }).toString();
  const found = (answered.data.viewer?.analytics?.progress ?? []).flatMap(({ goal, buckets }) => {
    if (goal.direction !== 'AT_LEAST' || !(goal.cumulative || goal.kind === 'HABIT')) return [];
    // Weeks that the range cuts off would look worse than they were.
    const weeks = buckets.filter(({ start, end, days }) => start >= from && end < answered.today && days > 0);
    const last = weeks.at(-1);
    if (!last || weeks.length < fewestWeeks || last.end < news) return [];
    const before = weeks.slice(0, -1).reduce((best, week) => (Number(week.sum) > Number(best.sum) ? week : best));
    if (Number(before.sum) <= 0 || Number(last.sum) < clearlyBetter * Number(before.sum)) return [];
    const alone = {
      ...answered,
      variables: { ...answered.variables, goalIds: [goal.id] },
      data: { viewer: { analytics: { progress: [{ goal, buckets }] } } },
    };
    const sum = (week: typeof last, label: string) =>
      measured(alone, ['viewer', 'analytics', 'progress', 0, 'buckets', buckets.indexOf(week), 'sum'], {
        label,
        unit: goal.unit ?? (goal.kind === 'HABIT' ? 'times' : null),
        from: week.start,
        to: week.end,
        objectId: goal.id,
      });
    const [now, best] = [sum(last, 'The last full week'), sum(before, 'The best week before')];
    const name = quoted(goal.title);
    const draft: Draft = {
      kind: 'PROGRESS',
      title: `${name}: the best week in three months`,
      text: `${name} came to ${shown(now)} in the last full week. The best week of the three months before had ${shown(best)}.`,
      evidence: [now, best],
      subjectKey: `week ${goal.id}`,
      goalIds: [goal.id],
      names: [goal.title],
    };
    return [{ size: Number(last.sum) / Number(before.sum), draft }];
  });
  return bySize(found).map(({ draft }) => draft);
}

/** From here on a goal is nearly reached, in percent. */
const nearlyReached = 80;

/** Goals that are nearly reached. Habits have no end, and what is used up of a budget is no success. */
export function noticeFinish(answered: Answered<PaceAnswer>): Draft[] {
  const found = answered.data.nodes.flatMap((goal) => {
    if (!goal || goal.percent === null || goal.kind === 'HABIT') return [];
    if (goal.cumulative && goal.direction === 'AT_MOST') return [];
    // Rounded to a whole number, 99.6 would read as if it were done.
    if (goal.percent < nearlyReached || goal.percent >= 99.5) return [];
    const alone = { ...answered, variables: { goalIds: [goal.id] }, data: { nodes: [goal] } };
    const percent = measured(alone, ['nodes', 0, 'percent'], {
      label: 'Share of the way',
      unit: '%',
      to: answered.today,
      objectId: goal.id,
      places: 0,
    });
    const name = quoted(goal.title);
    const draft: Draft = {
      kind: 'PROGRESS',
      title: `${name} is nearly there`,
      text: `${name} has come ${shown(percent)} of the way.`,
      evidence: [percent],
      subjectKey: `finish ${goal.id}`,
      goalIds: [goal.id],
      names: [goal.title],
    };
    return [{ size: goal.percent, draft }];
  });
  return bySize(found).map(({ draft }) => draft);
}
