import type { UserContext } from '../../shared/context.ts';
import type { Prisma } from '../../shared/db.ts';
import { forbidden, limit } from '../../shared/errors.ts';
import { publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { readClock } from '../../shared/personalClock.ts';
import { changesOf, expectVersion, inputHash, lockRow, sameCreation } from '../../shared/stored.ts';
import type { AutomationMode, CreateAutomationRuleInput, UpdateAutomationRuleInput } from '../generated.ts';
import { readAction } from './actions.ts';
import { RuleCheck } from './check.ts';
import { readCondition } from './conditions.ts';
import type { RuleRow, ScheduleTrigger, Trigger } from './rule.ts';
import { checkScopes, scopesOfAuthor } from './scopes.ts';
import { completed, endOpenRuns } from './starts.ts';
import { checkTemplates } from './templates.ts';
import { readTrigger } from './triggers.ts';
import { writeWatchers } from './watchers.ts';

const mostRules = 200;
const mostParts = 10;
const mostRuns = 20;
const usualRuns = 10;

type Given = Partial<Omit<CreateAutomationRuleInput, 'id' | 'active'>>;

/** A rule that writes rules would be hard to stop. */
function notByRules({ viewer }: UserContext): void {
  if (viewer.kind === 'automation') throw forbidden('A rule cannot write rules.');
}

/**
 * Checks the parts that are given and puts them in the form in which they are stored.
 * @param current the rule that they change: the parts that are not given stay
 */
export async function readParts(ctx: UserContext, id: string | null | undefined, given: Given, current?: RuleRow) {
  const rule = new RuleCheck(ctx.now(), (await readClock(ctx.db, ctx.userId)).timeZone);
  const { checks } = rule;
  checks.newId(['id'], 'rule', id);
  checks.text(['name'], given.name, 100);
  checks.text(['description'], given.description, 10_000, 0);
  const read = <Input, Part>(
    name: string,
    list: readonly Input[] | undefined,
    least: number,
    readOne: (rule: RuleCheck, path: (string | number)[], input: Input) => Part | null,
  ): Part[] | undefined => {
    if (!list || !checks.list([name], list, mostParts, least)) return undefined;
    return list.flatMap((input, i) => readOne(rule, [name, i], input) ?? []);
  };
  const parts = {
    triggers: keepStarts(read('triggers', given.triggers, 1, readTrigger), current?.triggers),
    conditions: read('conditions', given.conditions, 0, readCondition),
    actions: read('actions', given.actions, 1, readAction),
  };
  const several = given.mode === 'QUEUED' || given.mode === 'PARALLEL';
  const maxRuns = given.maxRuns ?? (several ? usualRuns : 1);
  checks.that(
    maxRuns >= 1 && maxRuns <= (several ? mostRuns : 1),
    ['maxRuns'],
    several
      ? `"maxRuns" must be between 1 and ${mostRuns}.`
      : `With the mode ${given.mode} there is one run at a time.`,
  );
  const whole = {
    triggers: parts.triggers ?? current?.triggers ?? [],
    conditions: parts.conditions ?? current?.conditions ?? [],
    actions: parts.actions ?? current?.actions ?? [],
  };
  const author = authorAfter(ctx, parts, current);
  if (author) {
    // Triggers and actions that are read without a fault are as many as were given.
    const isRead = whole.actions.length === (given.actions ?? current?.actions ?? []).length;
    if (isRead && !checks.failed) checkScopes(checks, whole, author.scopes);
    for (const [i, action] of whole.actions.entries()) {
      if (isRead) checkTemplates(checks, ['actions', i], action, whole.triggers);
    }
  }
  await rule.done(ctx.db, ctx.userId);
  return { parts: { ...parts, maxRuns }, author };
}

/** A schedule that is written down once more goes on counting from where it began. */
function keepStarts(triggers: Trigger[] | undefined, before: readonly Trigger[] = []): Trigger[] | undefined {
  return triggers?.map((trigger) => {
    if (trigger.type !== 'schedule') return trigger;
    const { cron, rrule, timeZone } = trigger;
    const same = before.find(
      (one) => one.type === 'schedule' && one.cron === cron && one.rrule === rrule && one.timeZone === timeZone,
    );
    return (same as ScheduleTrigger | undefined) ?? trigger;
  });
}

/**
 * What the rule may do once these parts are as they are given. Who writes its actions lends it their rights; who changes when they are taken
 * leaves it no more than both have. Null when none of that changes.
 */
function authorAfter(
  { viewer }: UserContext,
  { triggers, conditions, actions }: { triggers?: unknown; conditions?: unknown; actions?: unknown },
  current: RuleRow | undefined,
): Pick<RuleRow, 'scopes' | 'authorKind' | 'authorId'> | null {
  const own = scopesOfAuthor(viewer);
  if (actions || !current) return { scopes: own, authorKind: viewer.kind, authorId: viewer.credentialId };
  if (!triggers && !conditions) return null;
  const { authorKind, authorId } = current;
  return { scopes: current.scopes.filter((scope) => own.includes(scope)), authorKind, authorId };
}

/**
 * Writes down a rule.
 * @throws UserErrors INVALID, REQUIRED, NOT_FOUND (ids in it), CONFLICT (id), LIMIT.
 */
export async function createRule(ctx: UserContext, input: CreateAutomationRuleInput): Promise<RuleRow> {
  const { userId } = ctx;
  notByRules(ctx);
  const { parts, author } = await readParts(ctx, input.id, input);
  const { triggers, conditions, actions, maxRuns } = parts;
  const hash = inputHash(input);
  const now = ctx.now();
  const id = input.id ?? newId('rule', now);
  const row: RuleRow = {
    userId,
    id,
    name: input.name,
    description: input.description ?? null,
    triggers: triggers!,
    conditions: conditions!,
    actions: actions!,
    mode: input.mode,
    maxRuns,
    active: input.active,
    ...author!,
    failures: 0,
    disabledReason: null,
    inputHash: hash,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const data = row as unknown as Prisma.AutomationRuleCreateManyInput;
  const { count } = await ctx.db.automationRule.createMany({ data: [data], skipDuplicates: true });
  if (count === 0) return sameCreation(await findRule(ctx, id), hash);
  const having = await ctx.db.automationRule.count({ where: { userId } });
  if (having > mostRules) throw limit([], `One may have at most ${mostRules} automation rules.`);
  await writeWatchers(ctx.db, row, now);
  await publish(ctx, { type: 'automationRule.created', subjectId: id, data: {} });
  return row;
}

/**
 * Changes a rule; lists that are given replace the old ones whole.
 * @throws UserErrors INVALID, REQUIRED, NOT_FOUND, CONFLICT with the current rule.
 */
export async function updateRule(ctx: UserContext, input: UpdateAutomationRuleInput): Promise<RuleRow> {
  notByRules(ctx);
  await lockRow(ctx, 'rule', input.id, 'automation rule');
  const current = await findRule(ctx, input.id);
  expectVersion(current.version, input.expectedVersion, { automationRule: current });
  const mode = input.mode ?? (current.mode as AutomationMode);
  // A new mode brings its usual number of runs; otherwise the old number stays and must fit.
  const maxRuns = input.maxRuns ?? (mode === current.mode ? current.maxRuns : undefined);
  const given = {
    name: input.name ?? undefined,
    description: input.description,
    triggers: input.triggers ?? undefined,
    conditions: input.conditions ?? undefined,
    actions: input.actions ?? undefined,
    mode,
    maxRuns,
  };
  const { parts, author } = await readParts(ctx, null, given, current);
  const changes = changesOf(current, {
    name: input.name ?? undefined,
    description: input.description,
    mode,
    active: input.active ?? undefined,
    ...parts,
    ...author,
    // Switched on by hand, it begins anew.
    ...(input.active && { failures: 0, disabledReason: null }),
  });
  if (Object.keys(changes).length === 0) return current;
  const now = ctx.now();
  const data = { ...changes, version: current.version + 1, updatedAt: now };
  const where = { userId_id: { userId: ctx.userId, id: input.id } };
  const changed = (await ctx.db.automationRule.update({
    where,
    data: data as Prisma.AutomationRuleUpdateInput,
  })) as unknown as RuleRow;
  if (changes.triggers || changes.active !== undefined) await writeWatchers(ctx.db, changed, now);
  const ended =
    changes.active === false ? await endOpenRuns(ctx.db, changed, 'ENDED', 'The rule was switched off.', now) : [];
  await publish(ctx, ...ended.map((run) => completed(run, 'CANCELLED')), {
    type: 'automationRule.updated',
    subjectId: input.id,
    data: {},
  });
  return changed;
}

/** @throws UserErrors NOT_FOUND. */
export async function deleteRule(ctx: UserContext, id: string): Promise<void> {
  // No run begins from here on: each that goes along is told of.
  await lockRow(ctx, 'rule', id, 'automation rule');
  const runs = await ctx.db.ruleRun.findMany({ where: { userId: ctx.userId, ruleId: id }, select: { id: true } });
  await ctx.db.automationRule.deleteMany({ where: { userId: ctx.userId, id } });
  await publish(
    ctx,
    ...runs.map((run) => ({ type: 'automationRun.deleted' as const, subjectId: run.id, data: { ruleId: id } })),
    { type: 'automationRule.deleted', subjectId: id, data: {} },
  );
}

async function findRule(ctx: UserContext, id: string): Promise<RuleRow> {
  const where = { userId_id: { userId: ctx.userId, id } };
  return (await ctx.db.automationRule.findUniqueOrThrow({ where })) as unknown as RuleRow;
}
