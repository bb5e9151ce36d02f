import type { Answered, PaceAnswer } from './documents.ts';
import { bySize, type Draft } from './draft.ts';
import { measured, quoted, shown, size } from './evidence.ts';

type PacedGoal = NonNullable<PaceAnswer['nodes'][number]>;

/** Closer to the deadline than this it is a matter for reminders. In days. */
const fewestDaysLeft = 3;

/** Goals that are behind their line and, as it goes, will not make it by their deadline; and budgets that are overspent so far. */
export function noticeRisks(answered: Answered<PaceAnswer>): Draft[] {
  const found = answered.data.nodes.flatMap((goal) => {
    if (!goal || goal.kind === 'HABIT' || goal.pace.status !== 'BEHIND') return [];
    const { delta, requiredPerDay, daysLeft } = goal.pace;
    if (delta === null || requiredPerDay === null || daysLeft === null || daysLeft < fewestDaysLeft) return [];
    const budget = goal.cumulative && goal.direction === 'AT_MOST';
    // Of a budget that is all gone, nothing is left to say a figure of.
    if (budget ? Number(requiredPerDay) <= 0 : !missesDeadline(goal)) return [];
    const alone = { ...answered, variables: { goalIds: [goal.id] }, data: { nodes: [goal] } };
    const about = { to: answered.today, objectId: goal.id };
    const { unit } = goal;
    const behind = measured(alone, ['nodes', 0, 'pace', 'delta'], { ...about, label: 'Behind the line by', unit });
    const left = measured(alone, ['nodes', 0, 'pace', 'daysLeft'], { ...about, label: 'Days left', unit: 'days' });
    const needed = measured(alone, ['nodes', 0, 'pace', 'requiredPerDay'], {
      ...about,
      label: budget ? 'Left for each day' : 'Needed each day',
      unit,
    });
    const name = quoted(goal.title);
    const common: Omit<Draft, 'title' | 'text' | 'evidence'> = {
      kind: 'RISK',
      subjectKey: goal.id,
      goalIds: [goal.id],
      names: [goal.title],
    };
    const share = Math.abs(Number(delta)) / daysLeft;
    if (budget) {
      const draft: Draft = {
        ...common,
        title: `${name} uses up its limit too fast`,
        text: `${name} is ${size(behind)} over what its plan allows by today, with ${shown(left)} to go. That leaves ${shown(needed)} a day.`,
        evidence: [behind, left, needed],
      };
      return [{ size: share / Number(requiredPerDay), draft }];
    }
    const rate = measured(alone, ['nodes', 0, 'forecast', 'ratePerDay'], { ...about, label: 'Trend a day', unit });
    const draft: Draft = {
      ...common,
      title: `${name} will not be reached in time at this pace`,
      text: `${name} is ${size(behind)} behind its plan, with ${shown(left)} to go. It takes ${shown(needed)} a day from now on; the trend is ${shown(rate)} a day.`,
      evidence: [behind, left, needed, rate],
    };
    return [{ size: share / Math.abs(Number(requiredPerDay) || 1), draft }];
  });
  return bySize(found).map(({ draft }) => draft);
}

/** Whether the trend leads past the deadline, or not to the target at all. Without a trend nothing is claimed. */
function missesDeadline({ forecast, line }: PacedGoal): boolean {
  if (forecast.ratePerDay === null || !line?.deadline) return false;
  if (forecast.kind === 'NOT_ON_TREND') return true;
  return forecast.kind === 'ON_TREND' && forecast.date !== null && forecast.date > line.deadline;
}
