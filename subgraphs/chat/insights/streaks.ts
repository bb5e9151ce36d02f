import type { Answered, Period, StreaksAnswer } from './documents.ts';
import { bySize, type Draft } from './draft.ts';
import { measured, quoted, shown } from './evidence.ts';

/** Shorter streaks are nothing to talk about: about a week of days, a month of weeks. */
const shortest: Record<Period, number> = { DAY: 7, WEEK: 4, MONTH: 3, YEAR: 2 };
/** A streak of this share of the best one is close to it. */
const close = 0.8;

const plural: Record<Period, string> = { DAY: 'days', WEEK: 'weeks', MONTH: 'months', YEAR: 'years' };

/** Streaks that are the longest ever, or close to it. */
export function noticeStreaks(answered: Answered<StreaksAnswer>): Draft[] {
  const found = answered.data.nodes.flatMap((goal) => {
    if (!goal?.streak || !goal.frequency) return [];
    const { current, currentStart, best } = goal.streak;
    const { period, interval } = goal.frequency;
    if (current < shortest[period] || current < close * best) return [];
    const alone = { ...answered, variables: { goalIds: [goal.id] }, data: { nodes: [goal] } };
    const about = { unit: interval === 1 ? plural[period] : 'periods', objectId: goal.id, places: 0 };
    const now = measured(alone, ['nodes', 0, 'streak', 'current'], {
      ...about,
      label: 'The streak now',
      from: currentStart,
      to: answered.today,
    });
    const record = measured(alone, ['nodes', 0, 'streak', 'best'], { ...about, label: 'The longest streak' });
    const name = quoted(goal.title);
    const kept = `${name} has been kept up for ${shown(now)} in a row`;
    const draft: Draft = {
      kind: 'STREAK',
      title: `${name}: ${shown(now)} in a row`,
      text:
        current >= best
          ? `${kept}, the longest streak so far.`
          : `${kept}. The longest streak so far has ${shown(record)}.`,
      evidence: [now, record],
      subjectKey: goal.id,
      goalIds: [goal.id],
      names: [goal.title],
    };
    return [{ size: current / shortest[period], draft }];
  });
  return bySize(found).map(({ draft }) => draft);
}
