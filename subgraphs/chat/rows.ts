import type {
  AiCall,
  AssistantSettings,
  ContextItem,
  Conversation,
  Generation,
  Insight,
  Memory,
  Message,
  ToolCall,
} from '../../prisma/generated/client.ts';
import type { Scope } from '../shared/context.ts';
import type { AiDataClass } from '../shared/models/dataClasses.ts';
import type {
  AiOutcome,
  AiPurpose,
  ContextKind,
  ContextOmission,
  InsightEvidence,
  InsightKind,
  InsightOrigin,
  MemoryKind,
  MemorySource,
  MessageOrigin,
  MessageRole,
  MessageStatus,
  ReplyEnd,
  ToolCallState,
  ToolKind,
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

export type ToolCallRow = Omit<ToolCall, 'details' | 'scopes' | 'dataClasses'> & {
  kind: ToolKind;
  state: ToolCallState;
  scopes: Scope[];
  dataClasses: AiDataClass[];
  details: { name: string; value: string; objectId: string | null }[];
};
export type GenerationRow = Omit<Generation, 'scopes' | 'dataClasses'> & {
  state: 'QUEUED' | 'RUNNING' | 'WAITING' | 'ENDED';
  behalfKind: 'session' | 'apiKey' | 'automation';
  scopes: Scope[];
  dataClasses: AiDataClass[];
  endedBecause: ReplyEnd | null;
};
export type ContextItemRow = ContextItem & { kind: ContextKind; omitted: ContextOmission | null };
export type AiCallRow = AiCall & { purpose: AiPurpose; outcome: AiOutcome };
export type SettingsRow = Omit<AssistantSettings, 'updatedAt'>;

/** One number behind an insight, as it is stored: decimals and dates as text. */
export type StoredEvidence = Pick<InsightEvidence, 'label'> & {
  value: string;
  unit: string | null;
  from: string | null;
  to: string | null;
  objectId: string | null;
  /** The query that the number comes from; absent where it does not come from one. */
  document?: string;
  /** Its variables, as JSON. */
  variables?: string;
  path?: string[];
};
