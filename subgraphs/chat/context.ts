import DataLoader from 'dataloader';
import type { Context, UserContext } from '../shared/context.ts';
import type { Page } from '../shared/pagination.ts';
import { loadById } from '../shared/stored.ts';
import { type PageKey, readAllMessages, readChildren, readFirstMessages, readPaths } from './branches.ts';
import type { ConversationRow, InsightRow, MemoryRow, MessageRow } from './rows.ts';

/** One request's loaders; every batch is one statement with the viewer's id in its WHERE. */
export interface ChatLoaders {
  conversation: DataLoader<string, ConversationRow | null>;
  message: DataLoader<string, MessageRow | null>;
  memory: DataLoader<string, MemoryRow | null>;
  insight: DataLoader<string, InsightRow | null>;
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

export function createLoaders({ db, viewer }: ChatContext): ChatLoaders {
  const userId = viewer?.userId ?? '';
  const cacheKeyFn = ({ conversationId, args }: PageKey) => `${conversationId} ${JSON.stringify(args)}`;
  return {
    conversation: loadById(userId, (args) => db.conversation.findMany(args)),
    message: loadById(userId, (args) => db.message.findMany(args)),
    memory: loadById(userId, (args) => db.memory.findMany(args)),
    insight: loadById(userId, (args) => db.insight.findMany(args)),
    path: new DataLoader((keys) => readPaths(db, userId, keys), { cacheKeyFn }),
    all: new DataLoader((keys) => readAllMessages(db, userId, keys), { cacheKeyFn }),
    children: new DataLoader((ids) => readChildren(db, userId, ids)),
    firstMessages: new DataLoader((ids) => readFirstMessages(db, userId, ids)),
  };
}
