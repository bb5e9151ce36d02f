import { createLocalProvider } from '../../../subgraphs/chat/local/local.ts';
import type {
  ProviderEvent,
  ProviderRequest,
  RequestFacts,
  ToolDefinition,
  ToolRequest,
  ToolResult,
  Turn,
} from '../../../subgraphs/shared/models/provider.ts';

/** A Wednesday, half past ten in Berlin. */
export const facts: RequestFacts = {
  now: new Date('2026-03-11T09:30:00Z'),
  timeZone: 'Europe/Berlin',
  today: '2026-03-11',
};

/** What each tool takes; what ends in `!` is required. */
const parameters: Readonly<Record<string, string>> = {
  ListGoals: 'search status',
  GoalDetail: 'goalId!',
  Today: '',
  ListLifeAreas: '',
  ListReminders: '',
  FindNotes: 'query!',
  FindMessages: 'query!',
  FindResearch: 'query!',
  LogProgress: 'goalId! value localDate note',
  CreateGoal: 'title! kind! description unit startValue targetValue deadline frequency cumulative',
  CompleteGoal: 'goalId!',
  UpdateGoal: 'goalId! title status targetValue deadline',
  SkipDay: 'goalId! localDate note',
  CreateReminder: 'message date timeOfDay! weekdays daysBeforeDeadline goalId kind',
  Remember: 'text! kind',
  query: 'query! variables',
};

export const tools: ToolDefinition[] = Object.entries(parameters).map(([name, names]) => {
  const words = names.split(' ').filter(Boolean);
  return {
    name,
    description: '',
    parameters: {
      type: 'object',
      properties: Object.fromEntries(words.map((word) => [word.replace('!', ''), {}])),
      required: words.filter((word) => word.endsWith('!')).map((word) => word.replace('!', '')),
    },
  };
});

export type Goal = Record<string, unknown> & { id: string; title: string };

const line = (status: string, dueText: string | null = null, delta: string | null = null) => ({
  status,
  urgency: 'SAFE',
  dueText,
  delta,
  safeDays: 2,
  daysLeft: 100,
});
const numeric = (
  id: string,
  title: string,
  unit: string,
  currentValue: string,
  targetValue: string,
  pace: unknown,
): Goal => ({
  id,
  title,
  kind: 'NUMERIC',
  status: 'ACTIVE',
  unit,
  currentValue,
  targetValue,
  percent: (100 * Number(currentValue)) / Number(targetValue),
  pace,
  streak: null,
  forecast: { kind: 'ON_TREND', date: '2026-10-01' },
});
const habit = (id: string, title: string, unit: string | null, targetValue: string | null, current: number): Goal => ({
  id,
  title,
  kind: 'HABIT',
  status: 'ACTIVE',
  unit,
  currentValue: '0',
  targetValue,
  percent: 80,
  frequency: { times: 1, period: 'DAY', interval: 1 },
  pace: line('ON_TRACK', '+1 today'),
  streak: { period: 'DAY', current, best: 20 },
  strength: 0.61,
  forecast: { kind: 'NO_TARGET', date: null },
});

export const goals: Goal[] = [
  numeric('run', 'Running', 'km', '57', '100', line('AHEAD', '+2 within 3 days', '3')),
  numeric('read', 'Read 2,000 pages', 'pages', '800', '2000', line('BEHIND', '+24 today', '-24')),
  habit('water', 'Drink enough water', 'glasses', '8', 3),
  habit('meditate', 'Meditate every day', null, null, 12),
  habit('yoga', 'Yoga', 'min', '30', 0),
  numeric('weight', 'Down to 76 kg', 'kg', '81', '76', line('ON_TRACK')),
  habit('steps', '8,000 steps a day', 'steps', '8000', 5),
  numeric('guitar', 'A hundred hours of guitar', 'h', '40', '100', line('ON_TRACK')),
  habit('sleep', 'Sleep seven and a half hours', 'h', '7.5', 2),
  numeric('save', 'Put 6,000 € aside', '€', '1500', '6000', line('ON_TRACK')),
  habit('coffee', 'At most two coffees a day', 'cups', '2', 4),
  { ...habit('swim', 'Swimming', 'km', '1', 0), status: 'PAUSED' },
];

