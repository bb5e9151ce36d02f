import { Decimal } from 'decimal.js';
import type { UserContext } from '../../shared/context.ts';
import { invalid, notFound, UserErrors } from '../../shared/errors.ts';
import { findEvent, type LoggedEvent, readSpan } from '../../shared/events.ts';
import { GraphUnreachable } from '../../shared/graph.ts';
import { Checks } from '../../shared/input.ts';
import { type PersonalClock, readClock } from '../../shared/personalClock.ts';
import { localOccurrence, runsBetween } from '../../shared/schedules/schedule.ts';
import type {
  AutomationDryRun,
  AutomationRuleDraftInput,
  AutomationRunTrigger,
  AutomationSimulation,
  DryRunAutomationRuleInput,
  SimulateAutomationRuleInput,
  SimulatedAutomationAction,
  SimulatedAutomationCondition,
  SimulatedAutomationRun,
} from '../generated.ts';
import { crossings, numberAt, readHistory, type Sample, toldMetrics } from './history.ts';
import { type Asker, type GoalNumbers, readNumbers } from './numbers.ts';
import type { Action, Condition, GoalLine, RuleRow } from './rule.ts';
import { readParts } from './rules.ts';
import { type Moment, momentByHand, stepKindOf } from './run.ts';
import { scheduleOf } from './schedule.ts';
import { scopesOfAuthor } from './scopes.ts';
import { problemOf } from './takeActions.ts';
import { compare, isWithin } from './takeConditions.ts';
import { renderAction } from './templates.ts';
import { valuesFor } from './values.ts';
import { fits, momentOf } from './watch.ts';

/** What a rule would do: nothing of it is done, and nothing is stored. */

const longest = 31 * 86_400_000;
const mostEvents = 5_000;
const mostRuns = 200;

type Tried = Pick<RuleRow, 'id' | 'name' | 'triggers' | 'conditions' | 'actions' | 'scopes' | 'createdAt'>;

/** A run that would be made. */
interface Start {
  trigger: AutomationRunTrigger;
  at: Date;
  moment: Moment;
  isOwn?: boolean;
}

/** What is known of goals while a rule is tried; each is asked for once. */
interface Knowledge {
  clock: PersonalClock;
  asker: Asker;
  goal(goalId: string): Promise<GoalNumbers | null>;
  history(line: Pick<GoalLine, 'goalId' | 'metric'>): Promise<Sample[] | null>;
}

/** What a rule would have done in a stretch of the past. */
export async function simulate(ctx: UserContext, input: SimulateAutomationRuleInput): Promise<AutomationSimulation> {
  const nothing = { runs: [], events: 0, truncated: false, notes: [] };
  try {
    const rule = await findTried(ctx, input);
    const now = ctx.now();
    const to = input.to && input.to < now ? input.to : now;
    const from = input.from ?? new Date(to.getTime() - longest);
    const checks = new Checks();
    checks.that(from < to, ['from'], '"from" must be earlier than "to", and in the past.');
    checks.that(
      to.getTime() - from.getTime() <= longest,
      ['from'],
      'At most 31 days can be simulated at once.',
      'LIMIT',
    );
    checks.done();
    const known = await gather(ctx, rule, from, to);
    const notes = new Set<string>();
    const fromEvents = await eventStarts(ctx, rule, from, to);
    const starts = [
      ...fromEvents.starts,
      ...scheduleStarts(rule, known.clock, from, to),
      ...(await crossingStarts(rule, known, to, notes)),
    ].sort((a, b) => a.at.getTime() - b.at.getTime());
    if (starts.length > 0)
      notes.add('Each run is taken to have ended at once: none is passed over because an earlier one was under way.');
    const runs: SimulatedAutomationRun[] = [];
    for (const start of starts.slice(0, mostRuns)) {
      runs.push(await tryOut(ctx, rule, known, start, (condition) => judgePast(condition, known, start.at, notes)));
    }
    const truncated = fromEvents.truncated || starts.length > mostRuns;
    return { runs, events: fromEvents.count, truncated, notes: [...notes], errors: [] };
  } catch (error) {
    if (!(error instanceof UserErrors)) throw error;
    return { ...nothing, errors: error.errors };
  }
}

