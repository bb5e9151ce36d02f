import type { Moment } from '../moment.ts';
import { isUnknown, readRequests } from '../reading.ts';
import type { Request } from '../requests.ts';
import { english } from './english/grammar.ts';
import { german } from './german/grammar.ts';
import type { Grammar } from './grammar.ts';

/** What a text asks for, and in which language: by its most common words, or the one spoken before, or the one that understands it. */
export function understand(text: string, before: Grammar, moment: Moment): { grammar: Grammar; requests: Request[] } {
  const likely = languageOf(text, before);
  const other = likely === english ? german : english;
  const requests = readRequests(text, likely, moment);
  if (!requests.every(isUnknown)) return { grammar: likely, requests };
  const others = readRequests(text, other, moment);
  return others.every(isUnknown) ? { grammar: likely, requests } : { grammar: other, requests: others };
}

function languageOf(text: string, before: Grammar): Grammar {
  const words =
    text
      .slice(0, 1000)
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [];
  const marksOf = ({ marks }: Grammar) => words.filter((word) => marks.has(word)).length;
  const [first, second] = [marksOf(english), marksOf(german)];
  if (first === second) return before;
  return first > second ? english : german;
}
