import { randomBytes } from 'node:crypto';

/**
 * Every kind of object with an id: its prefix, its GraphQL type and its table. Names are defined here once; `node(id)`,
 * `changes(since)`, the tenant tests and the erasers read this list.
 *
 * An id is `prefix_` and 32 hexadecimal digits of a UUIDv7 (RFC 9562): readable, sortable by time, and free for clients
 * to make while offline. Rows are keyed by (user_id, id), so an id only means something together with its owner.
 */
export const kinds = {
  user: { type: 'User', table: 'users' },
  session: { type: 'Session', table: 'sessions' },
  device: { type: 'Device', table: 'devices' },
  apikey: { type: 'ApiKey', table: 'api_keys' },
  consent: { type: 'AiConsent', table: 'ai_consents' },
  export: { type: 'DataExport', table: 'data_exports' },
  area: { type: 'LifeArea', table: 'life_areas' },
  note: { type: 'LifeAreaNote', table: 'life_area_notes' },
  goal: { type: 'Goal', table: 'goals' },
  entry: { type: 'ProgressEntry', table: 'progress_entries' },
  milestone: { type: 'Milestone', table: 'milestones' },
  achievement: { type: 'Achievement', table: 'achievements' },
  conversation: { type: 'Conversation', table: 'conversations' },
  message: { type: 'Message', table: 'messages' },
  toolcall: { type: 'ToolCall', table: 'tool_calls' },
  memory: { type: 'Memory', table: 'memories' },
  insight: { type: 'Insight', table: 'insights' },
  category: { type: 'ResearchCategory', table: 'research_categories' },
  result: { type: 'ResearchResult', table: 'research_results' },
  run: { type: 'ResearchRun', table: 'research_runs' },
  connection: { type: 'Connection', table: 'connections' },
  notification: { type: 'Notification', table: 'notifications' },
  reminder: { type: 'Reminder', table: 'reminders' },
  rule: { type: 'AutomationRule', table: 'automation_rules' },
  rulerun: { type: 'AutomationRun', table: 'rule_runs' },
  webhook: { type: 'Webhook', table: 'webhooks' },
  mapping: { type: 'ProgressMapping', table: 'progress_mappings' },
} as const;

export type Kind = keyof typeof kinds;
export type NodeTypeName = (typeof kinds)[Kind]['type'];

/** Makes a new id, e.g. `goal_0192f3…`; `at` is its time part, in milliseconds since 1970 (0 for what was before). */
export function newId(
  kind: Kind | 'event' | 'audit' | 'job' | 'sync' | 'aicall' | 'snapshot' | 'item' | 'delivery' | 'import',
  at: Date | number = Date.now(),
): string {
  return `${kind}_${uuidv7(Math.max(0, Math.trunc(Number(at))))}`;
}

let latest = -1;
let counter = 0;

/**
 * UUID version 7 (RFC 9562, section 5.7) as 32 hexadecimal digits without dashes. Ids of one process and one millisecond
 * sort in the order they were made: a counter of 26 bits follows the time (section 6.2, method 1).
 */
function uuidv7(milliseconds: number): string {
  const bytes = randomBytes(16);
  // A new millisecond begins at random in the lower half, so that there is room to count on.
  counter = milliseconds === latest ? (counter + 1) & 0x3ffffff : bytes.readUInt32BE(6) & 0x1ffffff;
  latest = milliseconds;
  bytes.writeUIntBE(milliseconds, 0, 6);
  bytes.writeUInt16BE(0x7000 | (counter >>> 14), 6);
  bytes.writeUInt16BE(0x8000 | (counter & 0x3fff), 8);
  return bytes.toString('hex');
}

const pattern = /^([a-z]+)_[0-9a-f]{32}$/;

/** The kind of a well-formed id, or null. It says nothing about whether such an object exists. */
export function kindOf(id: string): Kind | null {
  const prefix = pattern.exec(id)?.[1];
  return prefix !== undefined && Object.hasOwn(kinds, prefix) ? (prefix as Kind) : null;
}

/** True when `id` has the form of an id of that kind. */
export function isId(kind: Kind, id: string): boolean {
  return kindOf(id) === kind;
}
