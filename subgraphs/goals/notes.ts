import type { LifeAreaNote } from '../../prisma/generated/client.ts';
import { Prisma, type Tx } from '../shared/db.ts';
import { badInput, limit } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { type Page, type Slice, toPage } from '../shared/pagination.ts';
import { expectVersion, inputHash, lockRow, sameCreation } from '../shared/stored.ts';
import type { GoalsUserContext } from './context.ts';
import type { AddLifeAreaNoteInput, DeleteLifeAreaNoteInput, UpdateLifeAreaNoteInput } from './generated.ts';
import { lockArea } from './lifeAreas.ts';
import { groupBy, noteColumns } from './rows.ts';

/** More notes than this on one life area nobody reads. */
const mostNotes = 1_000;
const longestText = 10_000;

/**
 * Keeps a note on a life area. The same id with the same input again gives the first result.
 * @throws UserErrors
 */
export async function addLifeAreaNote(ctx: GoalsUserContext, input: AddLifeAreaNoteInput): Promise<LifeAreaNote> {
  const { userId } = ctx;
  const checks = new Checks();
  checks.newId(['id'], 'note', input.id);
  checks.text(['text'], input.text, longestText);
  checks.done();
  const area = await lockArea(ctx, input.lifeAreaId, ['lifeAreaId']);
  const now = ctx.now();
  const hash = inputHash(input);
  const id = input.id ?? newId('note', now);
  const [note] = await ctx.db.lifeAreaNote.createManyAndReturn({
    data: { userId, id, lifeAreaId: area.id, text: input.text, inputHash: hash, createdAt: now, updatedAt: now },
    skipDuplicates: true,
  });
  if (!note) return sameCreation(await find(ctx, id), hash);
  await checkCount(ctx, area.id);
  await publish(ctx, { type: 'lifeAreaNote.created', subjectId: id, data: { lifeAreaId: area.id } });
  return note;
}

/**
 * Changes a note, or moves it.
 * @throws UserErrors; after a version conflict with the note as it is.
 */
export async function updateLifeAreaNote(ctx: GoalsUserContext, input: UpdateLifeAreaNoteInput): Promise<LifeAreaNote> {
  const current = await lockNote(ctx, input);
  const checks = new Checks();
  checks.text(['text'], input.text, longestText);
  for (const name of ['text', 'lifeAreaId'] as const) {
    if (input[name] === null) checks.add('REQUIRED', [name], `"${name}" cannot be taken away.`);
  }
  checks.done();
  const lifeAreaId = input.lifeAreaId ?? current.lifeAreaId;
  const isMoved = lifeAreaId !== current.lifeAreaId;
  if (isMoved) await lockArea(ctx, lifeAreaId, ['lifeAreaId']);
  const note = await ctx.db.lifeAreaNote.update({
    where: { userId_id: { userId: ctx.userId, id: input.id } },
    data: { text: input.text ?? current.text, lifeAreaId, version: { increment: 1 }, updatedAt: ctx.now() },
  });
  if (isMoved) await checkCount(ctx, lifeAreaId);
  await publish(ctx, { type: 'lifeAreaNote.updated', subjectId: note.id, data: { lifeAreaId } });
  return note;
}

/** @throws UserErrors; after a version conflict with the note as it is. */
export async function deleteLifeAreaNote(ctx: GoalsUserContext, input: DeleteLifeAreaNoteInput) {
  const { id, lifeAreaId } = await lockNote(ctx, input);
  await ctx.db.lifeAreaNote.delete({ where: { userId_id: { userId: ctx.userId, id } } });
  await publish(ctx, { type: 'lifeAreaNote.deleted', subjectId: id, data: { lifeAreaId } });
  return { deletedId: id };
}

const find = ({ db, userId }: GoalsUserContext, id: string) =>
  db.lifeAreaNote.findUniqueOrThrow({ where: { userId_id: { userId, id } } });

async function lockNote(ctx: GoalsUserContext, input: DeleteLifeAreaNoteInput): Promise<LifeAreaNote> {
  await lockRow(ctx, 'note', input.id, 'note');
  const note = await find(ctx, input.id);
  expectVersion(note.version, input.expectedVersion, { note });
  return note;
}

async function checkCount({ db, userId }: GoalsUserContext, lifeAreaId: string): Promise<void> {
  if ((await db.lifeAreaNote.count({ where: { userId, lifeAreaId } })) > mostNotes) {
    throw limit(['lifeAreaId'], `A life area can have at most ${mostNotes} notes.`);
  }
}

export interface AreaNotesKey {
  areaId: string;
  slice: Slice;
}

/** Pages of several areas' notes, the newest first: one statement for all areas that are asked for the same page. */
export async function readAreaNotes(
  db: Tx,
  userId: string,
  keys: readonly AreaNotesKey[],
): Promise<Page<LifeAreaNote>[]> {
  const pageOf = ({ slice }: AreaNotesKey) => JSON.stringify(slice);
  const groups = [...groupBy(keys, pageOf)].map(async ([name, group]) => {
    const { slice } = group[0]!;
    const [instant, id] = slice.position ?? [];
    if (
      slice.position &&
      !(typeof instant === 'string' && !Number.isNaN(Date.parse(instant)) && typeof id === 'string')
    )
      throw badInput('The cursor is not one that this connection gave out.');
    const [compare, order] = slice.backwards ? ['>', 'ASC'] : ['<', 'DESC'];
    const after = slice.position
      ? Prisma.sql`AND (n.created_at, n.id) ${Prisma.raw(compare)} (${instant}::timestamptz, ${id})`
      : Prisma.empty;
    const rows = await db.$queryRaw<LifeAreaNote[]>`
      SELECT ${noteColumns('note')} FROM unnest(${group.map(({ areaId }) => areaId)}::text[]) AS area(id)
      CROSS JOIN LATERAL (
        SELECT * FROM life_area_notes n WHERE n.user_id = ${userId} AND n.life_area_id = area.id ${after}
        ORDER BY n.created_at ${Prisma.raw(order)}, n.id ${Prisma.raw(order)} LIMIT ${slice.limit}::int
      ) note`;
    return [name, { slice, byArea: groupBy(rows, (row) => row.lifeAreaId) }] as const;
  });
  const read = new Map(await Promise.all(groups));
  return keys.map((key) => {
    const { slice, byArea } = read.get(pageOf(key))!;
    return toPage(byArea.get(key.areaId) ?? [], slice, (row) => [row.createdAt, row.id]);
  });
}
