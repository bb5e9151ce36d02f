import type { UserContext } from '../shared/context.ts';
import { sha256 } from '../shared/crypto.ts';
import { Prisma } from '../shared/db.ts';
import { conflict, notFound } from '../shared/errors.ts';
import { canonical } from '../shared/idempotency.ts';
import { type Kind, kinds } from '../shared/ids.ts';

/** What stored objects of every sort have in common: being made once, being locked, having versions. */

/** Tells whether a creation is the same one again. */
export const inputHash = (input: unknown): string => sha256(canonical(input));

interface Created {
  id: string;
  inputHash: string;
}

/**
 * The object that already had the id of a creation: the same input means the same creation, sent again.
 * @throws UserErrors CONFLICT when it was made with other input.
 */
export function sameCreation<Row extends Created>(existing: Row, hash: string): Row {
  if (existing.inputHash === hash) return existing;
  throw conflict(['id'], 'There is already something else with this id.');
}

/**
 * Locks a row of the user until the transaction ends, so that two changes follow each other.
 * @throws UserErrors NOT_FOUND for an absent or foreign one.
 */
export async function lockRow(ctx: UserContext, kind: Kind, id: string, what: string): Promise<void> {
  const table = Prisma.raw(kinds[kind].table);
  const rows = await ctx.db.$queryRaw<unknown[]>`
    SELECT 1 FROM ${table} WHERE user_id = ${ctx.userId} AND id = ${id} FOR UPDATE`;
  if (rows.length === 0) throw notFound(['id'], what);
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
