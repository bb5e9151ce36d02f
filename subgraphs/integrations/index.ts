import { signedIn } from '../shared/context.ts';
import { defineSubgraph } from '../shared/subgraph.ts';
import { createLoaders, type Loaders } from './context.ts';
import { demo } from './demo.ts';
import { erase, exports } from './export.ts';
import { reactions } from './reactions.ts';
import { resolvers } from './resolvers.ts';

/** Connections, notifications, reminders, automation rules and webhooks. */
export const integrations = defineSubgraph<Loaders>({
  name: 'integrations',
  directory: import.meta.dirname,
  resolvers,
  loaders: createLoaders,
  subscriptions: {
    notificationCreated: async (event, _args, ctx) => ({
      event,
      notification: await signedIn(ctx, 'integrations:read').loaders.notification.load(event.subjectId),
    }),
  },
  reactions,
  exports,
  erase,
  demo,
});