/** What a rule would do now, or about one event. */
export async function dryRun(ctx: UserContext, input: DryRunAutomationRuleInput): Promise<AutomationDryRun> {
  try {
    const rule = await findTried(ctx, input);
    const now = ctx.now();
    const known = await gather(ctx, rule, now, now);
    const event = input.eventId == null ? null : await findEvent(ctx.db, ctx.userId, input.eventId);
    if (input.eventId != null && !event) throw notFound(['eventId'], 'event');
    const isItsOwn = event === null || rule.triggers.some((one) => one.type === 'event' && fits(one, event));
    if (!isItsOwn) return { run: null, errors: [] };
    const moment = event ? momentOf(event) : momentByHand(rule, now);
    const start: Start = { trigger: event ? 'EVENT' : 'MANUAL', at: now, moment };
    return { run: await tryOut(ctx, rule, known, start, (condition) => judgeNow(condition, known, now)), errors: [] };
  } catch (error) {
    if (!(error instanceof UserErrors)) throw error;
    return { run: null, errors: error.errors };
  }
}

async function findTried(
  ctx: UserContext,
  { ruleId, rule: draft }: { ruleId?: string | null | undefined; rule?: AutomationRuleDraftInput | null | undefined },
): Promise<Tried> {
  if ((ruleId == null) === (draft == null)) throw invalid([], 'Give exactly one of "ruleId" and "rule".');
  if (ruleId != null) {
    const where = { userId_id: { userId: ctx.userId, id: ruleId } };
    const found = (await ctx.db.automationRule.findUnique({ where })) as unknown as RuleRow | null;
    if (!found) throw notFound(['ruleId'], 'automation rule');
    return found;
  }
  try {
    const { parts } = await readParts(ctx, null, { ...draft!, mode: 'SINGLE' });
    const { triggers = [], conditions = [], actions = [] } = parts;
    const scopes = scopesOfAuthor(ctx.viewer);
    return { id: 'rule', name: 'Draft', triggers, conditions, actions, scopes, createdAt: ctx.now() };
  } catch (error) {
    if (!(error instanceof UserErrors)) throw error;
    throw new UserErrors(error.errors.map((one) => ({ ...one, path: ['rule', ...one.path] })));
  }
}

async function gather(ctx: UserContext, rule: Tried, from: Date, to: Date): Promise<Knowledge> {
  const { db, userId, viewer } = ctx;
  const clock = await readClock(db, userId);
  // No more than whoever asks may see, and the rule.
  const scopes = rule.scopes.filter((scope) => viewer.scopes.includes(scope));
  const author = { authorKind: viewer.kind, authorId: viewer.credentialId };
  const asker: Asker = { userId, taskId: rule.id, scopes, author };
  const platform = { db: ctx.root, graph: ctx.graph, now: ctx.now };
  const goals = new Map<string, Promise<GoalNumbers | null>>();
  const histories = new Map<string, Promise<Sample[] | null>>();
  const orNothing = <T>(work: Promise<T>) =>
    work.catch((error) => {
      if (error instanceof GraphUnreachable) throw error;
      return null;
    });
  return {
    clock,
    asker,
    goal(goalId) {
      const asked = goals.get(goalId) ?? orNothing(readNumbers(platform, asker, goalId));
      goals.set(goalId, asked);
      return asked;
    },
    history(line) {
      const key = `${line.goalId} ${line.metric}`;
      const asked = histories.get(key) ?? orNothing(readHistory(platform, asker, clock, line, from, to));
      histories.set(key, asked);
      return asked;
    },
  };
}

async function eventStarts({ db, userId }: UserContext, rule: Tried, from: Date, to: Date) {
  const triggers = rule.triggers.filter((one) => one.type === 'event');
  const types = triggers.map(({ event }) => event);
  const events = types.length > 0 ? await readSpan(db, userId, { from, to, types, limit: mostEvents + 1 }) : [];
  const looked = events.slice(0, mostEvents);
  const hits = looked.filter((event) => triggers.some((trigger) => fits(trigger, event)));
  const own = await ownEvents(db, userId, rule.id, hits);
  const starts = hits.map(
    (event): Start => ({ trigger: 'EVENT', at: event.at, moment: momentOf(event), isOwn: own.has(event.id) }),
  );
  return { starts, count: looked.length, truncated: events.length > mostEvents };
}

/** Which of these came of runs of the rule itself. */
async function ownEvents(db: UserContext['db'], userId: string, ruleId: string, events: readonly LoggedEvent[]) {
  const causes = events.flatMap(({ causationId }) => causationId ?? []);
  const runs = await db.ruleRun.findMany({ where: { userId, ruleId, id: { in: causes } }, select: { id: true } });
  const ids = new Set(runs.map(({ id }) => id));
  return new Set(events.filter(({ causationId }) => causationId && ids.has(causationId)).map(({ id }) => id));
}

