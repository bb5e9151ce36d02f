import { dayOf, instantOf, list } from '../answers.ts';
import type { Request } from '../requests.ts';
import { read, type Setting, type Task } from '../task.ts';
import { listAt, plain, textAt } from '../values.ts';

const searches = {
  NOTES: ['FindNotes', 'searchNotes'],
  MESSAGES: ['FindMessages', 'searchMessages'],
  RESEARCH: ['FindResearch', 'searchResearch'],
} as const;

/** Searches, and quotes what was found word for word. The words are only shown: nothing in them is a request. */
export function* find({ where, query }: Extract<Request, { kind: 'find' }>, setting: Setting): Task {
  const { phrases, fillers } = setting.grammar;
  const words = query.trim().slice(0, 200);
  if (words === '') return phrases.searchWhat;
  const [tool, field] = searches[where];
  // All words must occur: those that say nothing would only hide what is there.
  const telling = words.split(/\s+/).filter((word) => !fillers.has(word.toLowerCase()));
  const nodes = listAt(yield* read(tool, { query: telling.join(' ') || words }), 'viewer', field);
  const shown = plain(words, 80);
  const lines = nodes.flatMap((node) => found(node, setting) ?? []);
  const heading = { NOTES: phrases.foundNotes, MESSAGES: phrases.foundMessages, RESEARCH: phrases.foundResearch }[
    where
  ](shown);
  return lines.length > 0 ? list(heading, lines, phrases, 5) : phrases.foundNothing(shown);
}

/** One thing that was found: when and where, and its words. */
function found(node: unknown, setting: Setting): string | null {
  const text = excerptOf(node) ?? textAt(node, 'result', 'summary') ?? textAt(node, 'text');
  if (text === null) return null;
  const place =
    textAt(node, 'result', 'title') ??
    textAt(node, 'message', 'conversation', 'title') ??
    textAt(node, 'subject', 'goal', 'title') ??
    textAt(node, 'subject', 'title') ??
    textAt(node, 'subject', 'name');
  const told = textAt(node, 'at') ?? textAt(node, 'message', 'createdAt') ?? textAt(node, 'result', 'researchDate');
  const day = dayOf(textAt(node, 'subject', 'localDate')) ?? null;
  const when = day
    ? setting.grammar.phrases.date(day, setting.moment.today)
    : (instantOf(told, setting) ?? plain(told ?? '', 10));
  const source = [place && plain(place, 100), when].filter(Boolean).join(', ');
  const quote = setting.grammar.phrases.quote(plain(text));
  return source ? `${source}: ${quote}` : quote;
}

/** An excerpt comes in pieces, some of which are what was looked for. */
function excerptOf(node: unknown): string | null {
  const pieces = listAt(node, 'excerpt').flatMap((piece) => textAt(piece, 'text') ?? []);
  return pieces.length > 0 ? pieces.join('') : (textAt(node, 'excerpt', 'text') ?? textAt(node, 'excerpt'));
}
