import { Decimal } from 'decimal.js';
import { type Context, signedIn } from '../shared/context.ts';
import { badInput } from '../shared/errors.ts';
import { isId } from '../shared/ids.ts';
import type { ChatContext, ChatUserContext } from './context.ts';
import { createConversation, deleteConversation, listConversations, updateConversation } from './conversations.ts';
import { forkConversation } from './forks.ts';
import type { MessageStatus, Resolvers, ToolCallState } from './generated.ts';
import { importConversation } from './imports.ts';
import { dismissInsight, listInsights, markInsightsRead } from './insights/insights.ts';
import { listAiCalls, readBudget } from './ledger.ts';
import { createMemory, deleteMemory, listMemories, updateMemory } from './memories.ts';
import { addNote, editMessage } from './messages.ts';
import { describeProviders } from './models.ts';
import { regenerateMessage, sendMessage, stopMessage } from './replies.ts';
import type { MessageRow, Reference } from './rows.ts';
import { searchMessages } from './search.ts';
import { readSettings, updateSettings } from './settings.ts';
import { approveToolCall, rejectToolCall } from './toolCalls.ts';

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

/** Replies that are being written have their text in their deltas. */
const isBeingWritten = ({ origin, status }: MessageRow) =>
  origin === 'GENERATED' && (status === 'PENDING' || status === 'STREAMING' || status === 'WAITING');

const dollars = (cost: { toString(): string }) => new Decimal(cost.toString());

export const resolvers: Resolvers = {
  Query: {
    aiProviders: (_, __, ctx) => describeProviders(reader(ctx)),
    conversation: (_, { id }, ctx) => reader(ctx).loaders.conversation.load(id),
  },
  Mutation: {
    sendMessage: (_, { input }, ctx) => answer(sendMessage(writer(ctx), input)),
    regenerateMessage: (_, { input }, ctx) => answer(regenerateMessage(writer(ctx), input)),
    stopMessage: (_, { input }, ctx) => answer(stopMessage(writer(ctx), input)),
    approveToolCall: (_, { input }, ctx) => answer(approveToolCall(writer(ctx), input)),
    rejectToolCall: (_, { input }, ctx) => answer(rejectToolCall(writer(ctx), input)),
    updateAssistantSettings: (_, { input }, ctx) => answer(updateSettings(writer(ctx), input)),
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
    assistantSettings: (_, __, ctx) => readSettings(ctx.db, reader(ctx).userId),
    aiBudget: (_, __, ctx) => readBudget(reader(ctx)),
    aiCalls: (_, { filter, ...page }, ctx) => listAiCalls(reader(ctx), filter ?? {}, page),
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
    content: async (message, _, { loaders }) => {
      if (message.origin === 'GENERATED' && (await loaders.isWithheld.load(message.id))) return '';
      return isBeingWritten(message) ? loaders.toldText.load(message.id) : message.content;
    },
    provider: async ({ id }, _, { loaders }) => (await loaders.generation.load(id))?.provider ?? null,
    endedBecause: async ({ id }, _, { loaders }) => (await loaders.generation.load(id))?.endedBecause ?? null,
    lastSequence: async ({ id }, _, { loaders }) => (await loaders.generation.load(id))?.lastSequence ?? null,
    toolCalls: async ({ id }, _, { loaders }) =>
      (await loaders.isWithheld.load(id)) ? [] : loaders.toolCalls.load(id),
    context: async ({ id }, _, { loaders }) =>
      (await loaders.isWithheld.load(id)) ? [] : loaders.contextItems.load(id),
    aiCalls: ({ id }, _, { loaders }) => loaders.aiCalls.load(id),
    conversation: async ({ conversationId }, _, { loaders }) => (await loaders.conversation.load(conversationId))!,
    parent: ({ parentId }, _, { loaders }) => (parentId === null ? null : loaders.message.load(parentId)),
    children: ({ id }, _, { loaders }) => loaders.children.load(id),
    siblings: ({ parentId, conversationId }, _, { loaders }) =>
      parentId === null ? loaders.firstMessages.load(conversationId) : loaders.children.load(parentId),
  },
  ToolCall: {
    __resolveReference: async ({ id }, ctx) => {
      const { loaders } = reader(ctx);
      const call = await loaders.toolCall.load(id);
      return call && !(await loaders.isWithheld.load(call.messageId)) ? call : null;
    },
    message: ({ messageId }, _, { loaders }) => loaders.message.load(messageId),
  },
  MessageDelta: {
    toolCall: ({ toolCallId }, _, { loaders }) => (toolCallId === null ? null : loaders.toolCall.load(toolCallId)),
    toolCallState: ({ kind, state }) => (kind === 'TOOL_CALL' ? (state as ToolCallState) : null),
    usage: ({ kind, state }, _, { loaders }) => (kind === 'USAGE' && state ? loaders.aiCall.load(state) : null),
    status: ({ kind, state }) => (kind === 'END' ? (state as MessageStatus) : null),
    message: ({ messageId }, _, { loaders }) => loaders.message.load(messageId),
  },
  AiCall: {
    cost: ({ cost }) => dollars(cost),
  },
  Memory: {
    __resolveReference: ({ id }, ctx) => reader(ctx).loaders.memory.load(id),
    sourceMessage: ({ sourceMessageId }, _, { loaders }) =>
      sourceMessageId === null ? null : loaders.message.load(sourceMessageId),
  },
  Insight: {
    __resolveReference: ({ id }, ctx) => reader(ctx).loaders.insight.load(id),
    evidence: ({ evidence }) => evidence.map((number) => ({ ...number, value: new Decimal(number.value) })),
    goals: ({ goalIds, evidence }) => {
      const ids = new Set([...goalIds, ...evidence.flatMap(({ objectId }) => objectId ?? [])]);
      return [...ids].filter((id) => isId('goal', id)).map((id) => ({ id }));
    },
  },
};
