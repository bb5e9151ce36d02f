import { Decimal } from 'decimal.js';
import { type Goal, Prisma } from '../../prisma/generated/client.ts';
import { notFound } from '../shared/errors.ts';
import type { Checks } from '../shared/input.ts';
import { daysBetween, type LocalDate } from './calendar.ts';
import type { GoalsUserContext } from './context.ts';
import { type CustomFieldDefinition, type CustomFieldValues, checkValues } from './customFields.ts';
import { dateText, dateValue } from './dates.ts';
import { earliestDay, largestValue, textDate } from './entryPlan.ts';
import type {
  CreateGoalInput,
  CustomFieldValueInput,
  FrequencyInput,
  GoalPauseInput,
  GoalRateInput,
  UpdateGoalInput,
} from './generated.ts';
import { addIssues } from './lifeAreas.ts';
import { lineTerms } from './line.ts';
import { type Pause, pausesOf, shapeOf } from './shape.ts';

/** The columns of a goal that a person decides on. */
export type GoalTerms = Pick<
  Goal,
  | 'lifeAreaId'
  | 'kind'
  | 'title'
  | 'description'
  | 'direction'
  | 'cumulative'
  | 'aggregation'
  | 'frequencyTimes'
  | 'frequencyPeriod'
  | 'frequencyInterval'
  | 'startValue'
  | 'targetValue'
  | 'rateAmount'
  | 'ratePeriod'
  | 'unit'
  | 'startDate'
  | 'deadline'
  | 'autoComplete'
  | 'missingMeans'
> & { pauses: Pause[] };

/** What a new goal asks for, with its kind's usual primitives for what was left out. */
export function newTerms(input: CreateGoalInput, today: LocalDate): GoalTerms {
  const habit = input.kind === 'HABIT';
  const falls = input.targetValue?.lt(input.startValue ?? 0) ?? false;
  const cumulative = input.cumulative ?? (input.kind === 'MILESTONE' || (input.kind === 'NUMERIC' && !falls));
  return {
    kind: input.kind,
    lifeAreaId: input.lifeAreaId ?? null,
    title: input.title.trim(),
    description: input.description || null,
    direction: input.direction ?? (falls && !habit ? 'AT_MOST' : 'AT_LEAST'),
    cumulative,
    aggregation: input.aggregation ?? (cumulative || habit ? 'SUM' : 'LAST'),
    ...frequencyColumns(input.frequency),
    startValue: numeric(input.startValue),
    targetValue: numeric(input.targetValue),
    ...rateColumns(input.rate),
    unit: input.unit?.trim() || null,
    startDate: dateValue(textDate(input.startDate) ?? today),
    deadline: dateOrNull(input.deadline),
    autoComplete: input.autoComplete ?? !habit,
    missingMeans: input.missingMeans ?? 'ZERO',
    pauses: sortedPauses(input.pauses ?? []),
  };
}

/** The terms of a goal after a change: what is absent stays, null takes away. */
export function changedTerms(goal: Goal, input: UpdateGoalInput): GoalTerms {
  const keep = <Value, Column>(value: Value | undefined, old: Column, read: (value: Value) => Column) =>
    value === undefined ? old : read(value);
  const { frequencyTimes, frequencyPeriod, frequencyInterval, rateAmount, ratePeriod } = goal;
  const lasting = pausesOf(goal).filter((pause) => pause.end === null);
  return {
    kind: goal.kind,
    lifeAreaId: keep(input.lifeAreaId, goal.lifeAreaId, (id) => id),
    title: input.title?.trim() ?? goal.title,
    description: keep(input.description, goal.description, (text) => text || null),
    direction: input.direction ?? goal.direction,
    cumulative: input.cumulative ?? goal.cumulative,
    aggregation: input.aggregation ?? goal.aggregation,
    ...keep(input.frequency, { frequencyTimes, frequencyPeriod, frequencyInterval }, frequencyColumns),
    startValue: keep(input.startValue, goal.startValue, numeric),
    targetValue: keep(input.targetValue, goal.targetValue, numeric),
    ...keep(input.rate, { rateAmount, ratePeriod }, rateColumns),
    unit: keep(input.unit, goal.unit, (text) => text?.trim() || null),
    startDate: input.startDate == null ? goal.startDate : dateValue(textDate(input.startDate)!),
    deadline: keep(input.deadline, goal.deadline, dateOrNull),
    autoComplete: input.autoComplete ?? goal.autoComplete,
    missingMeans: input.missingMeans ?? goal.missingMeans,
    pauses: input.pauses == null ? pausesOf(goal) : [...sortedPauses(input.pauses), ...lasting],
  };
}

