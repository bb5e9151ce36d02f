import DataLoader from 'dataloader';
import type { UserContext } from './context.ts';
import { sha256 } from './crypto.ts';
import { Prisma } from './db.ts';
import { conflict, notFound } from './errors.ts';
import { canonical } from './idempotency.ts';
import { type Kind, kinds } from './ids.ts';

/** What stored objects of every domain have in common: being made once, being locked, having versions, being found by id. */

/** Tells whether a creation is the same one again. */
export const inputHash = (input: unknown): string => sha256(canonical(input));

/**
 * The object that already had the id of a creation: the same input means the same creation, sent again.
 * @throws UserErrors CONFLICT when it was made with other input.
 */
export function sameCreation<Row extends { inputHash: string | null }>(existing: Row, hash: string): Row {
  if (existing.inputHash === hash) return existing;
  throw conflict(['id'], 'There is already something else with this id.');
}

/**
 * Locks a row of the user until the transaction ends, so that two changes follow each other.
 * @throws UserErrors NOT_FOUND for an absent or foreign one.
 */
export async function lockRow(
  ctx: UserContext<unknown>,
  kind: Kind,
  id: string,
  what: string,
  path: string[] = ['id'],
): Promise<void> {
  const rows = await ctx.db.$queryRaw<unknown[]>`
    SELECT 1 FROM ${Prisma.raw(kinds[kind].table)} WHERE user_id = ${ctx.userId} AND id = ${id} FOR UPDATE`;
  if (rows.length === 0) throw notFound(path, what);
}

/** @throws UserErrors CONFLICT, with the current object in the payload. */
export function expectVersion(
  version: number,
  expected: number | null | undefined,
  payload: Record<string, unknown>,
): void {
  if (expected != null && expected !== version) {
    throw conflict(['expectedVersion'], `It was changed meanwhile: its version is ${version}.`, payload);
  }
}

/** The members of `wanted` that are given and differ from the row. */
export function changesOf<Row extends object, Wanted extends Partial<Row>>(row: Row, wanted: Wanted): Partial<Wanted> {
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([name, value]) => value !== undefined && canonical(value) !== canonical(row[name as keyof Row]),
    ),
  ) as Partial<Wanted>;
}

/** A loader of one user's rows by id, null for what is absent or someone else's. */
export function loadById<Row extends { id: string }>(
  userId: string,
  find: (args: { where: { userId: string; id: { in: string[] } } }) => PromiseLike<unknown[]>,
): DataLoader<string, Row | null> {
  return new DataLoader(async (ids) => {
    const rows = (await find({ where: { userId, id: { in: [...ids] } } })) as Row[];
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  });
}
