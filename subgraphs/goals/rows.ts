import { Prisma } from '../../prisma/generated/client.ts';

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A model's columns for a hand-written SELECT, so that its rows look like Prisma's: `g.user_id AS "userId", …`. */
const columns = (alias: string, fields: Record<string, string>) =>
  Prisma.raw(
    Object.keys(fields)
      .map((name) => `${alias}.${snake(name)} AS "${name}"`)
      .join(', '),
  );

export const goalColumns = (alias: string) => columns(alias, Prisma.GoalScalarFieldEnum);
export const noteColumns = (alias: string) => columns(alias, Prisma.LifeAreaNoteScalarFieldEnum);
export const entryColumns = (alias: string) => columns(alias, Prisma.ProgressEntryScalarFieldEnum);

/** Rows by the value of one of their columns. */
export function groupBy<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
