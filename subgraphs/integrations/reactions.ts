import type { Reactions } from '../shared/reactions.ts';
import { deleteMappingsOf } from './mapping/mappings.ts';
import { notificationReactions } from './notifications/reactions.ts';
import { deleteRemindersOf } from './notifications/reminders/reminders.ts';

/** What happens here on events of all domains. */
export const reactions: Reactions = {
  ...notificationReactions,
  'goal.deleted': async ({ subjectId }, ctx) => {
    await deleteMappingsOf(ctx, subjectId);
    await deleteRemindersOf(ctx, subjectId);
  },
};
