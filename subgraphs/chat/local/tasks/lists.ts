import { goalLine, instantOf, list as lines, withUntold } from '../answers.ts';
import { activeGoals, toldGoals } from '../goals.ts';
import { read, type Setting, type Task } from '../task.ts';
import { at, listAt, numberAt, plain, textAt } from '../values.ts';
import { daysOf } from './reminders.ts';

type What = 'GOALS' | 'AREAS' | 'REMINDERS' | 'MEMORIES';

/** Memories have no tool of their own: they are read with the free-form one. */
const memoriesQuery = '{ viewer { memories(first: 50) { nodes { text enabled } } } }';

/** Lists goals, life areas, reminders or memories. */
export function* list(what: What, setting: Setting): Task {
  const { phrases } = setting.grammar;
  if (what === 'GOALS') {
    const data = yield* read('ListGoals');
    const goals = activeGoals(toldGoals(data));
    if (goals.length === 0) return phrases.noGoals;
    const text = lines(
      phrases.goals(goals.length),
      goals.map((goal) => goalLine(goal, phrases)),
      phrases,
    );
    return withUntold(text, data, phrases);
  }
  if (what === 'AREAS') {
    const areas = listAt(yield* read('ListLifeAreas'), 'viewer', 'lifeAreas').flatMap(
      (area) => areaLine(area, setting) ?? [],
    );
    return areas.length === 0 ? phrases.noAreas : lines(phrases.areas, areas, phrases);
  }
  if (what === 'REMINDERS') {
    const reminders = listAt(yield* read('ListReminders'), 'viewer', 'reminders').flatMap(
      (one) => reminderLine(one, setting) ?? [],
    );
    return reminders.length === 0 ? phrases.noReminders : lines(phrases.reminders, reminders, phrases);
  }
  const data = yield* read('query', { query: memoriesQuery, variables: {} });
  const memories = listAt(data, 'viewer', 'memories').filter((memory) => at(memory, 'enabled') !== false);
  const texts = memories.flatMap((memory) => plain(textAt(memory, 'text') ?? '') || []);
  return texts.length === 0 ? phrases.noMemories : lines(phrases.memories, texts.map(phrases.quote), phrases);
}

function areaLine(area: unknown, { grammar: { phrases } }: Setting): string | null {
  const [name, count] = [textAt(area, 'name'), numberAt(area, 'activeGoalCount')];
  if (name === null || at(area, 'active') === false) return null;
  return count === null ? plain(name, 100) : `${plain(name, 100)}: ${phrases.activeGoals(count)}`;
}

function reminderLine(reminder: unknown, setting: Setting): string | null {
  const { phrases } = setting.grammar;
  const what = [textAt(reminder, 'message'), textAt(reminder, 'goal', 'title')].filter((text) => text !== null);
  const time = textAt(reminder, 'timeOfDay');
  if (time === null) return null;
  const days = daysOf(reminder, setting);
  const once = textAt(reminder, 'date') !== null;
  const next = instantOf(textAt(reminder, 'nextOccurrenceAt'), setting);
  const off = at(reminder, 'active') === false ? phrases.off : once ? null : next && phrases.nextAt(next);
  return `${what.map((text) => plain(text, 100)).join(' · ')}: ${[phrases.reminder(plain(time, 10), days), off].filter(Boolean).join(', ')}`;
}
