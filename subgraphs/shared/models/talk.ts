import type { ProviderRequest, ToolRequest, ToolResult } from './provider.ts';

/** A call with its result beside it, under an id that every provider takes. */
export interface PairedCall extends ToolRequest {
  readonly result: ToolResult;
}

export type PairedTurn =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly calls: readonly PairedCall[] };

/**
 * The turns as any provider takes them. A talk may have begun with another model: calls are named anew, each once, in letters and
 * digits only (nine of them, which the strictest want), and always the same way, so that what a provider cached still begins alike.
 * A call that was left without a result gets one that says so. Where the request has no tools, calls become text, since providers
 * refuse calls of tools that they were not given.
 */
export function pairedTurns({ turns, tools }: ProviderRequest): PairedTurn[] {
  const paired: PairedTurn[] = [];
  let named = 0;
  turns.forEach((turn, index) => {
    if (turn.role === 'user') paired.push(turn);
    if (turn.role !== 'assistant') return;
    const next = turns[index + 1];
    const results = next?.role === 'tools' ? next.results : [];
    const calls = turn.toolCalls.map((call, position): PairedCall => {
      const id = `call${String(++named).padStart(5, '0')}`;
      return { ...call, id, result: { ...(resultOf(call, position, results) ?? unanswered), id, name: call.name } };
    });
    if (tools.length > 0 || calls.length === 0) paired.push({ role: 'assistant', text: turn.text, calls });
    else paired.push({ role: 'assistant', text: turn.text, calls: [] }, { role: 'user', text: told(calls) });
  });
  return paired.filter((turn) => turn.text.trim() !== '' || (turn.role === 'assistant' && turn.calls.length > 0));
}

const unanswered = { content: '{"errors":[{"message":"This call was not run."}]}', isError: true };

/** By place, as long as the ids agree; by id otherwise. */
function resultOf(call: ToolRequest, position: number, results: readonly ToolResult[]): ToolResult | undefined {
  return results[position]?.id === call.id ? results[position] : results.find(({ id }) => id === call.id);
}

function told(calls: readonly PairedCall[]): string {
  return calls
    .map(({ name, arguments: given, result }) => `Result of the tool ${name} with ${given}:\n${result.content}`)
    .join('\n\n');
}

/** The arguments of a call as the object that they must be; empty where the model wrote none. */
export function argumentsObject({ arguments: text }: ToolRequest): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