const neverNull = [
  'title',
  'status',
  'direction',
  'cumulative',
  'aggregation',
  'startDate',
  'autoComplete',
  'missingMeans',
] as const;

/** What must not be null in a change. */
export function checkNulls(checks: Checks, input: UpdateGoalInput): void {
  for (const name of neverNull)
    if (input[name] === null) checks.add('REQUIRED', [name], `"${name}" cannot be taken away.`);
}

/** Checks terms, new or changed, as a whole. */
export function checkTerms(checks: Checks, terms: GoalTerms, today: LocalDate): void {
  checks.text(['title'], terms.title, 200);
  checks.text(['description'], terms.description, 10_000, 0);
  checks.text(['unit'], terms.unit, 50, 0);
  for (const name of ['startValue', 'targetValue'] as const) {
    checks.number([name], terms[name] && new Decimal(terms[name]), -largestValue, largestValue);
  }
  if (terms.rateAmount !== null) {
    checks.number(['rate', 'amount'], new Decimal(terms.rateAmount), -largestValue, largestValue);
    checks.that(!terms.rateAmount.isZero(), ['rate', 'amount'], 'A rate of 0 leads nowhere.');
  }
  checkDates(checks, terms, today);
  checkPauses(checks, terms.pauses);
  if (terms.kind === 'HABIT') checkHabit(checks, terms);
  else if (terms.frequencyTimes !== null) checks.add('INVALID', ['frequency'], 'Only a habit has a frequency.');
  if (terms.kind === 'MILESTONE') checkMilestoneGoal(checks, terms);
  if (terms.kind === 'NUMERIC' || terms.kind === 'CUSTOM') checkLine(checks, terms);
}

function checkDates(checks: Checks, { startDate, deadline }: GoalTerms, today: LocalDate): void {
  const start = dateText(startDate);
  checks.that(start >= earliestDay, ['startDate'], `A goal begins on ${earliestDay} or later.`);
  checks.that(daysBetween(today, start) <= 3_660, ['startDate'], 'A goal begins within the next ten years.');
  if (deadline === null) return;
  checks.that(dateText(deadline) >= start, ['deadline'], 'The deadline must not lie before the start.');
  checks.that(
    daysBetween(start, dateText(deadline)) <= 36_525,
    ['deadline'],
    'The deadline must lie within a century of the start.',
  );
}

function checkPauses(checks: Checks, pauses: readonly Pause[]): void {
  checks.list(['pauses'], pauses, 100);
  pauses.forEach(({ start, end }, i) => {
    if (end === null) return;
    checks.that(start <= end, ['pauses', i, 'end'], 'A pause must not end before it begins.');
    checks.that(daysBetween(start, end) <= 3_660, ['pauses', i, 'end'], 'A pause may last at most ten years.');
  });
}

function checkHabit(checks: Checks, terms: GoalTerms): void {
  if (!checks.required(['frequency'], terms.frequencyTimes)) return;
  checks.number(['frequency', 'times'], terms.frequencyTimes, 1, 1_000);
  checks.number(['frequency', 'interval'], terms.frequencyInterval, 1, 366);
  if (terms.rateAmount !== null) checks.add('INVALID', ['rate'], 'A habit has a frequency, not a rate.');
  if (terms.autoComplete)
    checks.add('INVALID', ['autoComplete'], 'A habit does not complete by itself: it is kept up.');
  if (terms.targetValue === null) return;
  const least = terms.direction === 'AT_LEAST' ? terms.targetValue.gt(0) : terms.targetValue.gte(0);
  checks.that(
    least,
    ['targetValue'],
    `The amount must be ${terms.direction === 'AT_LEAST' ? 'above 0' : '0 or more'}.`,
  );
}

function checkMilestoneGoal(checks: Checks, terms: GoalTerms): void {
  const names = [
    ['startValue', terms.startValue],
    ['targetValue', terms.targetValue],
    ['rate', terms.rateAmount],
  ] as const;
  for (const [name, value] of names)
    if (value !== null) checks.add('INVALID', [name], 'A milestone goal counts its milestones and has no values.');
}

