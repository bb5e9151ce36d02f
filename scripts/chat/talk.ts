import type { Begun, Conversation, MessageStatus, ToolCall } from './answers.ts';
import { commands } from './commands.ts';
import { type Graph, Refusal } from './graph.ts';
import { type Decide, type Decision, showReply } from './reply.ts';
import type { Screen } from './screen.ts';

/** A talk with the assistant, and where it stands. */
export interface Talk {
  readonly graph: Graph;
  readonly screen: Screen;
  /** Null: the next message begins a new one. */
  conversationId: string | null;
  /** Null: as the person's settings say. */
  provider: string | null;
  /** The last reply that was shown. */
  replyId: string | null;
  /** @returns how the reply ended. */
  say(content: string): Promise<MessageStatus | null>;
  again(): Promise<void>;
  /** Shows the end of a conversation that there is already, and goes on with it. */
  resume(conversationId: string): Promise<void>;
}

/** Messages of an older conversation that are shown when it is taken up. */
const shownMessages = 6;

export function createTalk(graph: Graph, screen: Screen, decide: Decide): Talk {
  const follow = async ({ reply, conversation }: Begun) => {
    talk.conversationId = conversation!.id;
    talk.replyId = reply!.id;
    return showReply(graph, screen, reply!.id, decide);
  };
  const talk: Talk = {
    graph,
    screen,
    conversationId: null,
    provider: null,
    replyId: null,
    async say(content) {
      const { conversationId, provider } = talk;
      return follow(await graph.change<Begun>('SendMessage', { content, conversationId, provider }));
    },
    async again() {
      const { replyId, provider } = talk;
      if (replyId === null) return screen.say('Nothing was answered yet.');
      await follow(await graph.change<Begun>('RegenerateMessage', { messageId: replyId, provider }));
    },
    async resume(id) {
      const { conversation } = await graph.ask<{ conversation: Conversation | null }>('Conversation', {
        id,
        last: shownMessages,
      });
      if (!conversation) throw new Refusal('There is no conversation with this id.');
      talk.conversationId = id;
      screen.say(conversation.title);
      for (const { id: messageId, role, content, status } of conversation.messages.nodes) {
        if (role === 'ASSISTANT') talk.replyId = messageId;
        const isOpen = ['PENDING', 'STREAMING', 'WAITING'].includes(status);
        if (isOpen) await showReply(graph, screen, messageId, decide);
        else screen.say(role === 'ASSISTANT' ? content : `› ${content}`);
      }
    },
  };
  return talk;
}

/** Reads lines until there are none, or the person ends the talk at the prompt. */
export async function converse(talk: Talk): Promise<void> {
  const { screen } = talk;
  const ending = new AbortController();
  screen.onInterrupt(() => ending.abort());
  for (;;) {
    const line = await screen.read('› ', { signal: ending.signal });
    if (line === null) break;
    try {
      await obey(talk, line.trim());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      screen.say(error.message);
    }
  }
  screen.startLine();
}

async function obey(talk: Talk, line: string): Promise<void> {
  if (line === '') return;
  if (!line.startsWith('/')) {
    await talk.say(line);
    return;
  }
  const [, name = '', argument = ''] = /^\/(\S*)\s*(.*)$/.exec(line) ?? [];
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) await command.run(talk, argument.trim());
  else talk.screen.say(`There is no /${name}. /help says what there is.`);
}

/** Asks the person themselves. */
export const askPerson =
  (screen: Screen): Decide =>
  async (_: ToolCall, signal): Promise<Decision> => {
    for (;;) {
      const answer = (await screen.read('  Do it? y(es), n(o), a(lways): ', { fresh: true, signal }))?.trim();
      if (answer === undefined) return null;
      if (/^y(es)?$/i.test(answer)) return { approve: true, always: false };
      if (/^a(lways)?$/i.test(answer)) return { approve: true, always: true };
      if (!/^no?$/i.test(answer)) continue;
      const reason = (await screen.read('  Why not? (nothing is an answer, too): ', { fresh: true, signal }))?.trim();
      return { approve: false, ...(reason && { reason }) };
    }
  };
