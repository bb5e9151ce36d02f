import { z } from 'zod';
import type { Imports } from '../shared/archives.ts';
import { imported, putPart } from '../shared/importedRows.ts';
import { problemOf } from '../shared/schedules/schedule.ts';
import type { CategoryRow } from './rows.ts';
import { nextColumns, scheduleOf, shortestInterval } from './schedule.ts';

const { always, id, text, integer, date, at } = imported;
const common = { version: integer(1), createdAt: at, updatedAt: at };
const hash = text(200);
const list = text(200_000).transform((texts) => texts.split(' ').filter(Boolean));

interface Scheduled {
  scheduleKind: 'RRULE' | 'CRON' | null;
  scheduleText: string | null;
  scheduleZone: string | null;
  scheduleDate: string | null;
  scheduleTime: string | null;
}

/** Whether a schedule can be followed; one that has ended is none the worse for it. */
function canBeFollowed(row: Scheduled): boolean {
  const { scheduleKind: kind, scheduleText, scheduleZone: timeZone, scheduleDate, scheduleTime: startTime } = row;
  if (kind === null) return true;
  // What is not whole, PostgreSQL refuses.
  if (!scheduleText || !timeZone || !scheduleDate || !startTime) return true;
  const schedule = { kind, text: scheduleText, timeZone, startDate: scheduleDate, startTime };
  try {
    return problemOf(schedule, new Date(Date.parse(scheduleDate) - 2 * 86_400_000), shortestInterval) === null;
  } catch {
    return false;
  }
}

/** A source or a claim of a result. */
interface PartRow extends Record<string, unknown> {
  resultId: string;
  position: number;
}
const partsOfResults = { table: 'research_results', event: () => null };

/** What of an archive comes back here: what is looked into and what was found, with its sources; not how runs went. */
export const imports: Imports = {
  types: [
    {
      name: 'research_categories',
      table: 'research_categories',
      row: z
        .object({
          id: id('category'),
          name: text(200),
          description: text(20_000),
          prompt: text(20_000),
          sources: list,
          scheduleKind: z.enum(['RRULE', 'CRON']).nullable(),
          scheduleText: text(500).nullable(),
          scheduleZone: text(100).nullable(),
          scheduleDate: date.nullable(),
          scheduleTime: z
            .string()
            .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not HH:MM')
            .nullable(),
          active: z.boolean(),
          missedRunPolicy: text(40),
          // Reckoned from now on: what fell meanwhile is not made up for.
          nextRunAt: always(null),
          nextLocal: always(null),
          inputHash: always(''),
          ...common,
        })
        .refine(canBeFollowed, { path: ['scheduleText'], message: 'This schedule cannot be followed' }),
      event: ({ id }) => ({ type: 'researchCategory.created', subjectId: id as string, data: {} }),
    },
    {
      name: 'research_results',
      table: 'research_results',
      row: z.object({
        id: id('result'),
        categoryId: id('category'),
        runId: always(null),
        title: text(2_000),
        summary: text(200_000),
        content: text(2_000_000),
        sources: always([]),
        claims: always([]),
        status: text(40),
        researchDate: date,
        createdIds: list,
        ...common,
      }),
      // As made, each would be told of as news.
      event: ({ id, categoryId }) => ({
        type: 'researchResult.updated',
        subjectId: id as string,
        data: { categoryId: categoryId as string },
      }),
    },
    {
      ...partsOfResults,
      name: 'research_sources',
      row: z.object({
        resultId: id('result'),
        position: integer(0),
        url: z.url({ protocol: /^https?$/ }),
        title: text(10_000),
        fetchedAt: z.iso.datetime({ offset: true }),
        hash,
        snapshotId: id('snapshot').nullable(),
      }),
      put(tx, userId, row) {
        const { resultId: id, position, snapshotId, ...source } = row as unknown as PartRow;
        const part = { ...source, ...(snapshotId !== null && { snapshotId }) };
        return putPart(tx, { table: 'research_results', column: 'sources' }, { userId, id, position }, part);
      },
    },
    {
      ...partsOfResults,
      name: 'research_claims',
      row: z.object({
        resultId: id('result'),
        position: integer(0),
        text: text(100_000),
        quote: text(100_000).nullable(),
        verdict: z.enum(['VERBATIM', 'SUPPORTED', 'UNVERIFIED']),
        sourcePosition: integer(0).nullable(),
      }),
      put(tx, userId, row) {
        const { resultId: id, position, sourcePosition, ...claim } = row as unknown as PartRow;
        const part = { ...claim, source: sourcePosition };
        return putPart(tx, { table: 'research_results', column: 'claims' }, { userId, id, position }, part);
      },
    },
    {
      name: 'research_reviews',
      table: 'research_reviews',
      key: ['resultId', 'ordinal'],
      row: z.object({
        resultId: id('result'),
        ordinal: integer(1),
        fromStatus: z.enum(['PENDING', 'APPROVED', 'REJECTED', 'INTEGRATED']),
        toStatus: z.enum(['PENDING', 'APPROVED', 'REJECTED', 'INTEGRATED']),
        actorKind: text(40),
        actorId: text(200),
        reason: text(20_000).nullable(),
        at,
      }),
      event: () => null,
    },
    {
      // After what refers to them: those that nothing refers to are swept away.
      name: 'research_snapshots',
      table: 'research_snapshots',
      row: z.object({
        id: id('snapshot'),
        kind: text(40),
        url: text(10_000),
        finalUrl: text(10_000),
        feedUrl: text(10_000).nullable(),
        title: text(10_000),
        text: text(3_000_000),
        hash,
        bytes: integer(0),
        etag: text(10_000).nullable(),
        lastModified: text(10_000).nullable(),
        publishedAt: at.nullable(),
        fetchedAt: at,
        checkedAt: at,
      }),
      event: () => null,
    },
  ],
  async after(tx, userId, now) {
    const rows = (await tx.researchCategory.findMany({
      where: { userId, active: true, nextRunAt: null, scheduleKind: { not: null } },
      orderBy: { id: 'asc' },
    })) as CategoryRow[];
    for (const row of rows) {
      const data = nextColumns(scheduleOf(row), true, now);
      await tx.researchCategory.updateMany({ where: { userId, id: row.id, nextRunAt: null }, data });
    }
  },
};
