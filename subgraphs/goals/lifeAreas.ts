import type { LifeArea } from '../../prisma/generated/client.ts';
import { sha256 } from '../shared/crypto.ts';
import { conflict, invalid, limit, notFound } from '../shared/errors.ts';
import { type NewEvent, publish } from '../shared/events.ts';
import { canonical } from '../shared/idempotency.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import type { GoalsUserContext } from './context.ts';
import { type CustomFieldDefinition, type CustomFieldIssue, checkDefinitions } from './customFields.ts';
import type { CreateLifeAreaInput, DeleteLifeAreaInput, UpdateLifeAreaInput } from './generated.ts';

/** More life areas than this nobody can keep in order. */
export const mostAreas = 100;

/**
 * Makes a life area at the end of the list. The same id with the same input again gives the first result.
 * @throws UserErrors
 */
export async function createLifeArea(ctx: GoalsUserContext, input: CreateLifeAreaInput): Promise<LifeArea> {
  const checks = new Checks();
  checks.newId(['id'], 'area', input.id);
  checkTexts(checks, input);
  const customFields = checkFields(checks, input.customFields ?? []);
  checks.done();
  const [last] = await ctx.db.$queryRaw<{ count: number; position: number }[]>`
    SELECT count(*)::int AS count, coalesce(max(position), -1)::int AS position FROM life_areas WHERE user_id = ${ctx.userId}`;
  const now = ctx.now();
  const row = {
    userId: ctx.userId,
    id: input.id ?? newId('area', now),
    kind: input.kind,
    name: input.name.trim(),
    description: input.description || null,
    color: input.color?.toUpperCase() || null,
    icon: input.icon || null,
    active: input.active ?? true,
    position: last!.position + 1,
    customFields: customFields as object[],
    inputHash: sha256(canonical(input)),
    createdAt: now,
    updatedAt: now,
  };
  const [created] = await ctx.db.lifeArea.createManyAndReturn({ data: row, skipDuplicates: true });
  if (!created) return sameArea(ctx, row.id, row.inputHash);
  if (last!.count >= mostAreas) throw limit([], `There can be at most ${mostAreas} life areas.`);
  await publish(ctx, { type: 'lifeArea.created', subjectId: created.id, data: {} });
  return created;
}

async function sameArea(ctx: GoalsUserContext, id: string, inputHash: string): Promise<LifeArea> {
  const known = await ctx.db.lifeArea.findUnique({ where: { userId_id: { userId: ctx.userId, id } } });
  if (known?.inputHash !== inputHash) throw conflict(['id'], 'This id was already used with other input.');
  return known;
}

/**
 * Changes a life area.
 * @throws UserErrors; after a version conflict with the area as it is.
 */
export async function updateLifeArea(ctx: GoalsUserContext, input: UpdateLifeAreaInput): Promise<LifeArea> {
  const area = await lockArea(ctx, input.id, ['id']);
  checkVersion(area, input.expectedVersion);
  const checks = new Checks();
  checkTexts(checks, input);
  for (const name of ['kind', 'name', 'active', 'customFields'] as const) {
    if (input[name] === null) checks.add('REQUIRED', [name], `"${name}" cannot be taken away.`);
  }
  const customFields = input.customFields == null ? null : checkFields(checks, input.customFields);
  checks.done();
  const updated = await ctx.db.lifeArea.update({
    where: { userId_id: { userId: ctx.userId, id: area.id } },
    data: {
      kind: input.kind ?? area.kind,
      name: input.name?.trim() ?? area.name,
      description: input.description === undefined ? area.description : input.description || null,
      color: input.color === undefined ? area.color : input.color?.toUpperCase() || null,
      icon: input.icon === undefined ? area.icon : input.icon || null,
      active: input.active ?? area.active,
      ...(customFields && { customFields: customFields as object[] }),
      version: { increment: 1 },
      updatedAt: ctx.now(),
    },
  });
  await publish(ctx, { type: 'lifeArea.updated', subjectId: area.id, data: {} });
  return updated;
}

/**
 * Deletes a life area with its notes. Its goals move to `moveGoalsTo`, or stay without an area: they are never deleted.
 * @throws UserErrors; after a version conflict with the area as it is.
 */
export async function deleteLifeArea(ctx: GoalsUserContext, input: DeleteLifeAreaInput) {
  if (input.moveGoalsTo === input.id) throw invalid(['moveGoalsTo'], 'Goals cannot move to the area that is deleted.');
  const area = await lockArea(ctx, input.id, ['id']);
  checkVersion(area, input.expectedVersion);
  if (input.moveGoalsTo != null) await lockArea(ctx, input.moveGoalsTo, ['moveGoalsTo']);
  const moved = await ctx.db.goal.updateManyAndReturn({
    where: { userId: ctx.userId, lifeAreaId: area.id },
    data: { lifeAreaId: input.moveGoalsTo ?? null, version: { increment: 1 }, updatedAt: ctx.now() },
    select: { id: true },
  });
  const notes = await ctx.db.lifeAreaNote.findMany({
    where: { userId: ctx.userId, lifeAreaId: area.id },
    select: { id: true },
  });
  await ctx.db.lifeArea.delete({ where: { userId_id: { userId: ctx.userId, id: area.id } } });
  const events: NewEvent[] = [
    ...moved.map(({ id }): NewEvent => ({ type: 'goal.updated', subjectId: id, data: {} })),
    ...notes.map(
      ({ id }): NewEvent => ({ type: 'lifeAreaNote.deleted', subjectId: id, data: { lifeAreaId: area.id } }),
    ),
  ];
  await publish(ctx, ...events, { type: 'lifeArea.deleted', subjectId: area.id, data: {} });
  return { deletedId: area.id, movedGoalCount: moved.length };
}

