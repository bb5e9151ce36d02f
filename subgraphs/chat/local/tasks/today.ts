import { instantOf, list, sentence } from '../answers.ts';
import { type ToldGoal, toldGoal } from '../goals.ts';
import { read, type Setting, type Task } from '../task.ts';
import { at, listAt, numberAt, plain, textAt } from '../values.ts';

/** What today asks for, what is done of it, and what comes first. */
export function* tellToday(focus: 'SUMMARY' | 'DUE' | 'NEXT', setting: Setting): Task {
  const { phrases } = setting.grammar;
  const dashboard = at(yield* read('Today'), 'viewer', 'dashboard');
  const goalsAt = (name: string) => listAt(dashboard, name).flatMap((value) => toldGoal(value) ?? []);
  const due = goalsAt('dueToday');
  const ids = new Set(due.map(({ id }) => id));
  const behind = goalsAt('behind').filter(({ id }) => !ids.has(id));
  const line = ({ title, told }: ToldGoal) => {
    const text = textAt(told, 'pace', 'dueText');
    return text === null ? title : `${title}: ${plain(text, 80)}`;
  };
  if (focus === 'NEXT') {
    const [first] = [...due, ...behind];
    return first ? phrases.next(line(first)) : phrases.nothingNext;
  }
  const [done, asked] = [
    numberAt(dashboard, 'todayProgress', 'doneCount'),
    numberAt(dashboard, 'todayProgress', 'dueCount'),
  ];
  const parts = [done === null || asked === null ? null : phrases.doneToday(done, asked)];
  if (due.length > 0) parts.push(list(phrases.dueToday, due.map(line), phrases, 10));
  else if (asked !== 0) parts.push(phrases.nothingDue);
  if (focus === 'SUMMARY') {
    if (behind.length > 0) parts.push(list(phrases.behindNow, behind.map(line), phrases, 5));
    parts.push(...extras(dashboard, setting));
  }
  return parts.filter(Boolean).join('\n');
}

/** Reminders to come and what was earned. */
function extras(dashboard: unknown, setting: Setting): string[] {
  const { phrases } = setting.grammar;
  const reminders = listAt(dashboard, 'upcomingReminders').flatMap((reminder) => {
    const [when, what] = [
      instantOf(textAt(reminder, 'nextOccurrenceAt'), setting),
      textAt(reminder, 'message') ?? textAt(reminder, 'goal', 'title'),
    ];
    return when === null || what === null ? [] : [`${when}: ${plain(what, 120)}`];
  });
  const earned = listAt(dashboard, 'recentAchievements').flatMap((achievement) => {
    const [title, goal] = [
      textAt(achievement, 'title') ?? textAt(achievement, 'name'),
      textAt(achievement, 'goal', 'title'),
    ];
    return title === null ? [] : [sentence(goal ? `${plain(title, 100)} (${plain(goal, 100)})` : plain(title, 100))];
  });
  return [
    ...(reminders.length > 0 ? [list(phrases.remindersNext, reminders, phrases, 5)] : []),
    ...(earned.length > 0 ? [list(phrases.earned, earned, phrases, 3)] : []),
  ];
}
