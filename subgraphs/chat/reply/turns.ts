import type { ToolResult, Turn } from '../../shared/models/provider.ts';
import type { ToolCallRow } from '../rows.ts';

/** Longest result of a tool that is put before a model, in characters. */
export const longestResult = 20_000;

/** A reply as the turns that it took: text, the calls that followed it, their results, text again. */
export function turnsOfReply(text: string, calls: readonly ToolCallRow[], longest = longestResult): Turn[] {
  const turns: Turn[] = [];
  const rounds = [...new Set(calls.map(({ round }) => round))].sort((a, b) => a - b);
  let from = 0;
  for (const round of rounds) {
    const together = calls.filter((call) => call.round === round).sort((a, b) => a.ordinal - b.ordinal);
    const to = together[0]!.textOffset;
    turns.push(
      {
        role: 'assistant',
        text: text.slice(from, to),
        toolCalls: together.map((call) => ({ id: call.providerCallId, name: call.tool, arguments: call.arguments })),
      },
      { role: 'tools', results: together.map((call) => resultOf(call, longest)) },
    );
    from = to;
  }
  const rest = text.slice(from);
  if (rest !== '') turns.push({ role: 'assistant', text: rest, toolCalls: [] });
  return turns;
}

function resultOf({ providerCallId: id, tool: name, state, result }: ToolCallRow, longest: number): ToolResult {
  const content =
    result ?? JSON.stringify({ errors: [{ message: 'This was not run: the person went on without it.' }] });
  return { id, name, content: shortened(content, longest), isError: state !== 'DONE' };
}

/** A result that a model can read whole, of about so many characters at most. */
function shortened(content: string, longest: number): string {
  if (content.length <= longest) return content;
  return JSON.stringify({
    truncated: true,
    length: content.length,
    beginning: content.slice(0, Math.floor(longest * 0.9)),
  });
}
