import type { Tx } from '../shared/db.ts';
import { Prisma } from '../shared/db.ts';
import { type Kind, kindOf, kinds } from '../shared/ids.ts';
import type { Checks } from '../shared/input.ts';

/** An id in an input, and the way to it. */
export interface GivenId {
  id: string;
  path: (string | number)[];
}

/**
 * Which of these ids are not objects of the user. It knows no domain: only the list of kinds, and that every one of their
 * tables is keyed by (user_id, id). One statement a kind.
 */
export async function missingIds(db: Tx, userId: string, ids: readonly string[]): Promise<Set<string>> {
  const missing = new Set(ids);
  missing.delete(userId);
  const present = new Set([...missing].map(kindOf));
  for (const kind of present) {
    if (kind === null || kind === 'user') continue;
    const some = ids.filter((id) => kindOf(id) === kind);
    const rows = await db.$queryRaw<{ id: string }[]>`
      SELECT id FROM ${Prisma.raw(kinds[kind].table)} WHERE user_id = ${userId} AND id = ANY(${some})`;
    for (const { id } of rows) missing.delete(id);
  }
  return missing;
}

/** Notes NOT_FOUND for every id that is malformed, absent, foreign, or not of `kind` when one is wanted. */
export async function checkReferences(
  checks: Checks,
  db: Tx,
  userId: string,
  given: readonly GivenId[],
  kind?: Kind,
): Promise<void> {
  const missing = await missingIds(
    db,
    userId,
    given.map(({ id }) => id),
  );
  for (const { id, path } of given) {
    const found = !missing.has(id) && (kind === undefined || kindOf(id) === kind);
    if (!found) checks.add('NOT_FOUND', path, `There is no such ${kind ?? 'object'}.`);
  }
}
