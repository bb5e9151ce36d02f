import type { NewEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import type { DemoAccount } from '../shared/subgraph.ts';
import { confirmationOf } from './toolCalls.ts';
import { catalogue, type Tool } from './tools/catalogue.ts';
import { describeCall } from './tools/description.ts';

const minute = 60_000;
const [provider, model] = ['local', 'jarvis-local'];

export interface DemoCall {
  tool: string;
  variables: Record<string, unknown>;
  state: 'DONE' | 'REJECTED' | 'PROPOSED';
  result: unknown;
  /** What the objects among its arguments are called. */
  named?: Record<string, string>;
}

/** Something that was asked here, and how the built-in assistant answered. Each call is a round of its own. */
export interface DemoReply {
  asked: string;
  minutesAgo: number;
  about: readonly string[];
  calls: readonly DemoCall[];
  /** Null while it waits. */
  text: string | null;
}

/** Stores a conversation of one question and its reply, with all that a reply leaves. @returns what the event log is to be told. */
export async function storeReply(
  { db, userId, now }: DemoAccount,
  { asked, minutesAgo, about, calls, text }: DemoReply,
  memories: readonly { id: string; text: string }[],
): Promise<NewEvent[]> {
  const at = new Date(now.getTime() - minutesAgo * minute);
  const conversationId = newId('conversation', at);
  const [askedId, replyId] = [newId('message', at), newId('message', at)];
  const times = { createdAt: at, updatedAt: at };
  const isOver = text !== null;
  await db.conversation.create({
    data: {
      userId,
      id: conversationId,
      title: asked,
      contextIds: [...about],
      messageCount: 2,
      activeAt: at,
      inputHash: 'demo',
      ...times,
    },
  });
  const message = { userId, conversationId, ...times };
  await db.message.createMany({
    data: [
      {
        ...message,
        id: askedId,
        parentId: null,
        ordinal: 1,
        depth: 0,
        role: 'USER',
        content: asked,
        status: 'COMPLETE',
        origin: 'WRITTEN',
      },
      {
        ...message,
        id: replyId,
        parentId: askedId,
        ordinal: 2,
        depth: 1,
        role: 'ASSISTANT',
        content: text ?? '',
        status: isOver ? 'COMPLETE' : 'WAITING',
        origin: 'GENERATED',
        model: isOver ? model : null,
      },
    ],
  });
  await db.conversation.update({
    where: { userId_id: { userId, id: conversationId } },
    data: { currentMessageId: replyId },
  });

  const rounds = calls.map((call, i) => ({
    call,
    toolCallId: newId('toolcall', at),
    aiCallId: newId('aicall', at),
    i,
  }));
  // What the assistant is told while it writes; of a reply that is over, the message has it all.
  const deltas = rounds.flatMap(({ call, toolCallId, aiCallId }) => [
    { kind: 'USAGE', state: aiCallId },
    { kind: 'TOOL_CALL', toolCallId, state: call.state },
  ]);
  await db.generation.create({
    data: {
      userId,
      messageId: replyId,
      conversationId,
      state: isOver ? 'ENDED' : 'WAITING',
      // No session asked: whoever approves lends theirs.
      behalfKind: 'session',
      behalfId: 'demo',
      scopes: ['goals:read', 'goals:write', 'chat:read', 'chat:write'],
      attempts: 1,
      round: calls.length,
      // Where it is over, its text and its end were told as well.
      lastSequence: deltas.length + (isOver ? 2 : 0),
      textLength: text?.length ?? 0,
      dataClasses: ['GOALS', 'MESSAGES'],
      provider,
      model,
      endedBecause: isOver ? 'FINISHED' : null,
      createdAt: at,
      startedAt: at,
      endedAt: isOver ? at : null,
    },
  });
  await db.toolCall.createMany({
    data: rounds.map(({ call, toolCallId, i }) => toolCallRow(userId, replyId, toolCallId, call, i, at)),
  });
  if (!isOver) {
    await db.messageDelta.createMany({
      data: deltas.map((delta, i) => ({ ...delta, userId, messageId: replyId, sequence: i + 1, at })),
    });
  }
  const items = [
    { kind: 'INSTRUCTIONS', objectId: null, label: 'What Jarvis is and how it works', tokens: 338 },
    { kind: 'TOOLS', objectId: null, label: [...catalogue().tools.keys(), 'query'].join(', '), tokens: 5_723 },
    ...memories.map(({ id, text: label }) => ({ kind: 'MEMORY', objectId: id, label, tokens: tokens(label) })),
    { kind: 'MESSAGE', objectId: askedId, label: asked, tokens: tokens(asked) },
  ];
  await db.contextItem.createMany({
    data: items.map((item, ordinal) => ({ ...item, userId, messageId: replyId, ordinal })),
  });
  const asks = rounds.map(({ aiCallId }) => aiCallId);
  await db.aiCall.createMany({
    data: [...asks, ...(isOver ? [newId('aicall', at)] : [])].map((id) => aiCallRow(userId, id, replyId, at)),
  });
  return [
    { type: 'conversation.created', subjectId: conversationId, data: {} },
    { type: 'message.created', subjectId: askedId, data: { conversationId } },
    { type: 'message.created', subjectId: replyId, data: { conversationId } },
    ...rounds
      .filter(({ call }) => toolNamed(call.tool).kind === 'WRITE')
      .map(({ toolCallId }) => ({
        type: 'toolCall.created' as const,
        subjectId: toolCallId,
        data: { messageId: replyId },
      })),
  ];
}

const tokens = (text: string) => Math.ceil(text.length / 4) + 6;

function toolNamed(name: string): Tool {
  return catalogue().tools.get(name)!;
}

function toolCallRow(userId: string, messageId: string, id: string, call: DemoCall, i: number, at: Date) {
  const tool = toolNamed(call.tool);
  const variables = JSON.stringify(call.variables);
  const { title, details } = describeCall(tool, call.variables);
  const { document } = tool;
  return {
    userId,
    id,
    messageId,
    round: i + 1,
    ordinal: 0,
    providerCallId: `call-${i + 1}`,
    tool: tool.name,
    kind: tool.kind,
    arguments: variables,
    document,
    variables,
    scopes: [...tool.scopes],
    title,
    details: details.map((detail) => ({ ...detail, value: call.named?.[detail.objectId ?? ''] ?? detail.value })),
    confirmation: confirmationOf({ id, document, variables }),
    dataClasses: [...tool.dataClasses],
    textOffset: 0,
    state: call.state,
    result: call.result === null ? null : JSON.stringify(call.result),
    decidedAt: call.state === 'REJECTED' ? at : null,
    createdAt: at,
    updatedAt: at,
  };
}

/** The built-in assistant costs nothing, and nothing is sent to anybody. */
function aiCallRow(userId: string, id: string, subjectId: string, at: Date) {
  return {
    userId,
    id,
    purpose: 'REPLY',
    subjectId,
    provider,
    model,
    dataClasses: ['GOALS', 'MESSAGES'],
    outcome: 'OK',
    inputTokens: 0,
    outputTokens: 0,
    estimated: false,
    cost: '0',
    firstEventMs: 20,
    latencyMs: 21,
    startedAt: at,
    endedAt: at,
  };
}
