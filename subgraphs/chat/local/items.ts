import { takeDate } from './dates.ts';
import type { Grammar } from './language/grammar.ts';
import type { Moment } from './moment.ts';
import { takeAmount } from './quantities.ts';
import type { NewGoal, Request } from './requests.ts';

/** The words of a language that amounts and days are told with. */
type Vocabulary = Pick<Grammar, 'calendar' | 'numbers'>;

/** What is logged: an amount of something, on a day, with a note behind a comma or in brackets. Null when nothing is left of it. */
export function readItem(text: string, { calendar, numbers }: Vocabulary, moment: Moment): Request | null {
  const [, told = text, noted = ''] = text.match(/^([^(]*?)(?:,\s+|\s*\(|\s+[-–]\s+|;\s*)(.+?)\)?$/) ?? [];
  const day = takeDate(text, calendar.dates, moment.today, 'PAST');
  const withoutDay = (part: string) => takeDate(part, calendar.dates, moment.today, 'PAST')?.rest ?? part;
  const found = takeAmount(withoutDay(told), numbers);
  const subject = (found?.rest ?? withoutDay(told))
    .replace(/^(?:of|for|von|an)\s|\s(?:for|of|on|in|at|to|für|von)$|:$/gi, '')
    .replace(/^(?:an?|my|the|mein(?:e[nmrs]?)?|das|die|den)\s/i, '')
    .trim();
  const note = withoutDay(noted)
    .replace(/^(?:note|notiz):?\s*/i, '')
    .trim();
  if (subject === '' && !found) return null;
  const item = { subject, amount: found?.value ?? null, date: day?.value.toString() ?? null, note: note || null };
  return { kind: 'log', item };
}

interface Frequency {
  readonly times: number;
  readonly period: 'DAY' | 'WEEK' | 'MONTH' | 'YEAR';
}

const periods: readonly (readonly [Frequency['period'], string])[] = [
  ['DAY', 'days?|tage?n?|tag'],
  ['WEEK', 'weeks?|wochen?|woche'],
  ['MONTH', 'months?|monate?n?|monat'],
  ['YEAR', 'years?|jahre?n?|jahr'],
];
const adverbs: readonly (readonly [Frequency['period'], RegExp])[] = [
  [
    'DAY',
    /(?<!\p{L})(?:daily|every ?day|each day|every (?:morning|evening|night)|täglich|jeden (?:tag|morgen|abend))(?!\p{L})/iu,
  ],
  ['WEEK', /(?<!\p{L})(?:weekly|every week|each week|wöchentlich|jede woche)(?!\p{L})/iu],
  ['MONTH', /(?<!\p{L})(?:monthly|every month|each month|monatlich|jeden monat)(?!\p{L})/iu],
];
const timesWords: Readonly<Record<string, number>> = {
  once: 1,
  twice: 2,
  thrice: 3,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  einmal: 1,
  zweimal: 2,
  dreimal: 3,
  viermal: 4,
  fünfmal: 5,
  sechsmal: 6,
  siebenmal: 7,
  drei: 3,
  vier: 4,
  fünf: 5,
};
const timesPattern = `(?:(\\d{1,3})\\s?(?:x|×|times|mal)|(\\d{1,2}|three|four|five|six|seven|drei|vier|fünf)\\s(?:times|days|mal|tage)|(once|twice|thrice|einmal|zweimal|dreimal|viermal|fünfmal|sechsmal|siebenmal))`;

/** How often something is to be done, and the text without that. */
function takeFrequency(text: string): { frequency: Frequency; rest: string; counted: boolean } | null {
  for (const [period, words] of periods) {
    const often = text.match(
      new RegExp(`${timesPattern}\\s(?:a|an|per|each|every|pro|in der|am|im|die|the)\\s?(?:${words})(?!\\p{L})`, 'iu'),
    );
    const said = often?.[1] ?? often?.[2] ?? often?.[3] ?? '';
    const times = timesWords[said.toLowerCase()] ?? Number(said || Number.NaN);
    if (often && times >= 1) return { frequency: { times, period }, rest: cut(text, often[0]), counted: true };
  }
  for (const [period, pattern] of adverbs) {
    const match = text.match(pattern);
    const every = match && text.match(new RegExp(`${timesPattern}\\s${pattern.source}`, 'iu'));
    if (every) {
      const said = every[1] ?? every[2] ?? every[3] ?? '1';
      return {
        frequency: { times: timesWords[said.toLowerCase()] ?? Number(said), period },
        rest: cut(text, every[0]),
        counted: true,
      };
    }
    if (match) return { frequency: { times: 1, period }, rest: cut(text, match[0]), counted: false };
  }
  for (const [period, words] of periods) {
    const rate = text.match(new RegExp(`(?<!\\p{L})(?:a|per|pro|each|am|in der|im)\\s(?:${words})(?!\\p{L})`, 'iu'));
    if (rate) return { frequency: { times: 1, period }, rest: cut(text, rate[0]), counted: false };
  }
  return null;
}

const cut = (text: string, part: string) => text.replace(part, ' ').replace(/\s+/g, ' ').trim();

/** A new goal as it is told: how often, how much, by when; what is left is its title. */
export function readGoal(
  text: string,
  { calendar, numbers }: Vocabulary,
  moment: Moment,
  word = 'goal',
): Request | null {
  const frequent = takeFrequency(text);
  const ending = takeDate(frequent?.rest ?? text, calendar.deadlines, moment.today, 'FUTURE');
  const told = (ending?.rest ?? frequent?.rest ?? text).replace(/[\s,]+(?:by|until|bis)?$/i, '').trim();
  const amount = takeAmount(told, numbers)?.value ?? null;
  const isHabit = frequent !== null || /habit|gewohnheit/i.test(word);
  const title = titleOf(told);
  if (title === '') return null;
  const goal: NewGoal = {
    title,
    kind: isHabit ? 'HABIT' : amount ? 'NUMERIC' : 'MILESTONE',
    amount,
    frequency: isHabit ? (frequent?.frequency ?? { times: 1, period: 'DAY' }) : null,
    deadline: ending?.value.toString() ?? null,
  };
  return { kind: 'create', goal };
}

const titleOf = (text: string) => {
  const bare = text
    .replace(/^["“„'«]|["”“'»]$/g, '')
    .trim()
    .slice(0, 200);
  return bare.charAt(0).toUpperCase() + bare.slice(1);
};
