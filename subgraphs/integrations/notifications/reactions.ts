import type { ReactionContext, Reactions } from '../../shared/reactions.ts';
import { shorten } from '../../shared/storable.ts';
import { rescheduleDigest } from './digest.ts';
import { type News, notify } from './notifications.ts';
import { wakeWaitingPushes } from './push/deliveries.ts';
import { moveReminders, recountFromDeadline } from './reminders/due.ts';

/** Tells of an event, about its subject unless the news say otherwise. */
const tell = async (ctx: ReactionContext, event: { id: string; subjectId: string }, news: Omit<News, 'cause'>) => {
  await notify(ctx, { subjectId: event.subjectId, ...news, cause: `event:${event.id}` });
};

/**
 * What happens here on events of other domains. An effect and the position in the log commit together, and a notification
 * is unique by its cause besides: told twice, it is made once.
 */
export const notificationReactions: Reactions = {
  'goal.completed': (event, ctx) =>
    tell(ctx, event, {
      kind: 'ACHIEVEMENT',
      title: 'Goal completed',
      collapseKey: `completed:${event.subjectId}`,
    }),
  'milestone.reached': (event, ctx) =>
    tell(ctx, event, {
      kind: 'ACHIEVEMENT',
      title: 'Milestone reached',
      collapseKey: `reached:${event.subjectId}`,
    }),
  'achievement.earned': (event, ctx) =>
    tell(ctx, event, { kind: 'ACHIEVEMENT', title: shorten(`Achievement: ${inWords(event.data.name)}`, 200) }),
  // Several may be found at once: unread ones give way to the latest.
  'insight.created': (event, ctx) =>
    tell(ctx, event, { kind: 'INSIGHT', title: 'Something new in your numbers', collapseKey: 'insights' }),
  'researchResult.created': (event, ctx) =>
    tell(ctx, event, {
      kind: 'INSIGHT',
      title: 'Research has found something',
      body: 'It waits for you to look at it.',
      collapseKey: `research:${event.data.categoryId}`,
    }),
  'researchRun.completed': async (event, ctx) => {
    if (event.data.state !== 'FAILED') return;
    await tell(ctx, event, {
      kind: 'ALERT',
      title: 'Research came to nothing',
      collapseKey: `researchFailed:${event.data.categoryId}`,
    });
  },
  // A refresh token was used twice, as by somebody who copied it.
  'session.revoked': async (event, ctx) => {
    if (event.data.reason !== 'reuse') return;
    await notify(ctx, {
      kind: 'ALERT',
      title: 'A device was signed out for your safety',
      body: 'Its sign-in was used in two places. If you do not know why, look through your devices and sessions.',
      urgent: true,
      cause: `event:${event.id}`,
    });
  },
  'user.updated': async (_, ctx) => {
    await moveReminders(ctx);
    await rescheduleDigest(ctx, true);
    await wakeWaitingPushes(ctx);
  },
  'goal.updated': (event, ctx) => recountFromDeadline(ctx, event.subjectId),
};

/** The name of an achievement for people: `GOAL_COMPLETED` is goal completed. */
const inWords = (name: string) => (/^[A-Z0-9_]+$/.test(name) ? name.toLowerCase().replaceAll('_', ' ') : name);
