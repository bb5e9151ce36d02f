import type { ExportedType } from '../shared/archives.ts';
import type { Tx } from '../shared/db.ts';
import { dateText } from './dates.ts';
import { forgetFigures } from './figures.ts';

/** What belongs to a person here: everything that goes into their export, and that is deleted with their account. */
type Row = Record<string, unknown>;

/** Without what only serves the machinery; dates as dates, decimals as their text. */
function plain(row: Row): Row {
  const dates = ['startDate', 'deadline', 'localDate', 'dueDate', 'reachedOn'];
  const internal = ['userId', 'inputHash', 'progressVersion', 'total'];
  return Object.fromEntries(
    Object.entries(row)
      .filter(([name]) => !internal.includes(name))
      .map(([name, value]) => [name, value instanceof Date && dates.includes(name) ? dateText(value) : value]),
  );
}

const pageSize = 2_000;

/** Reads a table page by page, so that an export of a million entries needs little memory. */
async function* pages(
  find: (args: {
    take: number;
    where: { id: { gt: string } };
    orderBy: { id: 'asc' };
  }) => Promise<(Row & { id: string })[]>,
): AsyncIterable<Row> {
  for (let after = ''; ; ) {
    const rows = await find({ take: pageSize, where: { id: { gt: after } }, orderBy: { id: 'asc' } });
    for (const row of rows) yield plain(row);
    if (rows.length < pageSize) return;
    after = rows.at(-1)!.id;
  }
}

export const exports: readonly ExportedType[] = [
  {
    name: 'life-areas',
    about: 'Areas of your life.',
    rows: (db, userId) => pages((args) => db.lifeArea.findMany({ ...args, where: { ...args.where, userId } })),
  },
  {
    name: 'life-area-notes',
    about: 'Notes on areas of your life.',
    rows: (db, userId) => pages((args) => db.lifeAreaNote.findMany({ ...args, where: { ...args.where, userId } })),
  },
  {
    name: 'goals',
    about: 'Goals.',
    rows: (db, userId) => pages((args) => db.goal.findMany({ ...args, where: { ...args.where, userId } })),
  },
  {
    name: 'progress-entries',
    about: 'What you logged for goals.',
    rows: (db, userId) => pages((args) => db.progressEntry.findMany({ ...args, where: { ...args.where, userId } })),
  },
  {
    name: 'milestones',
    about: 'Steps on the way to goals.',
    rows: (db, userId) => pages((args) => db.milestone.findMany({ ...args, where: { ...args.where, userId } })),
  },
  {
    name: 'achievements',
    about: 'What you have earned.',
    rows: (db, userId) => pages((args) => db.achievement.findMany({ ...args, where: { ...args.where, userId } })),
  },
];

/** Deletes every row of the person in this domain. */
export async function erase(tx: Tx, userId: string): Promise<void> {
  await tx.achievement.deleteMany({ where: { userId } });
  await tx.milestone.deleteMany({ where: { userId } });
  await tx.goalDay.deleteMany({ where: { userId } });
  await tx.progressEntry.deleteMany({ where: { userId } });
  await tx.goal.deleteMany({ where: { userId } });
  await tx.lifeAreaNote.deleteMany({ where: { userId } });
  await tx.lifeArea.deleteMany({ where: { userId } });
  forgetFigures(userId);
}
