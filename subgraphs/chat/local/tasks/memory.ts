import { sentence } from '../answers.ts';
import type { Request } from '../requests.ts';
import { type Setting, type Task, write } from '../task.ts';
import { at, plain, textAt } from '../values.ts';

/** Keeps what the person wants to be remembered. */
export function* remember(
  { text, memory }: Extract<Request, { kind: 'remember' }>,
  { grammar: { phrases } }: Setting,
): Task {
  const words = text.trim().slice(0, 1000);
  const data = yield* write('Remember', { text: words.charAt(0).toUpperCase() + words.slice(1), kind: memory });
  const kept = textAt(data, 'createMemory', 'memory', 'text') ?? textAt(at(data, 'remember'), 'memory', 'text');
  return kept === null ? phrases.unreadable : sentence(phrases.remembered(plain(kept)));
}
