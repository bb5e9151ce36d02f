import { Temporal } from 'temporal-polyfill';
import { type ToldGoal, untoldGoals } from './goals.ts';
import type { Phrases } from './language/english/phrases.ts';
import type { Setting } from './task.ts';
import { numberAt, plain, textAt } from './values.ts';

/** Sentences about what tools told. Every number in them comes from there. */

const periods = ['DAY', 'WEEK', 'MONTH', 'YEAR'] as const;
export type Period = (typeof periods)[number];
export const periodAt = (value: unknown, ...path: string[]): Period | null =>
  periods.find((period) => period === textAt(value, ...path)) ?? null;

/** Where a goal stands, in parts of a sentence. */
export function standing(goal: ToldGoal, phrases: Phrases): string[] {
  return [position(goal, phrases), pace(goal, phrases), streakOf(goal, phrases)].filter((part) => part !== null);
}

function position(goal: ToldGoal, phrases: Phrases): string | null {
  const [current, percent] = [numberAt(goal.told, 'currentValue'), numberAt(goal.told, 'percent')];
  const share = percent === null ? null : phrases.percent(percent);
  const target = goal.target === null ? null : phrases.amount(goal.target, goal.unit);
  // A habit's percent counts its periods, not the way to its amount.
  if (goal.kind === 'HABIT' || current === null)
    return share !== null && target !== null && goal.kind !== 'HABIT' ? phrases.shareOf(share, target) : share;
  return phrases.position(phrases.amount(current, goal.unit), target, share);
}

/** Ahead or behind, by how much where that is told, else what is due. */
function pace({ told, unit }: ToldGoal, phrases: Phrases): string | null {
  const [status, delta, due] = [
    textAt(told, 'pace', 'status'),
    numberAt(told, 'pace', 'delta'),
    textAt(told, 'pace', 'dueText'),
  ];
  if (status === null) return null;
  const running = status === 'AHEAD' || status === 'ON_TRACK' || status === 'BEHIND';
  const word = Object.hasOwn(phrases.pace, status) ? (phrases.pace[status] ?? null) : null;
  if (running && delta !== null && delta > 0) return phrases.ahead(phrases.amount(delta, unit));
  if (running && delta !== null && delta < 0) return phrases.behind(phrases.amount(-delta, unit));
  return due !== null && running ? [word, phrases.due(plain(due, 80))].filter(Boolean).join(', ') : word;
}

export function streakOf({ told }: ToldGoal, phrases: Phrases): string | null {
  const [current, period] = [numberAt(told, 'streak', 'current'), periodAt(told, 'streak', 'period')];
  if (current === null || period === null) return null;
  return phrases.streak(current, period, numberAt(told, 'streak', 'best'));
}

/** More about a goal than its place in a list has room for. */
export function details(goal: ToldGoal, { grammar: { phrases }, moment }: Setting): string[] {
  const { told } = goal;
  const [strength, safeDays, daysLeft] = [
    numberAt(told, 'strength'),
    numberAt(told, 'pace', 'safeDays'),
    numberAt(told, 'pace', 'daysLeft'),
  ];
  const due = textAt(told, 'pace', 'dueText');
  const date = dayOf(textAt(told, 'forecast', 'date'));
  return [
    strength === null ? null : phrases.strength(phrases.percent(strength * 100)),
    due !== null && numberAt(told, 'pace', 'delta') ? phrases.due(plain(due, 80)) : null,
    safeDays === null || safeDays < 1 ? null : phrases.safeDays(safeDays),
    daysLeft === null || daysLeft < 0 ? null : phrases.daysLeft(daysLeft),
    date
      ? phrases.forecast(phrases.date(date, moment.today))
      : textAt(told, 'forecast', 'kind') === 'NOT_ON_TREND'
        ? phrases.offTrend
        : null,
  ].filter((part) => part !== null);
}

/** A goal in a line: its title, and where it stands. */
export const goalLine = (goal: ToldGoal, phrases: Phrases): string => {
  const parts = standing(goal, phrases);
  return parts.length > 0 ? `${goal.title}: ${parts.join(', ')}` : goal.title;
};

/** What to say of a day that a tool told; null when it is none. */
export function dayOf(text: string | null): Temporal.PlainDate | null {
  const [, year, month, day] = text?.match(/^(\d{4})-(\d{2})-(\d{2})/) ?? [];
  if (!year || Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(year) < 1) return null;
  const first = Temporal.PlainDate.from({ year: Number(year), month: Number(month), day: 1 });
  return Number(day) <= first.daysInMonth ? first.with({ day: Number(day) }) : null;
}

/** An instant as the person's calendar and clock show it, for instance "tomorrow 08:00". */
export function instantOf(text: string | null, { grammar: { phrases }, moment }: Setting): string | null {
  const milliseconds = text !== null && /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds)) return null;
  const wall = Temporal.Instant.fromEpochMilliseconds(milliseconds).toZonedDateTimeISO(moment.timeZone);
  return `${phrases.date(wall.toPlainDate(), moment.today)} ${wall.toPlainTime().toString({ smallestUnit: 'minute' })}`;
}

/** A sentence of parts; its first letter as it is, a full stop at its end. */
export const sentence = (...parts: (string | null)[]): string => {
  const text = parts.filter(Boolean).join(', ');
  return /[.!?…]$/.test(text) ? text : `${text}.`;
};

/** Lines under a heading, the first few of them. */
export function list(heading: string, lines: readonly string[], phrases: Phrases, most = 20): string {
  const shown = lines.slice(0, most).map((line) => `- ${line}`);
  if (lines.length > most) shown.push(phrases.others(lines.length - most));
  return [heading, ...shown].join('\n');
}

/** Says so when a list of goals has left some out. */
export function withUntold(text: string, data: unknown, phrases: Phrases): string {
  const untold = untoldGoals(data);
  return untold === 0 ? text : `${text}\n${phrases.goalsUntold(untold)}`;
}
