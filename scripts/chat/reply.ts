import type { Delta, MessageStatus, ToolCall } from './answers.ts';
import type { Graph } from './graph.ts';
import type { Screen } from './screen.ts';

/** What the person answers to a proposal; null leaves it open, because the reply is being stopped. */
export type Decision = { approve: true; always: boolean } | { approve: false; reason?: string } | null;

/** Asks whoever is to decide. */
export type Decide = (call: ToolCall, signal: AbortSignal) => Promise<Decision>;

/**
 * Shows a reply as it is written, and has its proposals decided. Ctrl-C stops it.
 * @returns how it ended.
 */
export async function showReply(
  graph: Graph,
  screen: Screen,
  messageId: string,
  decide: Decide,
): Promise<MessageStatus | null> {
  const stopping = new AbortController();
  const release = screen.onInterrupt(() => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    graph.change('StopMessage', { messageId }).catch((error: Error) => screen.say(error.message));
  });
  const tools = createToolLines(screen);
  try {
    for await (const delta of graph.deltas(messageId)) {
      if (delta.kind === 'TEXT') {
        tools.close();
        screen.write(delta.text ?? '');
      }
      // What was decided meanwhile, here or elsewhere, is not asked for again.
      if (delta.toolCall?.state === 'PROPOSED' && delta.toolCallState === 'PROPOSED') {
        tools.close();
        propose(screen, delta.toolCall);
        await settle(graph, screen, delta.toolCall, await decide(delta.toolCall, stopping.signal));
      } else if (delta.kind === 'TOOL_CALL') tools.show(delta);
      if (delta.kind === 'END') {
        await sayEnd(graph, screen, messageId, delta.status);
        return delta.status;
      }
    }
    return null;
  } finally {
    release();
  }
}

/** Everything that would be done: what is approved must have been seen. */
function propose(screen: Screen, { title, details, tainted }: ToolCall): void {
  screen.say(`▸ ${title}?`);
  const width = Math.max(...details.map(({ name }) => name.length));
  // On one line each: a value that brings lines of its own could pass for another detail.
  for (const { name, value } of details)
    screen.say(`    ${name.padEnd(width)}  ${value.replaceAll(/\s*[\n\r]\s*/g, ' ⏎ ')}`);
  if (tainted)
    screen.say('    Careful: the assistant has read text from outside before, which may have talked it into this.');
}

async function settle(graph: Graph, screen: Screen, { id, confirmation }: ToolCall, decision: Decision) {
  if (!decision) return;
  try {
    if (decision.approve) await graph.change('ApproveToolCall', { id, confirmation, always: decision.always });
    else await graph.change('RejectToolCall', { id, reason: decision.reason });
  } catch (error) {
    screen.say((error as Error).message);
  }
}

const outcomes: Partial<Record<ToolCall['state'], string>> = {
  DONE: 'done',
  FAILED: 'failed',
  REJECTED: 'left',
  SUPERSEDED: 'left',
};

/** One line a tool call: begun when it runs, ended when it has run. */
function createToolLines(screen: Screen) {
  let open: string | null = null;
  const close = () => {
    if (open !== null) screen.write('\n');
    open = null;
  };
  return {
    close,
    show({ toolCall, toolCallState }: Delta) {
      if (!toolCall) return;
      const outcome = outcomes[toolCallState ?? toolCall.state];
      if (open !== toolCall.id) {
        close();
        screen.startLine();
        screen.write(`▸ ${toolCall.title} …`);
        open = toolCall.id;
      }
      if (outcome === undefined) return;
      screen.write(` ${outcome}\n`);
      open = null;
    },
  };
}

const reasons: Readonly<Record<string, string>> = {
  LENGTH: 'It became too long, and was cut off.',
  REFUSAL: 'The model would not answer.',
  LIMIT: 'The assistant had used as many rounds, tools or minutes as one reply may.',
  BUDGET: 'The day’s budget is used up. /provider local answers without cost.',
  NO_CONSENT: 'Nobody may get what you write. See /providers and /consent.',
  UNAVAILABLE: 'No provider could be reached. Ask again later: /again.',
  INTERRUPTED: 'The server was interrupted. Ask again: /again.',
};

async function sayEnd(graph: Graph, screen: Screen, messageId: string, status: MessageStatus | null): Promise<void> {
  screen.startLine();
  if (status === 'STOPPED') return screen.say('(stopped)');
  const { node } = await graph.ask<{ node: { endedBecause: string | null } | null }>('ReplyDetail', { messageId });
  const reason = reasons[node?.endedBecause ?? ''];
  if (reason) screen.say(reason);
}
