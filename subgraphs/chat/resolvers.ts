import { Decimal } from 'decimal.js';
import { type Context, signedIn } from '../shared/context.ts';
import { badInput } from '../shared/errors.ts';
import { isId } from '../shared/ids.ts';
import type { ChatContext, ChatUserContext } from './context.ts';
import { createConversation, deleteConversation, listConversations, updateConversation } from './conversations.ts';
import { forkConversation } from './forks.ts';
import type { Resolvers } from './generated.ts';
import { importConversation } from './imports.ts';
import { dismissInsight, listInsights, markInsightsRead } from './insights.ts';
import { createMemory, deleteMemory, listMemories, updateMemory } from './memories.ts';
import { addNote, editMessage } from './messages.ts';
import type { Reference } from './rows.ts';
import { searchMessages } from './search.ts';

const reader = (ctx: ChatContext): ChatUserContext => signedIn(ctx, 'chat:read');
const writer = (ctx: ChatContext): ChatUserContext => signedIn(ctx, 'chat:write');

/** What was done, in the form of a payload; what could not be done was thrown. */
const answer = async <Done extends object>(done: Promise<Done>) => ({ ...(await done), errors: [] });

/** The dashboard's id has the user's digits. */
const isOwnDashboard = ({ id }: Reference, { viewer }: Context<unknown>) =>
  viewer !== null && id === viewer.userId.replace(/^user_/, 'dashboard_');

function few(count: number): number {
  if (count >= 1 && count <= 20) return count;
  throw badInput('"first" must be between 1 and 20.');
}

export const resolvers: Resolvers = {
  Query: {
    conversation: (_, { id }, ctx) => reader(ctx).loaders.conversation.load(id),
  },
  Mutation: {
    createConversation: (_, { input }, ctx) => answer(createConversation(writer(ctx), input)),
    importConversation: (_, { input }, ctx) => answer(importConversation(writer(ctx), input)),
    updateConversation: (_, { input }, ctx) => answer(updateConversation(writer(ctx), input)),
    deleteConversation: (_, { input }, ctx) => answer(deleteConversation(writer(ctx), input)),
    forkConversation: (_, { input }, ctx) => answer(forkConversation(writer(ctx), input)),
    addNote: (_, { input }, ctx) => answer(addNote(writer(ctx), input)),
    editMessage: (_, { input }, ctx) => answer(editMessage(writer(ctx), input)),
    createMemory: (_, { input }, ctx) => answer(createMemory(writer(ctx), input)),
    updateMemory: (_, { input }, ctx) => answer(updateMemory(writer(ctx), input)),
    deleteMemory: (_, { input }, ctx) => answer(deleteMemory(writer(ctx), input)),
    markInsightsRead: (_, { input }, ctx) => answer(markInsightsRead(writer(ctx), input)),
    dismissInsight: (_, { input }, ctx) => answer(dismissInsight(writer(ctx), input)),
  },
  User: {
    __resolveReference: (ref, ctx) => (ctx.viewer?.userId === ref.id ? ref : null),
    conversations: (_, { filter, ...page }, ctx) => listConversations(reader(ctx), filter ?? { archived: false }, page),
    memories: (_, { filter, ...page }, ctx) => listMemories(reader(ctx), filter ?? {}, page),
    insights: (_, { filter, ...page }, ctx) => listInsights(reader(ctx), filter ?? { dismissed: false }, page),
    searchMessages: (_, { query, ...page }, ctx) => searchMessages(reader(ctx), query, page),
  },
  Dashboard: {
    __resolveReference: (ref, ctx) => (isOwnDashboard(ref, ctx) ? ref : null),
    recentConversations: async (_, { first }, ctx) =>
      (await listConversations(reader(ctx), { archived: false }, { first: few(first) })).nodes,
    insights: async (_, { first }, ctx) =>
      (await listInsights(reader(ctx), { dismissed: false, read: false }, { first: few(first) })).nodes,
  },
  Conversation: {
    __resolveReference: ({ id }, ctx) => reader(ctx).loaders.conversation.load(id),
    contextGoals: ({ contextIds }) => contextIds.filter((id) => isId('goal', id)).map((id) => ({ id })),
    contextLifeAreas: ({ contextIds }) => contextIds.filter((id) => isId('area', id)).map((id) => ({ id })),
    currentMessage: ({ currentMessageId }, _, { loaders }) =>
      currentMessageId === null ? null : loaders.message.load(currentMessageId),
    messages: ({ id }, args, { loaders }) => loaders.path.load({ conversationId: id, args }),
    allMessages: ({ id }, args, { loaders }) => loaders.all.load({ conversationId: id, args }),
    forkedFrom: ({ forkedFromId }, _, { loaders }) =>
      forkedFromId === null ? null : loaders.conversation.load(forkedFromId),
  },
  Message: {
    __resolveReference: ({ id }, ctx) => reader(ctx).loaders.message.load(id),
    conversation: async ({ conversationId }, _, { loaders }) => (await loaders.conversation.load(conversationId))!,
    parent: ({ parentId }, _, { loaders }) => (parentId === null ? null : loaders.message.load(parentId)),
    children: ({ id }, _, { loaders }) => loaders.children.load(id),
    siblings: ({ parentId, conversationId }, _, { loaders }) =>
      parentId === null ? loaders.firstMessages.load(conversationId) : loaders.children.load(parentId),
  },
  Memory: {
    __resolveReference: ({ id }, ctx) => reader(ctx).loaders.memory.load(id),
    sourceMessage: ({ sourceMessageId }, _, { loaders }) =>
      sourceMessageId === null ? null : loaders.message.load(sourceMessageId),
  },
  Insight: {
    __resolveReference: ({ id }, ctx) => reader(ctx).loaders.insight.load(id),
    evidence: ({ evidence }) => evidence.map((number) => ({ ...number, value: new Decimal(number.value) })),
  },
};
