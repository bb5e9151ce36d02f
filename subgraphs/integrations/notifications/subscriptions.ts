import { signedIn } from '../../shared/context.ts';
import type { SubgraphDefinition } from '../../shared/subgraph.ts';
import type { Loaders } from '../context.ts';
import { countUnread } from './notifications.ts';

export const notificationSubscriptions: SubgraphDefinition<Loaders>['subscriptions'] = {
  notificationCreated: async (event, _args, ctx) => ({
    event,
    notification: await signedIn(ctx, 'integrations:read').loaders.notification.load(event.subjectId),
  }),
  notificationUpdated: async (event, _args, ctx) => {
    const reader = signedIn(ctx, 'integrations:read');
    const [notification, unreadNotificationCount] = await Promise.all([
      reader.loaders.notification.load(event.subjectId),
      countUnread(reader),
    ]);
    return { event, notificationId: event.subjectId, notification, unreadNotificationCount };
  },
};