function checkLine(checks: Checks, terms: GoalTerms): void {
  const { deadline, targetValue, rateAmount } = terms;
  if (deadline !== null && targetValue !== null && rateAmount !== null) {
    checks.add('INVALID', ['rate'], 'Give two of deadline, target and rate: the third follows.');
    return;
  }
  if (terms.kind === 'NUMERIC' && targetValue === null && rateAmount === null) {
    checks.add('REQUIRED', ['targetValue'], 'A numeric goal needs a target, or a rate.');
    return;
  }
  const start = terms.startValue ?? 0;
  if (terms.cumulative && terms.direction === 'AT_LEAST' && targetValue?.lte(start)) {
    checks.add('INVALID', ['targetValue'], 'What adds up needs a target above its start.');
  }
  if (rateAmount !== null && !checks.failed && lineTerms(shapeOf(termsRow(terms))) === null) {
    checks.add(
      'INVALID',
      ['rate'],
      'This rate leads away from the target, or reaches it only after more than a century.',
    );
  }
}

/** The mathematics look at terms as at a stored goal. */
const termsRow = (terms: GoalTerms) => ({ ...terms, status: 'ACTIVE' }) as unknown as Goal;

/**
 * Checks values of custom fields against the area's definitions. Values of fields that the area does not have (any more)
 * stay stored but are not asked about.
 * @returns all values to store.
 */
export function checkCustomFields(
  checks: Checks,
  definitions: readonly CustomFieldDefinition[],
  stored: CustomFieldValues,
  input: readonly CustomFieldValueInput[],
): CustomFieldValues {
  const given: Record<string, unknown> = {};
  input.forEach((value, i) => {
    const { key, text, number, boolean, date } = value;
    const values = [text, number?.toFixed(), boolean, textDate(date)].filter((part) => part != null);
    if (values.length > 1)
      checks.add('INVALID', ['customFields', i], 'Give one value: the one that fits the type of the field.');
    if (Object.hasOwn(given, key)) checks.add('INVALID', ['customFields', i, 'key'], 'This field is given twice.');
    given[key] = values[0] ?? null;
  });
  const keys = new Set(definitions.map((definition) => definition.key));
  const old = Object.fromEntries(Object.entries(stored).filter(([key]) => keys.has(key)));
  const checked = checkValues(definitions, { ...old, ...given });
  if (checked.ok)
    return { ...Object.fromEntries(Object.entries(stored).filter(([key]) => !keys.has(key))), ...checked.value };
  const issues = checked.issues.map((issue) => {
    const index = input.findIndex((value) => value.key === issue.path[0]);
    return { ...issue, path: index < 0 ? [] : [index] };
  });
  addIssues(checks, issues, ['customFields']);
  return stored;
}

/** The custom fields that an area gives its goals; none without an area. The area is kept from going while we use it. */
export async function definitionsOf(ctx: GoalsUserContext, areaId: string | null): Promise<CustomFieldDefinition[]> {
  if (areaId === null) return [];
  const rows = await ctx.db.$queryRaw<{ custom_fields: CustomFieldDefinition[] }[]>`
    SELECT custom_fields FROM life_areas WHERE user_id = ${ctx.userId} AND id = ${areaId} FOR KEY SHARE`;
  if (!rows[0]) throw notFound(['lifeAreaId'], 'life area');
  return rows[0].custom_fields;
}

const numeric = (value: Decimal | null | undefined) => (value == null ? null : new Prisma.Decimal(value.toFixed()));
const dateOrNull = (date: string | Date | null | undefined) => (date == null ? null : dateValue(textDate(date)!));
const sortedPauses = (pauses: readonly GoalPauseInput[]): Pause[] =>
  pauses.map(({ start, end }) => ({ start: textDate(start)!, end: textDate(end)! }));

function frequencyColumns(frequency: FrequencyInput | null | undefined) {
  if (frequency == null) return { frequencyTimes: null, frequencyPeriod: null, frequencyInterval: null };
  return {
    frequencyTimes: frequency.times,
    frequencyPeriod: frequency.period,
    frequencyInterval: frequency.interval ?? 1,
  };
}

function rateColumns(rate: GoalRateInput | null | undefined) {
  return { rateAmount: rate == null ? null : numeric(rate.amount), ratePeriod: rate?.period ?? null };
}