export interface Call {
  readonly name: string;
  readonly arguments: Record<string, any>;
}

/** What a tool answers in this world. A test may answer in its place. */
export type Answer = (call: Call) => unknown;

export const data = (value: unknown) => ({ data: value });
const nodes = (...list: unknown[]) => ({ nodes: list });
const excerpt = (text: string) => [{ text, found: false }];

export function answerOf(all: readonly Goal[] = goals): Answer {
  const made: Goal[] = [];
  const goal = (id: unknown) => [...all, ...made].find((one) => one.id === id) ?? null;
  return ({ name, arguments: args }) => {
    switch (name) {
      case 'ListGoals':
        return data({ viewer: { goals: nodes(...all, ...made) } });
      case 'GoalDetail':
        return data({ goal: goal(args.goalId) });
      case 'Today':
        return data({
          viewer: {
            dashboard: {
              todayProgress: { localDate: '2026-03-11', dueCount: 4, doneCount: 1, entryCount: 2 },
              dueToday: [goal('read'), goal('meditate')].filter(Boolean),
              behind: [goal('read')].filter(Boolean),
              upcomingReminders: [
                { id: 'r', message: 'Stretch', nextOccurrenceAt: '2026-03-12T07:00:00Z', goal: null },
              ],
              recentAchievements: [
                { title: 'Ten days in a row', localDate: '2026-03-10', goal: { id: 'meditate', title: 'Meditate' } },
              ],
              activeGoalCount: 11,
            },
          },
        });
      case 'ListLifeAreas':
        return data({ viewer: { lifeAreas: nodes({ id: 'a', name: 'Health', active: true, activeGoalCount: 3 }) } });
      case 'ListReminders':
        return data({
          viewer: {
            reminders: nodes({
              id: 'r',
              message: 'Stretch',
              timeOfDay: '08:00',
              weekdays: ['MONDAY', 'THURSDAY'],
              active: true,
              nextOccurrenceAt: '2026-03-12T07:00:00Z',
              goal: { id: 'yoga', title: 'Yoga' },
            }),
          },
        });
      case 'query':
        return data({ viewer: { memories: nodes({ text: 'Allergic to nuts', enabled: true }) } });
      case 'FindNotes':
        return data({
          viewer: {
            searchNotes: nodes({
              at: '2026-03-01T10:00:00Z',
              subject: { localDate: '2026-03-01', goal: { title: 'Running' } },
              excerpt: [
                { text: 'My ', found: false },
                { text: 'knee', found: true },
                { text: ' hurts.', found: false },
              ],
            }),
          },
        });
      case 'FindMessages':
        return data({
          viewer: {
            searchMessages: nodes({
              message: { createdAt: '2026-03-01T10:00:00Z', conversation: { title: 'Trips' } },
              excerpt: excerpt('Berlin in May'),
            }),
          },
        });
      case 'FindResearch':
        return data({
          viewer: {
            searchResearch: nodes({
              result: { title: 'Creatine', summary: 'It helps.' },
              excerpt: excerpt('It helps a little.'),
            }),
          },
        });
      case 'LogProgress': {
        const found = goal(args.goalId);
        const sum = String(Number(found?.currentValue ?? 0) + Number(args.value));
        const after = found && {
          ...found,
          currentValue: sum,
          percent: (100 * Number(sum)) / Number(found.targetValue ?? 100),
        };
        return data({
          logProgress: {
            entry: { id: 'e', localDate: args.localDate ?? facts.today, value: args.value, note: args.note ?? null },
            goal: after,
            errors: [],
          },
        });
      }
      case 'CreateGoal': {
        made.push({ id: `new${made.length + 1}`, status: 'ACTIVE', unit: null, ...args } as unknown as Goal);
        return data({ createGoal: { goal: made.at(-1), errors: [] } });
      }
      case 'CompleteGoal':
        return data({ completeGoal: { goal: { ...goal(args.goalId), status: 'COMPLETED' }, errors: [] } });
      case 'UpdateGoal':
        return data({ updateGoal: { goal: { ...goal(args.goalId), status: args.status }, errors: [] } });
      case 'SkipDay':
        return data({
          skipDay: {
            entry: { localDate: args.localDate ?? facts.today, note: args.note },
            goal: goal(args.goalId),
            errors: [],
          },
        });
      case 'CreateReminder':
        return data({
          createReminder: {
            reminder: { ...args, nextOccurrenceAt: '2026-03-12T07:00:00Z', goal: goal(args.goalId) },
            errors: [],
          },
        });
      case 'Remember':
        return data({ createMemory: { memory: { id: 'm', ...args }, errors: [] } });
      default:
        throw new Error(`No tool ${name}.`);
    }
  };
}

