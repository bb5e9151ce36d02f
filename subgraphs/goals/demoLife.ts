import type { CustomFieldDefinition } from './customFields.ts';
import type { CreateGoalInput } from './generated.ts';

/** The life that the demo account shows: whose areas and goals, and what a day of the year brought. */

/** A day as the generators see it. */
export interface DemoDay {
  /** Days since the year began, 0 to 365. */
  index: number;
  /** Days until today; 0 is today. */
  ago: number;
  /** ISO weekday, 1 is Monday. */
  weekday: number;
  weekend: boolean;
  /** Ten days off in the middle of the year. */
  holiday: boolean;
  /** Four weeks with a bad ankle. */
  injured: boolean;
  /** The dark weeks in which good habits slip. */
  low: boolean;
  /** Uniform in [0, 1), seeded. */
  random(): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** About this much, normally distributed, to `digits` places. */
  about(mean: number, spread: number, digits?: number): number;
}

/** Values of one day: a number each, `skip` for a day that does not count. */
export type DemoEntries = readonly (number | 'skip')[];

export interface DemoArea {
  key: string;
  kind: 'HEALTH' | 'FINANCE' | 'LEARNING' | 'WORK' | 'GOALS' | 'PRODUCTIVITY';
  name: string;
  description: string;
  color: string;
  icon: string;
  customFields?: CustomFieldDefinition[];
}

export interface DemoGoal {
  key: string;
  area: string;
  /** Days before today on which it began. */
  began: number;
  /** Days after today until its deadline. */
  ends?: number;
  input: Partial<CreateGoalInput> & { title: string; kind: CreateGoalInput['kind'] };
  values?: { start?: number; target?: number; rate?: number; ratePeriod?: 'WEEK' | 'MONTH' };
  customFields?: Record<string, string | boolean>;
  status?: 'COMPLETED' | 'PAUSED' | 'CANCELLED';
  /** Days before today on which it ended or began to rest. */
  endedAgo?: number;
  source?: 'MANUAL' | 'APPLE_HEALTH';
  /** Hours of the day at which entries come. */
  hours?: readonly number[];
  /** Title, days after the start it is due, and (when it is reached) days after the start it was. */
  milestones?: readonly (readonly [title: string, due: number, reached?: number])[];
  log?(day: DemoDay, memory: Record<string, number>): DemoEntries;
}

export const areas: readonly DemoArea[] = [
  {
    key: 'area:health',
    kind: 'HEALTH',
    name: 'Health',
    description: 'Move, sleep, eat: the ground everything else stands on.',
    color: '#34C759',
    icon: 'heart.fill',
    customFields: [
      { key: 'why', label: 'Why it matters', type: 'TEXT', required: false },
      {
        key: 'effort',
        label: 'Effort',
        type: 'SELECT',
        required: false,
        options: [
          { value: 'low', label: 'Low' },
          { value: 'medium', label: 'Medium' },
          { value: 'high', label: 'High' },
        ],
      },
    ],
  },
  {
    key: 'area:finance',
    kind: 'FINANCE',
    name: 'Money',
    description: 'Spend on purpose, keep a cushion.',
    color: '#FFB300',
    icon: 'eurosign.circle',
  },
  {
    key: 'area:learning',
    kind: 'LEARNING',
    name: 'Learning',
    description: 'Spanish, books, and whatever comes next.',
    color: '#5E5CE6',
    icon: 'book.fill',
    customFields: [{ key: 'course', label: 'Course page', type: 'URL', required: false }],
  },
  {
    key: 'area:work',
    kind: 'WORK',
    name: 'Work',
    description: 'Do good work and go home on time.',
    color: '#0A84FF',
    icon: 'briefcase.fill',
  },
  {
    key: 'area:life',
    kind: 'GOALS',
    name: 'Life goals',
    description: 'The few large things.',
    color: '#FF375F',
    icon: 'star.fill',
  },
  {
    key: 'area:productivity',
    kind: 'PRODUCTIVITY',
    name: 'Getting things done',
    description: 'Small routines that keep the rest going.',
    color: '#64D2FF',
    icon: 'checklist',
  },
];

const run = (day: DemoDay): number | null => {
  if (day.injured || day.holiday) return null;
  const likely = { 2: 0.86, 4: 0.82, 6: 0.93, 7: 0.35 }[day.weekday] ?? 0.07;
  return day.chance(day.low ? likely * 0.6 : likely) ? day.about(day.weekday >= 6 ? 8.5 : 5.2, 1.2, 1) : null;
};

