/** Results come from runs: for tests of what comes after, straight into the tables. */
import type { Prisma } from '../../prisma/generated/client.ts';
import type { Db } from '../../subgraphs/shared/db.ts';
import { newId } from '../../subgraphs/shared/ids.ts';

interface Place {
  db: Db;
  userId: string;
  now: Date;
}

/** Adds a category. */
export async function addCategory({ db, userId, now }: Place, name = 'Sleep'): Promise<string> {
  const id = newId('category', now);
  await db.researchCategory.create({ data: { userId, id, name, inputHash: '', createdAt: now, updatedAt: now } });
  return id;
}

/** Adds a result, approved unless it is said otherwise, to a category of its own or to the one that is named. */
export async function addResult(
  place: Place,
  more: Partial<Prisma.ResearchResultUncheckedCreateInput> = {},
): Promise<string> {
  const { db, userId, now } = place;
  const id = newId('result', now);
  await db.researchResult.create({
    data: {
      userId,
      id,
      categoryId: more.categoryId ?? (await addCategory(place)),
      title: 'A study',
      summary: 'Short.',
      content: '# Long',
      status: 'APPROVED',
      sources: [
        { url: 'https://example.org/study', title: 'Study', fetchedAt: '2026-03-10T06:00:00.000Z', hash: 'ab12' },
      ],
      claims: [{ text: 'It helps.', quote: 'it helped', source: 0, verdict: 'VERBATIM' }],
      researchDate: new Date('2026-03-10'),
      createdAt: now,
      updatedAt: now,
      ...more,
    },
  });
  return id;
}