export async function eventsOf(
  request: Partial<ProviderRequest>,
  signal = new AbortController().signal,
): Promise<ProviderEvent[]> {
  const whole = { system: '', facts, turns: [], tools, maxOutputTokens: 2000, ...request };
  const events: ProviderEvent[] = [];
  for await (const event of createLocalProvider().stream(whole, signal)) events.push(event);
  return events;
}

export const textOf = (events: readonly ProviderEvent[]) =>
  events.map((event) => (event.kind === 'text' ? event.text : '')).join('');
export const callsOf = (events: readonly ProviderEvent[]): ToolRequest[] =>
  events.flatMap((event) => (event.kind === 'toolCall' ? [event.call] : []));

export interface Talk {
  readonly turns: Turn[];
  readonly calls: Call[];
  /** The answers to each thing said, over all rounds. */
  readonly answers: string[];
  readonly say: (text: string) => Promise<string>;
}

interface Habits {
  readonly answer?: Answer;
  readonly tools?: readonly ToolDefinition[];
  /** What becomes of a result before the assistant sees it, as when the person rejects a write. */
  readonly result?: (call: Call, content: unknown) => Partial<ToolResult>;
  /** Whether the results of rounds before stay in the talk. */
  readonly forgets?: boolean;
}

/** A talk in which every write is approved, unless `result` says otherwise. */
export function talk({
  answer = answerOf(),
  tools: offered = tools,
  result = () => ({}),
  forgets = false,
}: Habits = {}): Talk {
  const turns: Turn[] = [];
  const calls: Call[] = [];
  const answers: string[] = [];
  const say = async (text: string) => {
    if (forgets)
      turns.splice(
        0,
        turns.length,
        ...turns
          .filter(({ role }) => role !== 'tools')
          .map((turn) => (turn.role === 'assistant' ? { ...turn, toolCalls: [] } : turn)),
      );
    turns.push({ role: 'user', text });
    let words = '';
    for (let round = 0; round < 20; round += 1) {
      const events = await eventsOf({ turns, tools: offered });
      const asked = callsOf(events);
      words += textOf(events);
      turns.push({ role: 'assistant', text: textOf(events), toolCalls: asked });
      if (asked.length === 0) {
        answers.push(words);
        return words;
      }
      turns.push({
        role: 'tools',
        results: asked.map((request) => {
          const call = { name: request.name, arguments: JSON.parse(request.arguments) };
          calls.push(call);
          const content = answer(call);
          return {
            id: request.id,
            name: request.name,
            content: JSON.stringify(content),
            isError: false,
            ...result(call, content),
          };
        }),
      });
    }
    throw new Error('It goes on for ever.');
  };
  return { turns, calls, answers, say };
}

const reads = new Set([
  'ListGoals',
  'GoalDetail',
  'Today',
  'ListLifeAreas',
  'ListReminders',
  'query',
  'FindNotes',
  'FindMessages',
  'FindResearch',
]);
export const isWrite = ({ name }: Call) => !reads.has(name);

/** A call in one line: its name, and its arguments in the order of the alphabet. */
export const inOneLine = ({ name, arguments: args }: Call) =>
  [
    name,
    ...Object.keys(args)
      .sort()
      .map((key) => `${key}=${typeof args[key] === 'object' ? JSON.stringify(args[key]) : args[key]}`),
  ].join(' ');

/** The writes among calls, each in one line. */
export const written = (calls: readonly Parameters<typeof isWrite>[0][]) => calls.filter(isWrite).map(inOneLine);