/**
 * Puts areas into a new order; those left out follow in the order they had.
 * @throws UserErrors for an id that is unknown or given twice.
 */
export async function reorderLifeAreas(ctx: GoalsUserContext, ids: readonly string[]): Promise<LifeArea[]> {
  const checks = new Checks();
  checks.list(['ids'], ids, mostAreas, 1);
  checks.done();
  await ctx.db.$queryRaw`SELECT 1 FROM life_areas WHERE user_id = ${ctx.userId} ORDER BY id FOR UPDATE`;
  const areas = await ctx.db.lifeArea.findMany({
    where: { userId: ctx.userId },
    orderBy: [{ position: 'asc' }, { id: 'asc' }],
  });
  const known = new Map(areas.map((area) => [area.id, area]));
  const seen = new Set<string>();
  ids.forEach((id, i) => {
    if (!known.has(id)) checks.add('NOT_FOUND', ['ids', i], 'There is no such life area.');
    else if (seen.has(id)) checks.add('INVALID', ['ids', i], 'This area is in the list twice.');
    seen.add(id);
  });
  checks.done();
  const order = [...ids, ...areas.map(({ id }) => id).filter((id) => !seen.has(id))];
  const moved = order.filter((id, position) => known.get(id)!.position !== position);
  const now = ctx.now();
  if (moved.length > 0) {
    await ctx.db.$executeRaw`
      UPDATE life_areas SET position = asked.nth - 1, version = version + 1, updated_at = ${now}::timestamptz
      FROM unnest(${order}::text[]) WITH ORDINALITY AS asked(id, nth)
      WHERE user_id = ${ctx.userId} AND life_areas.id = asked.id AND position <> asked.nth - 1`;
    await publish(ctx, ...moved.map((id) => ({ type: 'lifeArea.updated' as const, subjectId: id, data: {} })));
  }
  return order.map((id, position) => {
    const area = known.get(id)!;
    return area.position === position ? area : { ...area, position, version: area.version + 1, updatedAt: now };
  });
}

/** An area, locked, so that it does not change or go until the transaction ends. */
export async function lockArea(ctx: GoalsUserContext, id: string, path: string[]): Promise<LifeArea> {
  await ctx.db.$queryRaw`SELECT 1 FROM life_areas WHERE user_id = ${ctx.userId} AND id = ${id} FOR UPDATE`;
  const area = await ctx.db.lifeArea.findUnique({ where: { userId_id: { userId: ctx.userId, id } } });
  if (!area) throw notFound(path, 'life area');
  return area;
}

function checkVersion(area: LifeArea, expected: number | null | undefined): void {
  if (expected != null && expected !== area.version) {
    throw conflict(['expectedVersion'], 'The life area was changed meanwhile.', { lifeArea: area });
  }
}

function checkTexts(checks: Checks, input: Pick<UpdateLifeAreaInput, 'name' | 'description' | 'color' | 'icon'>): void {
  checks.text(['name'], input.name, 100);
  checks.text(['description'], input.description, 10_000, 0);
  checks.text(['icon'], input.icon, 50, 0);
  if (input.color && !/^#[0-9a-fA-F]{6}$/.test(input.color)) {
    checks.add('INVALID', ['color'], 'A colour is written as # and six hexadecimal digits, e.g. "#3A7BD5".');
  }
}

function checkFields(checks: Checks, input: unknown): CustomFieldDefinition[] {
  const checked = checkDefinitions(input);
  if (checked.ok) return checked.value;
  addIssues(checks, checked.issues, ['customFields']);
  return [];
}

const issueCodes = {
  REQUIRED: 'REQUIRED',
  INVALID: 'INVALID',
  TOO_LONG: 'LIMIT',
  TOO_MANY: 'LIMIT',
  DUPLICATE: 'TAKEN',
  UNKNOWN: 'NOT_FOUND',
} as const;

/** Takes over what was found wrong with custom fields. */
export function addIssues(checks: Checks, issues: readonly CustomFieldIssue[], path: (string | number)[]): void {
  for (const issue of issues) {
    const message = `${issue.message.charAt(0).toUpperCase()}${issue.message.slice(1)}.`;
    checks.add(issueCodes[issue.code], [...path, ...issue.path], message);
  }
}
