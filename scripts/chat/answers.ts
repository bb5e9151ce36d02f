/** What the client reads of the answers to the operations in `operations/chat/`. */

export interface UserError {
  code: string;
  message: string;
}

export interface ToolCall {
  id: string;
  title: string;
  kind: 'READ' | 'WRITE';
  /** What it has come to by now. */
  state: ToolCallState;
  details: { name: string; value: string }[];
  confirmation: string;
  tainted: boolean;
}

export type ToolCallState = 'PROPOSED' | 'APPROVED' | 'REJECTED' | 'SUPERSEDED' | 'RUNNING' | 'DONE' | 'FAILED';

export type MessageStatus = 'PENDING' | 'STREAMING' | 'WAITING' | 'COMPLETE' | 'STOPPED' | 'FAILED';

export interface Delta {
  sequence: number;
  kind: 'TEXT' | 'TOOL_CALL' | 'USAGE' | 'END';
  text: string | null;
  /** What the tool call had come to when this was told. */
  toolCallState: ToolCallState | null;
  toolCall: ToolCall | null;
  status: MessageStatus | null;
}

export interface Message {
  id: string;
  role: 'USER' | 'ASSISTANT' | 'SYSTEM';
  content: string;
  status: MessageStatus;
}

/** Of `SendMessage` and `RegenerateMessage`. */
export interface Begun {
  reply: { id: string } | null;
  conversation: { id: string; title: string } | null;
  errors: UserError[];
}

export interface Conversation {
  id: string;
  title: string;
  messages: { nodes: Message[] };
}

export interface Provider {
  name: string;
  model: string;
  isLocal: boolean;
  consentedClasses: string[];
  available: boolean;
}

export interface Assistant {
  aiProviders: Provider[];
  viewer: {
    aiBudget: {
      localDate: string;
      limit: string;
      spent: string;
      calls: number;
      inputTokens: number;
      outputTokens: number;
    };
  };
}

export interface Memory {
  kind: string;
  text: string;
  enabled: boolean;
}