function scheduleStarts(rule: Tried, clock: PersonalClock, from: Date, to: Date): Start[] {
  const falls = new Map<string, Start>();
  for (const trigger of rule.triggers) {
    if (trigger.type !== 'schedule') continue;
    // A rule that is younger would have counted from the first day looked at.
    const writtenAt = rule.createdAt < from ? rule.createdAt : from;
    const { startDate: _, ...old } = trigger;
    const schedule = scheduleOf(rule.createdAt < from ? trigger : old, clock.timeZone, writtenAt);
    for (const run of runsBetween(schedule, from, to)) {
      const occurrence = localOccurrence(run);
      falls.set(occurrence, { trigger: 'SCHEDULE', at: run.at, moment: { at: run.at.toISOString(), occurrence } });
    }
  }
  return [...falls.values()];
}

async function crossingStarts(rule: Tried, known: Knowledge, to: Date, notes: Set<string>): Promise<Start[]> {
  const starts: Start[] = [];
  for (const trigger of rule.triggers) {
    if (trigger.type !== 'condition') continue;
    const samples = await known.history(trigger);
    if (!samples) {
      notes.add(`Of ${trigger.metric} of this goal no past can be told: when it crossed the line is not known.`);
      continue;
    }
    notes.add(noteOn(trigger.metric));
    for (const { at, number } of crossings(trigger, samples, to)) {
      const moment = { at: at.toISOString(), goalId: trigger.goalId, value: number!.toString() };
      starts.push({ trigger: 'CONDITION', at, moment });
    }
  }
  return starts;
}

const noteOn = (metric: GoalLine['metric']) =>
  metric === 'SAFE_DAYS'
    ? 'Safe days of the past are reckoned by day, along the line that the goal has now.'
    : `${metric} of the past is told by day, from the goal’s entries.`;

async function tryOut(
  ctx: UserContext,
  rule: Tried,
  known: Knowledge,
  start: Start,
  judge: (condition: Condition) => Promise<SimulatedAutomationCondition>,
): Promise<SimulatedAutomationRun> {
  const { trigger, at, moment, isOwn } = start;
  const conditions: SimulatedAutomationCondition[] = [];
  for (const condition of rule.conditions) conditions.push(await judge(condition));
  const holds = conditions.some((one) => one.holds === false)
    ? false
    : conditions.some((one) => one.holds == null)
      ? null
      : true;
  const actions: SimulatedAutomationAction[] = [];
  for (const action of rule.actions) actions.push(await tryAction(ctx, rule, known, start, action));
  return {
    trigger,
    at,
    eventId: moment.event?.id ?? null,
    event: moment.event?.type ?? null,
    subjectId: moment.event?.subjectId ?? moment.goalId ?? null,
    localOccurrence: moment.occurrence ?? null,
    value: moment.value === undefined ? null : new Decimal(moment.value),
    wouldRun: isOwn ? false : holds,
    reason: isOwn ? 'OWN_EVENT' : holds === false ? 'CONDITION' : null,
    conditions,
    actions,
  };
}

async function tryAction(
  ctx: UserContext,
  rule: Tried,
  known: Knowledge,
  { at, moment }: Start,
  action: Action,
): Promise<SimulatedAutomationAction> {
  const platform = { db: ctx.db as UserContext['root'], graph: ctx.graph, now: ctx.now };
  const values = await valuesFor(platform, known.asker, rule, 'rulerun', moment, action, at, known.goal, known.clock);
  const rendered = renderAction(action, values);
  const problem = problemOf(rendered, rule.scopes);
  return { kind: stepKindOf(action), input: JSON.stringify(rendered), problem };
}

/** A condition as it was then, as far as that can be told. */
async function judgePast(
  condition: Condition,
  known: Knowledge,
  at: Date,
  notes: Set<string>,
): Promise<SimulatedAutomationCondition> {
  const kind = stepKindOf(condition);
  if (condition.type === 'time') return { kind, ...isWithin(condition, at, known.clock.timeZone) };
  const samples = toldMetrics.includes(condition.metric) ? await known.history(condition) : null;
  if (!samples) return { kind, holds: null, note: `Of ${condition.metric} of this goal no past can be told.` };
  notes.add(noteOn(condition.metric));
  return { kind, ...compare(condition, numberAt(samples, at)) };
}

async function judgeNow(condition: Condition, known: Knowledge, now: Date): Promise<SimulatedAutomationCondition> {
  const kind = stepKindOf(condition);
  if (condition.type === 'time') return { kind, ...isWithin(condition, now, known.clock.timeZone) };
  if (!known.asker.scopes.includes('goals:read'))
    return { kind, holds: null, note: 'Whoever asks may not read goals.' };
  const goal = await known.goal(condition.goalId);
  if (!goal) return { kind, holds: false, note: 'The goal is no more.' };
  return { kind, ...compare(condition, goal.numbers[condition.metric]) };
}
