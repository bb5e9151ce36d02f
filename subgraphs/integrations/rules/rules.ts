import type { UserContext } from '../../shared/context.ts';
import type { Prisma } from '../../shared/db.ts';
import { limit, notFound } from '../../shared/errors.ts';
import { publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { changesOf, expectVersion, inputHash, lockRow, sameCreation } from '../../shared/stored.ts';
import type { AutomationMode, CreateAutomationRuleInput, UpdateAutomationRuleInput } from '../generated.ts';
import { readAction } from './actions.ts';
import { RuleCheck } from './check.ts';
import { readCondition } from './conditions.ts';
import type { RuleRow } from './rule.ts';
import { readTrigger } from './triggers.ts';

const mostRules = 200;
const mostParts = 10;
const mostRuns = 20;
const usualRuns = 10;

type Given = Partial<Omit<CreateAutomationRuleInput, 'id' | 'active'>>;

/** Checks the parts that are given and puts them in the form in which they are stored. */
async function readParts(ctx: UserContext, id: string | null | undefined, given: Given) {
  const rule = new RuleCheck(ctx.now());
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
    triggers: read('triggers', given.triggers, 1, readTrigger),
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
  await rule.done(ctx.db, ctx.userId);
  return { ...parts, maxRuns };
}

/**
 * Writes down a rule.
 * @throws UserErrors INVALID, REQUIRED, NOT_FOUND (ids in it), CONFLICT (id), LIMIT.
 */
export async function createRule(ctx: UserContext, input: CreateAutomationRuleInput): Promise<RuleRow> {
  const { userId } = ctx;
  const { triggers, conditions, actions, maxRuns } = await readParts(ctx, input.id, input);
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
  await publish(ctx, { type: 'automationRule.created', subjectId: id, data: {} });
  return row;
}

/**
 * Changes a rule; lists that are given replace the old ones whole.
 * @throws UserErrors INVALID, REQUIRED, NOT_FOUND, CONFLICT with the current rule.
 */
export async function updateRule(ctx: UserContext, input: UpdateAutomationRuleInput): Promise<RuleRow> {
  await lockRow(ctx, 'rule', input.id, 'automation rule');
  const current = await findRule(ctx, input.id);
  expectVersion(current.version, input.expectedVersion, { automationRule: current });
  const mode = input.mode ?? (current.mode as AutomationMode);
  // A new mode brings its usual number of runs; otherwise the old number stays and must fit.
  const maxRuns = input.maxRuns ?? (mode === current.mode ? current.maxRuns : undefined);
  const parts = await readParts(ctx, null, {
    name: input.name ?? undefined,
    description: input.description,
    triggers: input.triggers ?? undefined,
    conditions: input.conditions ?? undefined,
    actions: input.actions ?? undefined,
    mode,
    maxRuns,
  });
  const changes = changesOf(current, {
    name: input.name ?? undefined,
    description: input.description,
    mode,
    active: input.active ?? undefined,
    ...parts,
  });
  if (Object.keys(changes).length === 0) return current;
  const data = { ...changes, version: current.version + 1, updatedAt: ctx.now() };
  const where = { userId_id: { userId: ctx.userId, id: input.id } };
  const changed = await ctx.db.automationRule.update({ where, data: data as Prisma.AutomationRuleUpdateInput });
  await publish(ctx, { type: 'automationRule.updated', subjectId: input.id, data: {} });
  return changed as unknown as RuleRow;
}

/** @throws UserErrors NOT_FOUND. */
export async function deleteRule(ctx: UserContext, id: string): Promise<void> {
  const { count } = await ctx.db.automationRule.deleteMany({ where: { userId: ctx.userId, id } });
  if (count === 0) throw notFound(['id'], 'automation rule');
  await publish(ctx, { type: 'automationRule.deleted', subjectId: id, data: {} });
}

async function findRule(ctx: UserContext, id: string): Promise<RuleRow> {
  const where = { userId_id: { userId: ctx.userId, id } };
  return (await ctx.db.automationRule.findUniqueOrThrow({ where })) as unknown as RuleRow;
}
