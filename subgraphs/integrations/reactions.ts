import type { Reactions } from '../shared/reactions.ts';
import { notify } from './notifications.ts';
import { deleteRemindersOf } from './reminders.ts';

/**
 * What happens here on events of other domains. An effect and the position in the log commit together, and a notification
 * is unique by its cause besides: told twice, it is made once.
 */
export const reactions: Reactions = {
  'goal.completed': async (event, ctx) => {
    await notify(ctx, {
      kind: 'ACHIEVEMENT',
      title: 'Goal completed',
      subjectId: event.subjectId,
      collapseKey: `completed:${event.subjectId}`,
      cause: `event:${event.id}`,
    });
  },
  'milestone.reached': async (event, ctx) => {
    await notify(ctx, {
      kind: 'ACHIEVEMENT',
      title: 'Milestone reached',
      subjectId: event.subjectId,
      collapseKey: `reached:${event.subjectId}`,
      cause: `event:${event.id}`,
    });
  },
  'achievement.earned': async (event, ctx) => {
    await notify(ctx, {
      kind: 'ACHIEVEMENT',
      title: `Achievement: ${event.data.name}`.slice(0, 200),
      subjectId: event.subjectId,
      cause: `event:${event.id}`,
    });
  },
  'goal.deleted': (event, ctx) => deleteRemindersOf(ctx, event.subjectId),
};
