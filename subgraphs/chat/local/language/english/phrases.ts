import type { Temporal } from 'temporal-polyfill';
import type { Scope } from '../../../../shared/context.ts';
import { formatsOf, listed } from '../formats.ts';

const { number, day, dayAndYear } = formatsOf('en-GB');
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const units = {
  DAY: ['day', 'days'],
  WEEK: ['week', 'weeks'],
  MONTH: ['month', 'months'],
  YEAR: ['year', 'years'],
} as const;
type Period = keyof typeof units;
const counted = (count: number, unit: Period) => `${number.format(count)} ${units[unit][count === 1 ? 0 : 1]}`;

/** All that the built-in assistant says, in English. A title that is put in has been made harmless before. */
export const englishPhrases = {
  noModel: 'I am not a language model: I am the built-in assistant of Jarvis, and I work by fixed rules.',
  abilities:
    'I can log progress (“log 5 km run today”), create, complete and pause goals (“create a goal to read 24 books this year”), tell how you are doing (“how am I doing with reading?”, “what is due today?”), set reminders (“remind me every weekday at 7:30 to take my pills”), skip a day, remember things, and search your notes, messages and research.',
  greeting: 'Hello! Tell me what you have done, or ask how you are doing.',
  thanks: 'You are welcome.',
  goodbye: 'See you!',
  unknown: 'I did not understand that.',
  rephrase: 'Please say it in other words; “help” tells what I understand.',
  refused: 'All right, I have not done it.',
  failed: 'That did not work just now, and nothing more was done. Please try again later.',
  unreadable: 'I got an answer that I cannot read, so I do not know what came of it. Please look in the app.',
  mistakes: (messages: readonly string[]) => `That did not work: ${messages.join(' ')}`,
  unavailable: 'I cannot do that in this conversation.',
  tooMuch: 'That is more than I can do in one answer. Please say once more what is left.',
  noAccess: (doings: string, scopes: string) =>
    `I cannot do that here: the API key that you use does not let me ${doings}. It lacks ${scopes}.`,
  access: {
    'goals:read': 'see your goals',
    'goals:write': 'change your goals',
    'chat:read': 'read our conversations',
    'chat:write': 'remember anything',
    'research:read': 'see your research',
    'research:write': 'change your research',
    'integrations:read': 'see your reminders',
    'integrations:write': 'change your reminders',
  } as Readonly<Partial<Record<Scope, string>>>,
  cannotUndo:
    'I cannot undo anything myself. You can change or delete an entry in the goal’s list of entries, and a goal can be reopened there.',
  amount: (value: number, unit: string | null) =>
    unit === null ? number.format(value) : `${number.format(value)} ${unit}`,
  percent: (value: number) => `${number.format(Math.round(value))} %`,
  date: (date: Temporal.PlainDate, today: Temporal.PlainDate) => {
    const days = today.until(date).days;
    if (days === 0) return 'today';
    if (days === -1) return 'yesterday';
    if (days === 1) return 'tomorrow';
    const format = Math.abs(days) < 180 ? day : dayAndYear;
    return format.format(new Date(`${date.toString()}T00:00:00Z`));
  },
  weekdays: (days: readonly number[]) =>
    days.length === 0
      ? 'every day'
      : `every ${listed(
          days.map((one) => weekdays[one - 1] ?? ''),
          'and',
        )}`,
  onDay: (date: string) => (/^(?:today|yesterday|tomorrow)$/.test(date) ? date : `on ${date}`),
  or: (items: readonly string[]) => listed(items, 'or'),
  and: (items: readonly string[]) => listed(items, 'and'),
  quote: (text: string) => `“${text}”`,

  logged: (amount: string, title: string, date: string | null) =>
    `Logged ${amount} on ${title}${date ? `, ${date}` : ''}`,
  loggedOnce: (title: string, date: string | null) => `Logged ${title}${date ? `, ${date}` : ''}`,
  countsFor: (titles: string) => `That counts for ${titles}.`,
  convert: (said: string, value: string, title: string) => `${said} is ${value} for ${title}.`,
  position: (now: string, target: string | null, percent: string | null) => {
    if (target === null) return percent === null ? `${now} now` : `${now} now (${percent})`;
    return percent === null ? `${now} of ${target}` : `${percent} (${now} of ${target})`;
  },
  shareOf: (percent: string, target: string) => `${percent} of ${target}`,
  ahead: (amount: string) => `${amount} ahead of your pace`,
  behind: (amount: string) => `${amount} behind your pace`,
  pace: {
    AHEAD: 'ahead of your pace',
    ON_TRACK: 'on track',
    BEHIND: 'behind your pace',
    REACHED: 'the target is met',
    MISSED: 'the deadline has passed',
    NOT_STARTED: 'not begun yet',
    PAUSED: 'paused',
    NO_LINE: null,
    CLOSED: 'closed',
  } as Readonly<Record<string, string | null>>,
  due: (text: string) => `due: ${text}`,
  streak: (current: number, period: Period, best: number | null) =>
    current > 0
      ? `a streak of ${counted(current, period)}${best !== null && best > current ? ` (best: ${number.format(best)})` : ''}`
      : `no streak at the moment${best ? ` (best: ${counted(best, period)})` : ''}`,
  strength: (percent: string) => `strength ${percent}`,
  safeDays: (days: number) => (days < 1 ? 'something is due today' : `you may rest for ${counted(days, 'DAY')}`),
  forecast: (date: string) =>
    `on the present trend you get there ${/^(?:today|tomorrow)$/.test(date) ? date : `on ${date}`}`,
  offTrend: 'the present trend does not lead to the target',
  daysLeft: (days: number) => `${counted(days, 'DAY')} left`,
  noStreak: (title: string) => `${title} has no streak: only habits do.`,

  noGoals: 'You have no goals yet. Say for instance “create a goal to read 24 books this year”.',
  noSuchGoal: (subject: string, titles: string) =>
    `I found no goal for “${subject}”. ${titles ? `Your goals are ${titles}.` : 'You have no goals yet.'}`,
  offerHabit: (title: string) => `Shall I create the habit “${title}”?`,
  declined: 'All right, then I leave it.',
  whichGoal: (subject: string, titles: string) =>
    subject ? `Which goal do you mean by “${subject}”: ${titles}?` : `Which goal do you mean: ${titles}?`,
  howMany: (title: string, unit: string | null) =>
    unit ? `How many ${unit} shall I log on ${title}?` : `How much shall I log on ${title}?`,
  wrongUnit: (said: string, title: string, unit: string) =>
    `${title} is counted in ${unit}, and I cannot turn ${said} into that. How many ${unit} shall I log?`,
  notInUnit: (said: string, title: string, unit: string) =>
    `${title} is counted in ${unit}, and I cannot turn ${said} into that.`,
  changed: 'changed',
  goalWhat: 'What is it to be, for instance “read 24 books this year”?',
  created: (title: string) => `Created the goal ${title}`,
  targetIs: (amount: string) => `target ${amount}`,
  until: (date: string) => `until ${date}`,
  frequency: (times: number, period: Period) =>
    times === 1 ? `every ${units[period][0]}` : `${number.format(times)} times a ${units[period][0]}`,
  completed: (title: string) => `${title} is completed. Well done!`,
  paused: (title: string) => `${title} is paused: it asks nothing until you resume it.`,
  resumed: (title: string) => `${title} runs again.`,
  skipped: (title: string, date: string) => `${title} is skipped ${date}`,
  keepsStreak: (streak: string) => `you keep ${streak}`,

  goals: (count: number) =>
    count === 1 ? 'You have one active goal:' : `You have ${number.format(count)} active goals:`,
  goalsUntold: (count: number) =>
    `I could look at only a part of your goals: ${number.format(count)} more are in the app.`,
  goalsOnTrack: (good: number, behind: number) =>
    behind === 0
      ? `None of your ${number.format(good)} active goals is behind.`
      : `${number.format(behind)} of your ${number.format(good + behind)} active goals ${behind === 1 ? 'is' : 'are'} behind:`,
  others: (count: number) => `… and ${number.format(count)} more.`,
  noAreas: 'You have no life areas yet.',
  areas: 'Your life areas:',
  activeGoals: (count: number) => (count === 1 ? 'one active goal' : `${number.format(count)} active goals`),
  noReminders: 'You have no reminders.',
  reminders: 'Your reminders:',
  reminder: (time: string, days: string) => `${days} at ${time}`,
  beforeDeadline: (days: number) => `${counted(days, 'DAY')} before the deadline`,
  off: 'switched off',
  noMemories: 'I remember nothing about you yet.',
  memories: 'This is what I remember about you:',

  doneToday: (done: number, due: number) =>
    due === 0 ? 'Today asks for nothing.' : `Today: ${number.format(done)} of ${number.format(due)} done.`,
  dueToday: 'Still due today:',
  nothingDue: 'Nothing is due today any more.',
  behindNow: 'Behind:',
  next: (what: string) => `Next: ${what}.`,
  nothingNext: 'Nothing presses: no goal is due or behind.',
  remindersNext: 'Next reminders:',
  earned: 'Earned lately:',

  remindWhat: 'What shall I remind you of, and when?',
  remindWhen: (message: string) => `When shall I remind you${message ? ` of “${message}”` : ''}?`,
  remindAt: (message: string) => `At what time shall I remind you of “${message}”?`,
  reminderSet: (days: string, time: string, message: string) =>
    `I remind you ${days} at ${time}${message ? ` of “${message}”` : ''}`,
  forGoal: (title: string) => `for ${title}`,
  nextAt: (time: string) => `next ${time}`,

  remembered: (text: string) => `I will remember: “${text}”`,
  foundNotes: (query: string) => `In your notes about “${query}”:`,
  foundMessages: (query: string) => `In our conversations about “${query}”:`,
  foundResearch: (query: string) => `Your research on “${query}”. The words are those of its sources, not mine:`,
  foundNothing: (query: string) => `I found nothing about “${query}”.`,
  searchWhat: 'What shall I look for?',
};

export type Phrases = typeof englishPhrases;
