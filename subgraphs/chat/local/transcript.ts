import type { ToolResult, Turn } from '../../shared/models/provider.ts';

/** What the person said, and the tools' results until they spoke again. */
export interface Exchange {
  readonly text: string;
  /** What was said in answer. */
  readonly answer: string;
  readonly calls: RecordedCall[];
}

export interface RecordedCall {
  readonly id: string;
  readonly name: string;
  /** JSON as it was asked for. */
  readonly arguments: string;
  readonly result: ToolResult;
  /** A write's result serves one step only. */
  used: boolean;
}

/** Cuts a talk at what the person said. Calls without a result are left out: nothing came of them. */
export function exchangesOf(turns: readonly Turn[]): Exchange[] {
  const exchanges: Exchange[] = [];
  let open: { text: string; answer: string; calls: RecordedCall[] } | null = null;
  let asked = new Map<string, string>();
  for (const turn of turns) {
    if (turn.role === 'user') {
      open = { text: turn.text, answer: '', calls: [] };
      exchanges.push(open);
    } else if (!open) {
    } else if (turn.role === 'assistant') {
      open.answer += turn.text;
      asked = new Map(turn.toolCalls.map((call) => [call.id, call.arguments]));
    } else {
      for (const result of turn.results) {
        open.calls.push({
          id: result.id,
          name: result.name,
          arguments: asked.get(result.id) ?? '',
          result,
          used: false,
        });
      }
    }
  }
  return exchanges;
}
