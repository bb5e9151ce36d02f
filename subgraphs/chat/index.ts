import { signedIn } from '../shared/context.ts';
import { Prisma } from '../shared/db.ts';
import type { LoggedEvent } from '../shared/events.ts';
import { defineSubgraph } from '../shared/subgraph.ts';
import { type ChatLoaders, createLoaders } from './context.ts';
import { demo } from './demo.ts';
import { exports } from './exports.ts';
import { imports } from './importedTypes.ts';
import { chatJobs, dueReplies } from './jobs.ts';
import { resolvers } from './resolvers.ts';

/** Conversations with the assistant, what it remembers, and what it notices. */
export const chat = defineSubgraph<ChatLoaders>({
  name: 'chat',
  directory: import.meta.dirname,
  resolvers,
  loaders: createLoaders,
  subscriptions: {
    chatMessage: async (event, _, ctx) => {
      signedIn(ctx, 'chat:read');
      const { conversationId } = (event as LoggedEvent<'message.created'>).data;
      return {
        event,
        message: await ctx.loaders.message.load(event.subjectId),
        conversation: await ctx.loaders.conversation.load(conversationId),
      };
    },
  },
  streams: {
    messageStream: (delta, _, ctx) => {
      signedIn(ctx, 'chat:read');
      return delta;
    },
  },
  jobs: chatJobs,
  dueWork: dueReplies,
  usage: () => ({ features: { conversations: Prisma.sql`SELECT user_id FROM conversations` } }),
  exports,
  imports,
  async erase(tx, userId) {
    await tx.conversation.deleteMany({ where: { userId } }); // takes the messages along
    await tx.memory.deleteMany({ where: { userId } });
    await tx.insight.deleteMany({ where: { userId } });
    await tx.aiCall.deleteMany({ where: { userId } });
    await tx.assistantSettings.deleteMany({ where: { userId } });
    await tx.insightRun.deleteMany({ where: { userId } });
  },
  demo,
});
