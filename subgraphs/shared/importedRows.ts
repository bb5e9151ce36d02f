import { z } from 'zod';
import { Prisma, type Tx } from './db.ts';
import type { Kind } from './ids.ts';

/** What cells of an archive look like; PostgreSQL's constraints say the rest. */
export const imported = {
  /** Whatever the archive says, or not, of a column that is not brought. */
  always: <T>(value: T) =>
    z
      .unknown()
      .optional()
      .transform(() => value),
  id: (kind: Kind | 'snapshot') => z.string().regex(new RegExp(`^${kind}_[0-9a-f]{32}$`), `not the id of a ${kind}`),
  text: (most: number) => z.string().max(most),
  integer: (least: number) => z.number().int().min(least).max(2_147_483_647),
  decimal: z.union([z.string().regex(/^-?\d{1,18}(\.\d{1,12})?$/, 'not a decimal number'), z.number()]),
  date: z.iso.date(),
  at: z.iso.datetime(),
};

/** A row of an archive that has no place here. */
export class DoesNotFit extends Error {}

/**
 * Puts a part at its place in a list that a row holds as JSON. A part that is there already stays as it is.
 * @param list the table and its column, as the domain states them
 * @returns false when it was there.
 * @throws DoesNotFit when the row is not there, or a part before this one.
 */
export async function putPart(
  tx: Tx,
  list: { table: string; column: string },
  at: { userId: string; id: string; position: number },
  part: object,
): Promise<boolean> {
  const [table, column] = [Prisma.raw(list.table), Prisma.raw(list.column)];
  const [row] = await tx.$queryRaw<{ length: number }[]>`
    SELECT jsonb_array_length(${column}) AS length FROM ${table}
    WHERE user_id = ${at.userId} AND id = ${at.id} FOR UPDATE`;
  if (!row || row.length < at.position) throw new DoesNotFit();
  if (row.length > at.position) return false;
  await tx.$executeRaw`
    UPDATE ${table} SET ${column} = ${column} || jsonb_build_array(${JSON.stringify(part)}::jsonb)
    WHERE user_id = ${at.userId} AND id = ${at.id}`;
  return true;
}
