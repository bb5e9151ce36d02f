import { takeDate } from './dates.ts';
import type { Grammar } from './language/grammar.ts';
import type { Moment } from './moment.ts';
import { joinDurations, takeAmount } from './quantities.ts';
import type { LogItem, Request } from './requests.ts';

/** Requests are short. What is longer is a text that was pasted; its beginning may say what to do with it. */
const longestRequest = 2000;
const mostClauses = 60;

const unknown: Request = { kind: 'talk', about: 'UNKNOWN' };

/** What the person's own words ask for. What they quote is a name or a text, and never read as a request. */
export function readRequests(text: string, grammar: Grammar, moment: Moment): Request[] {
  const { words, quotes } = withoutQuotes(text.slice(0, longestRequest));
  const requests = sentencesOf(words).flatMap((sentence) => readSentence(sentence, grammar, moment));
  const known = requests.filter((request) => !isUnknown(request));
  const businesslike = known.filter(({ kind }) => kind !== 'talk');
  const found = businesslike.length > 0 ? businesslike : known.slice(0, 1);
  return (found.length > 0 ? found : [unknown]).map((request) => restored(request, quotes));
}

export const isUnknown = (request: Request) => request.kind === 'talk' && request.about === 'UNKNOWN';

/** Signs of Unicode's private area stand for what is quoted. */
const firstSign = 0xe000;
const quoted = /"([^"\n]{1,1000})"|“([^”“\n]{1,1000})[”“]|„([^“”\n]{1,1000})[“”]|«([^»\n]{1,1000})»/g;

function withoutQuotes(text: string): { words: string; quotes: string[] } {
  const quotes: string[] = [];
  const words = text
    .replace(/[\uE000-\uF8FF]/g, ' ')
    .replace(/```[^`]*(?:```|$)/g, ' ')
    .replace(/^\s*>[^\n]*$/gm, ' ')
    .replace(/[’‘]/g, "'")
    .replace(quoted, (_whole, ...inner) => {
      quotes.push(inner.slice(0, 4).find((one) => typeof one === 'string') ?? '');
      return String.fromCharCode(firstSign + quotes.length - 1);
    });
  return { words, quotes };
}

/** A request with what was quoted back in its place. */
function restored<Value>(value: Value, quotes: readonly string[]): Value {
  if (typeof value === 'string') {
    return value.replace(/[\uE000-\uF8FF]/g, (sign) => quotes[sign.charCodeAt(0) - firstSign] ?? '') as Value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => restored(item, quotes)) as Value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, restored(item, quotes)])) as Value;
}

/** Sentences end with a sign and a space, but not after a number ("5. März") or "a.m.". */
function sentencesOf(text: string): string[] {
  const sentences = text.split(/(?<=(?<!\d|[ap]\.m)[.!?;])\s+|(?<=\d[!?;])\s+|\n+/i);
  return sentences
    .slice(0, mostClauses)
    .map((sentence) => joinDurations(sentence.replace(/\s+/g, ' ').trim()))
    .filter((sentence) => /[\p{L}\p{N}\uE000-\uF8FF]/u.test(sentence));
}

const joiner = /(\s*,\s+(?:and\s+|und\s+)?|\s+(?:and(?:\s+then)?|then|plus|&|\+|und(?:\s+dann)?|dann|sowie)\s+)/i;

/** A clause as it was grouped; `bare` when it goes on with what was logged before. */
interface Clause {
  text: string;
  readonly bare: boolean;
}

function readSentence(sentence: string, grammar: Grammar, moment: Moment): Request[] {
  const requests = clausesOf(sentence, grammar, moment).map(({ text, bare }) =>
    readClause(text, bare, grammar, moment),
  );
  const dates = new Set(requests.flatMap((request) => (request.kind === 'log' && request.item.date) || []));
  const [date] = dates;
  if (dates.size !== 1 || !date) return requests;
  return requests.map((request) =>
    request.kind === 'log' ? { kind: 'log', item: { ...request.item, date } satisfies LogItem } : request,
  );
}

const trimmed = (clause: string, grammar: Grammar) => grammar.tidy(clause.trim().replace(/[\s.!?;,:]+$/, '')).trim();

function readClause(clause: string, bare: boolean, grammar: Grammar, moment: Moment): Request {
  const text = trimmed(clause, grammar);
  if (bare) return grammar.readLog(text, moment) ?? unknown;
  return grammar.read(text, moment) ?? readBareAmount(text, grammar, moment) ?? unknown;
}

/** "5 km run" or "yoga 20 min": a number and what it counts, before or after what was done, is something to log. */
function readBareAmount(text: string, grammar: Grammar, moment: Moment): Request | null {
  if (text.length > 120) return null;
  const request = grammar.readLog(text, moment);
  if (!/^[\d€$£]/.test(text) && !endsInAmount.test(text)) return null;
  return request?.kind === 'log' && request.item.amount && (request.item.subject !== '' || request.item.amount.unit)
    ? request
    : null;
}

const endsInAmount =
  /^(?!make |set |it )\p{L}[\p{L}-]{2,30}(?: \p{L}{2,20})?:? \d[\d.,]{0,12}(?: ?\p{L}{1,20})?(?: (?:today|yesterday|heute|gestern))?$/iu;

/** Cuts a sentence where a request of its own begins, or another amount that is logged. */
function clausesOf(sentence: string, grammar: Grammar, moment: Moment): Clause[] {
  const [first = '', ...others] = sentence.split(joiner);
  const clauses: Clause[] = [{ text: first, bare: false }];
  for (let index = 0; index + 1 < others.length && clauses.length <= mostClauses; index += 2) {
    const [sign = '', part = ''] = [others[index], others[index + 1]];
    const last = clauses.at(-1)!;
    const before = readClause(last.text, last.bare, grammar, moment);
    const text = trimmed(part, grammar);
    const reason = before.kind === 'skip' && sign.trim() === ',';
    const kept = before.kind === 'remember' || before.kind === 'find' || reason;
    if (!kept && grammar.starts.test(text)) clauses.push({ text: part, bare: false });
    else if (before.kind === 'log' && goesOn(before.item, sign, text, grammar, moment))
      clauses.push({ text: part, bare: true });
    else last.text += sign + part;
  }
  return clauses;
}

/** Whether a part is another thing that was logged: it has an amount, or neither it nor the thing before has one. */
function goesOn(before: LogItem, sign: string, part: string, grammar: Grammar, moment: Moment): boolean {
  const text = takeDate(part, grammar.calendar.dates, moment.today, 'PAST')?.rest ?? part;
  if (takeAmount(text, grammar.numbers)) return true;
  return before.amount === null && !sign.includes(',') && text !== '' && text.split(' ').length <= 3;
}
