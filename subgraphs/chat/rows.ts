import type { Conversation, Insight, Memory, Message } from '../../prisma/generated/client.ts';
import type {
  InsightEvidence,
  InsightKind,
  InsightOrigin,
  MemoryKind,
  MemorySource,
  MessageOrigin,
  MessageRole,
  MessageStatus,
} from './generated.ts';

/** An entity of another domain, of which this one knows the id. */
export interface Reference {
  id: string;
}

/** Rows as resolvers are given them: as Prisma reads them, with the words that the tables' CHECKs allow. */
export type ConversationRow = Conversation;
export type MessageRow = Message & { role: MessageRole; status: MessageStatus; origin: MessageOrigin };
export type MemoryRow = Memory & { kind: MemoryKind; source: MemorySource };
export type InsightRow = Insight & { kind: InsightKind; origin: InsightOrigin; evidence: StoredEvidence[] };

/** One number behind an insight, as it is stored: decimals and dates as text. */
export type StoredEvidence = Pick<InsightEvidence, 'label'> & {
  value: string;
  unit: string | null;
  from: string | null;
  to: string | null;
  objectId: string | null;
};
