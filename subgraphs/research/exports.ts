import type { ExportedType } from '../shared/archives.ts';
import type { Tx } from '../shared/db.ts';
import type { FetchedSource, ResultRow, StoredClaim } from './rows.ts';

const chunk = 200;
const day = (date: Date | null) => date?.toISOString().slice(0, 10) ?? null;

async function categories(db: Tx, userId: string) {
  const rows = await db.researchCategory.findMany({ where: { userId }, orderBy: { id: 'asc' } });
  return rows.map(({ userId: _, inputHash: __, sources, scheduleDate, nextRunAt, createdAt, updatedAt, ...row }) => ({
    ...row,
    sources: sources.join(' '),
    nextRunAt: nextRunAt?.toISOString() ?? null,
    scheduleDate: day(scheduleDate),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }));
}

/** A chunk at a time: years of results need not fit into memory. */
async function* resultRows(db: Tx, userId: string): AsyncGenerator<ResultRow> {
  for (let after = ''; ; ) {
    const rows = await db.researchResult.findMany({
      where: { userId, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: chunk,
    });
    yield* rows as unknown as ResultRow[];
    if (rows.length < chunk) return;
    after = rows.at(-1)!.id;
  }
}

async function* results(db: Tx, userId: string) {
  for await (const row of resultRows(db, userId)) {
    const { userId: _, sources: __, claims: ___, createdIds, researchDate, createdAt, updatedAt, ...rest } = row;
    yield {
      ...rest,
      createdIds: createdIds.join(' '),
      researchDate: day(researchDate),
      createdAt: createdAt.toISOString(),
      updatedAt: updatedAt.toISOString(),
    };
  }
}

async function* sources(db: Tx, userId: string) {
  for await (const { id, sources } of resultRows(db, userId)) {
    for (const [position, { snapshotId = null, ...source }] of (sources as FetchedSource[]).entries())
      yield { resultId: id, position, ...source, snapshotId };
  }
}

async function* claims(db: Tx, userId: string) {
  for await (const { id, claims } of resultRows(db, userId)) {
    for (const [position, { source, ...claim }] of (claims as StoredClaim[]).entries()) {
      yield { resultId: id, position, ...claim, sourcePosition: source };
    }
  }
}

async function reviews(db: Tx, userId: string) {
  const rows = await db.researchReview.findMany({
    where: { userId },
    orderBy: [{ resultId: 'asc' }, { ordinal: 'asc' }],
  });
  return rows.map(({ userId: _, at, ...row }) => ({ ...row, at: at.toISOString() }));
}

async function runs(db: Tx, userId: string) {
  const rows = await db.researchRun.findMany({ where: { userId }, orderBy: { id: 'asc' } });
  return rows.map(({ userId: _, inputHash: __, lease: ___, leaseUntil: ____, cost, ...row }) => ({
    ...row,
    cost: cost.toFixed(),
    dueAt: row.dueAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  }));
}

async function runSteps(db: Tx, userId: string) {
  const rows = await db.researchRunStep.findMany({
    where: { userId },
    orderBy: [{ runId: 'asc' }, { ordinal: 'asc' }],
    omit: { userId: true, outcome: true },
  });
  return rows.map(({ counts, startedAt, endedAt, ...row }) => ({
    ...row,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    counts: JSON.stringify(counts),
  }));
}

async function* snapshots(db: Tx, userId: string) {
  for (let after = ''; ; ) {
    const rows = await db.researchSnapshot.findMany({
      where: { userId, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: chunk,
    });
    for (const { userId: _, publishedAt, fetchedAt, checkedAt, ...row } of rows) {
      yield {
        ...row,
        publishedAt: publishedAt?.toISOString() ?? null,
        fetchedAt: fetchedAt.toISOString(),
        checkedAt: checkedAt.toISOString(),
      };
    }
    if (rows.length < chunk) return;
    after = rows.at(-1)!.id;
  }
}

/** This domain's part of a data export. */
export const exports: readonly ExportedType[] = [
  { name: 'research_categories', about: 'What is researched for you.', rows: categories },
  { name: 'research_results', about: 'What research found.', rows: results },
  { name: 'research_sources', about: 'Where results come from.', rows: sources },
  { name: 'research_claims', about: 'What results say, and which sources say so.', rows: claims },
  { name: 'research_reviews', about: 'What you made of results.', rows: reviews },
  { name: 'research_runs', about: 'Runs of research.', rows: runs },
  { name: 'research_run_steps', about: 'What each run did.', rows: runSteps },
  { name: 'research_snapshots', about: 'Pages as research read them.', rows: snapshots },
];
