import type { Reminder } from '../../../../prisma/generated/client.ts';
import { shorten } from '../../../shared/storable.ts';
import type { News } from '../notifications.ts';
import type { GoalState } from './goals.ts';

const longestTitle = 200;

/** What a reminder has to say when it falls; null for nothing. */
export function newsOf(reminder: Reminder, goal: GoalState | null): Omit<News, 'cause'> | null {
  const { id, goalId, kind, message, followPace } = reminder;
  const common = { kind: 'REMINDER', collapseKey: `reminder:${id}`, subjectId: goalId ?? id } as const;
  if (goalId === null) return { ...common, title: shorten(message!, longestTitle) };
  // It rests, is completed, or is no more.
  if (goal?.status !== 'ACTIVE' || goal.pace.status === 'PAUSED') return null;
  if (kind === 'TO_LOG' && goal.loggedToday) return null;
  const pressing = pressureOf(goal);
  if (followPace && !pressing) return null;
  const title = message ?? `${kind === 'TO_LOG' ? 'Log your day' : 'Time for'}: ${goal.title}`;
  const body = [...(message === null ? [] : [goal.title]), ...(followPace ? [pressing!.text] : [])].join('. ');
  return {
    ...common,
    title: shorten(title, longestTitle),
    ...(body && { body }),
    ...(followPace && { urgent: pressing!.urgent }),
  };
}

/** How pressing a goal is; null while one may rest for more than a day. */
function pressureOf({ pace: { status, safeDays, dueText } }: GoalState): { text: string; urgent: boolean } | null {
  const due = dueText ? ` (${dueText})` : '';
  if (status === 'BEHIND') return { text: `You are behind${due}`, urgent: true };
  if (status !== 'ON_TRACK' && status !== 'AHEAD') return null;
  if (safeDays === null || safeDays > 1) return null;
  return safeDays <= 0
    ? { text: `Today counts${due}`, urgent: true }
    : { text: `Tomorrow it will be due${due}`, urgent: false };
}