export const goals: readonly DemoGoal[] = [
  {
    key: 'goal:run',
    area: 'area:health',
    began: 364,
    input: { title: 'Run three times a week', kind: 'HABIT', frequency: { times: 3, period: 'WEEK' }, unit: 'km' },
    customFields: { why: 'A clear head.', effort: 'medium' },
    hours: [18],
    log: (day, memory) => {
      const distance = run(day);
      memory.distance = distance ?? 0;
      if (day.holiday || (day.injured && day.weekday <= 4)) return ['skip'];
      return distance === null ? [] : [distance];
    },
  },
  {
    key: 'goal:distance',
    area: 'area:health',
    began: 364,
    ends: 20,
    input: { title: 'Run 900 km in a year', kind: 'NUMERIC', unit: 'km' },
    values: { target: 900 },
    hours: [18],
    log: (_, memory) => (memory.distance ? [memory.distance] : []),
  },
  {
    key: 'goal:weight',
    area: 'area:health',
    began: 200,
    ends: 90,
    input: { title: 'Down to 76 kg', kind: 'NUMERIC', unit: 'kg' },
    values: { start: 83.5, target: 76 },
    customFields: { effort: 'high' },
    source: 'APPLE_HEALTH',
    hours: [7],
    log: (day, memory) => {
      memory.weight = (memory.weight ?? 83.5) - (day.holiday ? -0.08 : day.low ? 0.01 : 0.033);
      return day.holiday || !day.chance(0.85) ? [] : [day.about(memory.weight, 0.35, 1)];
    },
  },
  {
    key: 'goal:steps',
    area: 'area:health',
    began: 364,
    input: {
      title: '8,000 steps a day',
      kind: 'HABIT',
      frequency: { times: 1, period: 'DAY' },
      unit: 'steps',
      missingMeans: 'NO_DATA',
    },
    values: { target: 8000 },
    source: 'APPLE_HEALTH',
    hours: [9, 14, 21],
    log: (day, memory) => {
      if (day.chance(0.02)) return [];
      const whole = day.injured ? 4200 : (day.weekend ? 9800 : 8700) + (memory.distance ?? 0) * 350;
      return [0.3, 0.3, 0.4].map((share) => Math.max(150, Math.round(day.about(whole * share, 550, 0))));
    },
  },
  {
    key: 'goal:sleep',
    area: 'area:health',
    began: 180,
    ends: 60,
    input: {
      title: 'Sleep seven and a half hours',
      kind: 'CUSTOM',
      unit: 'h',
      direction: 'AT_LEAST',
      cumulative: false,
      aggregation: 'MEAN',
    },
    values: { start: 6.4, target: 7.5 },
    source: 'APPLE_HEALTH',
    hours: [7],
    log: (day) => (day.chance(0.95) ? [day.about((day.weekend ? 7.5 : 6.6) + (180 - day.ago) * 0.003, 0.5, 2)] : []),
  },
  {
    key: 'goal:coffee',
    area: 'area:health',
    began: 364,
    input: {
      title: 'At most two coffees a day',
      kind: 'HABIT',
      frequency: { times: 1, period: 'DAY' },
      direction: 'AT_MOST',
      unit: 'cups',
    },
    values: { target: 2 },
    hours: [8, 10, 14, 16],
    log: (day) =>
      Array.from(
        { length: Math.min(4, Math.max(0, Math.round(day.about(day.weekend ? 1.3 : day.low ? 2.2 : 1.8, 0.55, 2)))) },
        () => 1,
      ),
  },
  {
    key: 'goal:meditate',
    area: 'area:health',
    began: 300,
    input: { title: 'Meditate every day', kind: 'HABIT', frequency: { times: 1, period: 'DAY' }, unit: 'min' },
    hours: [6],
    log: (day) => {
      if (day.holiday) return ['skip'];
      // A long good run lately, a lapse before it.
      const likely = day.ago < 41 ? 1 : day.low ? 0.25 : day.weekend ? 0.7 : 0.88;
      return day.chance(likely) && day.ago > 0 ? [day.about(12, 3, 0)] : [];
    },
  },
  {
    key: 'goal:save',
    area: 'area:finance',
    began: 330,
    ends: 35,
    input: { title: 'Put 6,000 € aside', kind: 'NUMERIC', unit: '€' },
    values: { target: 6000 },
    hours: [12],
    log: (day) => (day.index % 30 === 4 ? [day.about(430, 60, 2)] : day.chance(0.02) ? [day.about(90, 40, 2)] : []),
  },
  {
    key: 'goal:eatingOut',
    area: 'area:finance',
    began: 240,
    ends: 125,
    input: {
      title: 'Eating out: at most 2,400 € a year',
      kind: 'NUMERIC',
      unit: '€',
      direction: 'AT_MOST',
      cumulative: true,
      autoComplete: false,
    },
    values: { target: 2400 },
    hours: [20],
    log: (day) =>
      day.chance(day.holiday ? 0.9 : day.weekday >= 5 ? 0.45 : 0.1)
        ? [Math.max(8, day.about(day.holiday ? 38 : 24, 9, 2))]
        : [],
  },
  {
    key: 'goal:spanish',
    area: 'area:learning',
    began: 320,
    input: {
      title: 'Twenty minutes of Spanish, five days a week',
      kind: 'HABIT',
      frequency: { times: 5, period: 'WEEK' },
      unit: 'min',
    },
    values: { target: 20 },
    customFields: { course: 'https://example.com/spanish' },
    hours: [21],
    log: (day) => (day.chance(day.low ? 0.45 : day.weekend ? 0.75 : 0.96) ? [Math.max(5, day.about(27, 5, 0))] : []),
  },
  {
    key: 'goal:books',
    area: 'area:learning',
    began: 300,
    input: { title: 'Read 24 books', kind: 'NUMERIC', unit: 'books' },
    values: { target: 24, rate: 2, ratePeriod: 'MONTH' },
    hours: [22],
    log: (day) => (day.index % 16 === 9 || (day.holiday && day.index % 4 === 0) ? [1] : []),
  },
  {
    key: 'goal:inbox',
    area: 'area:work',
    began: 250,
    input: { title: 'Inbox empty by the evening', kind: 'HABIT', frequency: { times: 4, period: 'WEEK' } },
    hours: [17],
    log: (day) => (day.weekend || day.holiday ? [] : day.chance(day.low ? 0.5 : 0.87) ? [1] : []),
  },
  {
    key: 'goal:site',
    area: 'area:work',
    began: 120,
    ends: 45,
    input: { title: 'Launch the portfolio site', kind: 'MILESTONE' },
    milestones: [
      ['Choose what to show', 14, 12],
      ['Write the five case studies', 45, 58],
      ['Design the front page', 70, 71],
      ['Build it', 105, 110],
      ['Let three people try it', 135],
      ['Go live', 165],
    ],
  },
  {
    key: 'goal:10k',
    area: 'area:life',
    began: 350,
    ends: -160,
    input: { title: 'Ten kilometres in under an hour', kind: 'MILESTONE' },
    status: 'COMPLETED',
    endedAgo: 171,
    milestones: [
      ['Five kilometres without a break', 30, 26],
      ['Ten kilometres, however slow', 90, 84],
      ['Ten kilometres in an hour', 190, 179],
    ],
  },
  {
    key: 'goal:guitar',
    area: 'area:life',
    began: 340,
    input: { title: 'A hundred hours of guitar', kind: 'NUMERIC', unit: 'h' },
    values: { target: 100, rate: 2, ratePeriod: 'WEEK' },
    status: 'PAUSED',
    endedAgo: 60,
    hours: [20],
    log: (day) => (day.ago > 60 && day.chance(0.3) ? [Math.max(0.25, day.about(0.9, 0.3, 2))] : []),
  },
  {
    key: 'goal:shutdown',
    area: 'area:productivity',
    began: 90,
    input: { title: 'Plan tomorrow before leaving', kind: 'HABIT', frequency: { times: 1, period: 'DAY' } },
    hours: [17],
    log: (day) => (day.weekend ? ['skip'] : day.chance(0.8) && day.ago > 0 ? [1] : []),
  },
  {
    key: 'goal:declutter',
    area: 'area:productivity',
    began: 280,
    ends: -100,
    input: { title: 'Give away 300 things', kind: 'NUMERIC', unit: 'things' },
    values: { target: 300 },
    status: 'CANCELLED',
    endedAgo: 150,
    hours: [11],
    log: (day) => (day.ago > 150 && day.weekend && day.chance(0.5) ? [Math.max(1, day.about(7, 4, 0))] : []),
  },
];
