import DataLoader from 'dataloader';
import type { Context, UserContext } from '../shared/context.ts';
import type { Page } from '../shared/pagination.ts';
import { loadById } from '../shared/stored.ts';
import { type PageKey, readAllMessages, readChildren, readFirstMessages, readPaths } from './branches.ts';
import { toldTexts } from './generations.ts';
import type {
  AiCallRow,
  ContextItemRow,
  ConversationRow,
  GenerationRow,
  InsightRow,
  MemoryRow,
  MessageRow,
  ToolCallRow,
} from './rows.ts';
import { withheldReplies } from './withheld.ts';

/** One request's loaders; every batch is one statement with the viewer's id in its WHERE. */
export interface ChatLoaders {
  conversation: DataLoader<string, ConversationRow | null>;
  message: DataLoader<string, MessageRow | null>;
  memory: DataLoader<string, MemoryRow | null>;
  insight: DataLoader<string, InsightRow | null>;
  toolCall: DataLoader<string, ToolCallRow | null>;
  aiCall: DataLoader<string, AiCallRow | null>;
  /** By the id of the message: how it is, or was, written. Null for what was not written here by a model. */
  generation: DataLoader<string, GenerationRow | null>;
  /** Whether a reply is not to be read by the model that the viewer is. */
  isWithheld: DataLoader<string, boolean>;
  /** What has been told of replies that are being written. */
  toldText: DataLoader<string, string>;
  /** By the id of the reply, in order. */
  toolCalls: DataLoader<string, ToolCallRow[]>;
  contextItems: DataLoader<string, ContextItemRow[]>;
  aiCalls: DataLoader<string, AiCallRow[]>;
  /** Pages of the branch that a conversation shows. */
  path: DataLoader<PageKey, Page<MessageRow>, string>;
  /** Pages of all messages of a conversation. */
  all: DataLoader<PageKey, Page<MessageRow>, string>;
  /** By the id of the message that they follow. */
  children: DataLoader<string, MessageRow[]>;
  /** By the id of the conversation: messages that follow none. */
  firstMessages: DataLoader<string, MessageRow[]>;
}

export type ChatContext = Context<ChatLoaders>;
export type ChatUserContext = UserContext<ChatLoaders>;

export function createLoaders(ctx: ChatContext): ChatLoaders {
  const { db, viewer } = ctx;
  const userId = viewer?.userId ?? '';
  const cacheKeyFn = ({ conversationId, args }: PageKey) => `${conversationId} ${JSON.stringify(args)}`;
  return {
    conversation: loadById(userId, (args) => db.conversation.findMany(args)),
    message: loadById(userId, (args) => db.message.findMany(args)),
    memory: loadById(userId, (args) => db.memory.findMany(args)),
    insight: loadById(userId, (args) => db.insight.findMany(args)),
    toolCall: loadById(userId, (args) => db.toolCall.findMany(args)),
    aiCall: loadById(userId, (args) => db.aiCall.findMany(args)),
    generation: new DataLoader(async (ids) => {
      const rows = await db.generation.findMany({ where: { userId, messageId: { in: [...ids] } } });
      return ids.map((id) => (rows.find(({ messageId }) => messageId === id) as GenerationRow | undefined) ?? null);
    }),
    isWithheld: new DataLoader(async (ids) => {
      const withheld = await withheldReplies(ctx, ids);
      return ids.map((id) => withheld.has(id));
    }),
    toldText: new DataLoader(async (ids) => {
      const texts = await toldTexts(db, userId, ids);
      return ids.map((id) => texts.get(id) ?? '');
    }),
    toolCalls: new DataLoader(async (ids) => {
      const orderBy = [{ round: 'asc' }, { ordinal: 'asc' }] as const;
      const rows = await db.toolCall.findMany({
        where: { userId, messageId: { in: [...ids] } },
        orderBy: [...orderBy],
      });
      return ids.map((id) => rows.filter(({ messageId }) => messageId === id) as unknown as ToolCallRow[]);
    }),
    contextItems: new DataLoader(async (ids) => {
      const where = { userId, messageId: { in: [...ids] } };
      const rows = await db.contextItem.findMany({ where, orderBy: { ordinal: 'asc' } });
      return ids.map((id) => rows.filter(({ messageId }) => messageId === id) as ContextItemRow[]);
    }),
    aiCalls: new DataLoader(async (ids) => {
      const where = { userId, subjectId: { in: [...ids] } };
      const rows = await db.aiCall.findMany({ where, orderBy: [{ startedAt: 'asc' }, { id: 'asc' }], take: 1_000 });
      return ids.map((id) => rows.filter(({ subjectId }) => subjectId === id) as AiCallRow[]);
    }),
    path: new DataLoader((keys) => readPaths(db, userId, keys), { cacheKeyFn }),
    all: new DataLoader((keys) => readAllMessages(db, userId, keys), { cacheKeyFn }),
    children: new DataLoader((ids) => readChildren(db, userId, ids)),
    firstMessages: new DataLoader((ids) => readFirstMessages(db, userId, ids)),
  };
}
