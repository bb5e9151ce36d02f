import { randomBytes } from 'node:crypto';
import type { DataImport } from '../../prisma/generated/client.ts';
import type { ImportedType } from '../shared/archives.ts';
import type { UserContext } from '../shared/context.ts';
import { sha256 } from '../shared/crypto.ts';
import { Prisma, type Tx } from '../shared/db.ts';
import { forbidden, limit } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { DoesNotFit } from '../shared/importedRows.ts';
import type { Platform } from '../shared/platform.ts';
import { transaction } from '../shared/subgraph.ts';
import { audit } from './audit.ts';
import { lockUser } from './profile.ts';
import { BadArchive, checkArchive, eachBatch } from './unarchive.ts';

export type ImportRow = Omit<DataImport, 'content'>;

/** What became of an archive, as it is stored: rows by file, and what could not be taken. */
export interface ImportReport {
  files: { path: string; created: number; kept: number; refused: number }[];
  problems: { path: string; line: number; message: string }[];
}

const minute = 60_000;
const day = 24 * 60 * minute;
/** How long an address for an upload works, in milliseconds. */
const uploadLife = 15 * minute;
/** An import that has got nowhere in this time has lost its archive or its job, in milliseconds. */
const abandonedAfter = day;
/** One that is not through after this time may have lost its job, in milliseconds. */
const longestQueued = 10 * minute;
const mostADay = 5;
const batch = 500;
/** Of rows that are put one by one. */
const smallBatch = 100;
const mostProblems = 100;

/**
 * Prepares for an archive: the address takes it once, within 15 minutes.
 * @throws GraphQLError FORBIDDEN for an API key; UserErrors LIMIT while another is taken in, and after five in 24 hours.
 */
export async function beginArchiveImport(ctx: UserContext): Promise<{ row: ImportRow; uploadUrl: string }> {
  if (ctx.viewer.kind !== 'session') throw forbidden('Only a person who is signed in can bring an archive.');
  const { db, userId } = ctx;
  await lockUser(ctx);
  const now = ctx.now();
  const recent = await db.dataImport.findMany({
    where: { userId, createdAt: { gt: new Date(now.getTime() - day) } },
    select: { status: true },
  });
  if (recent.some(({ status }) => status === 'PENDING')) throw limit([], 'An archive is being taken in already.');
  if (recent.length >= mostADay) throw limit([], `At most ${mostADay} archives can be brought in 24 hours.`);
  const token = randomBytes(32).toString('base64url');
  const row = await db.dataImport.create({
    data: { userId, id: newId('import', now), status: 'WAITING', uploadHash: sha256(token), createdAt: now },
    omit: { content: true },
  });
  await audit(ctx, 'import.begun', row.id);
  return { row, uploadUrl: `${ctx.config.publicUrl}/imports/${row.id}?token=${token}` };
}

/** Imports of a person, newest first. */
export function listImports({ db, userId }: UserContext): Promise<ImportRow[]> {
  return db.dataImport.findMany({
    where: { userId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: 100,
    omit: { content: true },
  });
}

/** The import that an upload's address belongs to; null for an address that is not ours, is too late or was used. */
export async function findUpload({ db, now }: Platform, id: string, token: string): Promise<{ id: string } | null> {
  return db.dataImport.findFirst({ where: openUpload(id, token, now()), select: { id: true } });
}

const openUpload = (id: string, token: string, now: Date) => ({
  id,
  uploadHash: sha256(token),
  status: 'WAITING',
  createdAt: { gt: new Date(now.getTime() - uploadLife) },
});

/** Keeps an archive that came, and has it taken in. False when the address was used meanwhile. */
export async function keepUpload(
  platform: Platform,
  id: string,
  token: string,
  content: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const kept = await transaction(platform.db, async (tx) => {
    await tx.$executeRaw`SET LOCAL statement_timeout = '60s'`;
    const data = { status: 'PENDING', content };
    return tx.dataImport.updateMany({ where: openUpload(id, token, platform.now()), data });
  });
  if (kept.count === 0) return false;
  await platform.jobs.add('users.import', { importId: id }, { id });
  return true;
}

/**
 * The job `users.import`: checks the whole archive, then takes in its rows in batches. Each batch commits with its place, so that
 * whoever takes the import up goes on after it; what is there already stays as it is.
 */
export async function takeIn(platform: Platform, importId: string): Promise<void> {
  const { db } = platform;
  // By its id alone: what is in a queue names nobody.
  const row = await db.dataImport.findUnique({ where: { id: importId } });
  if (row?.status !== 'PENDING' || !row.content) return;
  try {
    const { userId: origin } = await checkArchive(row.content);
    const progress: Progress = { seen: 0, report: row.report as unknown as ImportReport };
    for (const { name: domain, imports } of platform.domains) {
      for (const type of imports?.types ?? []) {
        const path = `${domain}/${type.name}.jsonl`;
        await eachBatch(row.content, path, type.put ? smallBatch : batch, async (lines, first) => {
          progress.seen++;
          if (progress.seen <= row.place) return;
          await takeBatch(platform, row, type, { path, lines, first, origin, progress });
        });
      }
      if (imports?.after) {
        const { after } = imports;
        await transaction(db, async (tx) => {
          await tx.$executeRaw`SET LOCAL statement_timeout = '60s'`;
          await after(tx, row.userId, platform.now());
        });
      }
    }
    await finish(platform, row, { status: 'DONE', error: null });
  } catch (error) {
    if (!(error instanceof BadArchive)) throw error;
    await finish(platform, row, { status: 'FAILED', error: error.message });
  }
}

interface Progress {
  /** Batches so far, those of an earlier attempt included. */
  seen: number;
  report: ImportReport;
}
interface Batch {
  path: string;
  lines: string[];
  first: number;
  /** Whose archive it is. */
  origin: string;
  progress: Progress;
}
interface Checked {
  line: number;
  row: Record<string, unknown>;
}

async function takeBatch(platform: Platform, owner: ImportRow, type: ImportedType, given: Batch): Promise<void> {
  const { path, lines, first, origin, progress } = given;
  const report = structuredClone(progress.report);
  let counts = report.files.find((file) => file.path === path);
  if (!counts) {
    counts = { path, created: 0, kept: 0, refused: 0 };
    report.files.push(counts);
  }
  const refuse = (line: number, message: string) => {
    counts.refused++;
    if (report.problems.length < mostProblems) report.problems.push({ path, line, message });
  };
  const good: Checked[] = [];
  for (const [i, text] of lines.entries()) {
    const read = readRow(type, text);
    if (typeof read === 'string') refuse(first + i, read);
    else good.push({ line: first + i, row: ownIds(type, read, origin, owner.userId) });
  }
  const insert = (rows: Checked[], last: boolean) =>
    transaction(platform.db, async (tx) => {
      await tx.$executeRaw`SET LOCAL statement_timeout = '60s'`;
      const made = type.put
        ? await putRows(tx, type, owner.userId, rows, platform.now())
        : await insertRows(tx, type, owner.userId, rows);
      const created = counts.created + made.size;
      const kept = counts.kept + rows.length - made.size;
      if (last) {
        Object.assign(counts, { created, kept });
        // From the place that the batch before it left: somebody else may have taken the import up.
        const moved = await tx.dataImport.updateMany({
          where: { userId: owner.userId, id: owner.id, status: 'PENDING', place: progress.seen - 1 },
          data: { place: progress.seen, report: report as unknown as Prisma.InputJsonValue },
        });
        if (moved.count === 0) throw new Error('The import is taken in by another worker.');
      }
      const ctx = { db: tx, userId: owner.userId, actor: { kind: 'system', id: 'users.import' } as const };
      const events = rows.filter((one) => made.has(one)).flatMap(({ row }) => type.event(row, owner.userId) ?? []);
      await publish({ ...ctx, now: platform.now }, ...events);
      return made.size;
    });
  try {
    await insert(good, true);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // Some row does not fit what is there: each by itself, so that the others come in.
    for (const one of good) {
      try {
        const made = await insert([one], false);
        counts.created += made;
        counts.kept += 1 - made;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refuse(one.line, 'It refers to something that is not there, or does not fit what is stored.');
      }
    }
    await insert([], true);
  }
  progress.report = report;
  platform.bus.publish('events', owner.userId);
}

function readRow(type: ImportedType, text: string): Record<string, unknown> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'The line is not JSON.';
  }
  if (text.includes('\\u0000')) return 'The line holds a character that cannot be stored (NUL).';
  const parsed = type.row.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return `${issue!.path.join('.') || 'The row'}: ${issue!.message}.`;
}

const idColumn = /^id$|Ids?$/;

/**
 * The row as one of this account. Ids of another account's archive become others, always the same: what they are sorted by stays (prefix, time and
 * count), the rest is a hash of both. What refers to each other goes on doing so, and the same archive again meets what it has brought.
 */
function ownIds(
  { holdIds }: ImportedType,
  row: Record<string, unknown>,
  origin: string,
  userId: string,
): Record<string, unknown> {
  if (origin === userId) return row;
  const own = (text: string) =>
    text.replace(/\b([a-z]+_)([0-9a-f]{20})[0-9a-f]{12}\b/g, (id, prefix: string, begin: string) => {
      return `${prefix}${begin}${sha256(`${userId}|${id}`).slice(0, 12)}`;
    });
  const value = (given: unknown): unknown =>
    typeof given === 'string' ? own(given) : Array.isArray(given) ? given.map(value) : given;
  const within = (given: unknown): unknown => given && JSON.parse(own(JSON.stringify(given)));
  return Object.fromEntries(
    Object.entries(row).map(([name, given]) => [
      name,
      holdIds?.includes(name)
        ? within(given)
        : idColumn.test(name) && name !== 'externalId' && name !== 'importId'
          ? value(given)
          : given,
    ]),
  );
}

const column = (name: string) => Prisma.raw(`"${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}"`);

/** Inserts what is not there yet. @returns those that were inserted. */
async function insertRows(tx: Tx, type: ImportedType, userId: string, rows: Checked[]): Promise<Set<Checked>> {
  if (rows.length === 0) return new Set();
  // The names come from the type's own statement, never from the archive.
  const names = Object.keys(type.row.shape);
  const columns = Prisma.join(names.map(column));
  const values = JSON.stringify(
    rows.map(({ row }) =>
      Object.fromEntries(names.map((name) => [column(name).sql.replaceAll('"', ''), row[name] ?? null])),
    ),
  );
  const key = type.key ?? ['id'];
  const made = await tx.$queryRaw<{ key: unknown[] }[]>`
    INSERT INTO ${Prisma.raw(type.table)} (user_id, ${columns})
    SELECT ${userId}, ${columns} FROM jsonb_populate_recordset(NULL::${Prisma.raw(type.table)}, ${values}::jsonb)
    ON CONFLICT DO NOTHING RETURNING jsonb_build_array(${Prisma.join(key.map(column))}) AS key`;
  const keyOf = (row: Record<string, unknown>) => JSON.stringify(key.map((name) => row[name]));
  const byKey = new Map(rows.map((one) => [keyOf(one.row), one]));
  return new Set(made.flatMap(({ key }) => byKey.get(JSON.stringify(key)) ?? []));
}

/** Puts rows where they belong, in their order. @returns those that were not there. */
async function putRows(tx: Tx, type: ImportedType, userId: string, rows: Checked[], now: Date): Promise<Set<Checked>> {
  const made = new Set<Checked>();
  for (const one of rows) if (await type.put!(tx, userId, one.row, now)) made.add(one);
  return made;
}

/** What a domain refuses, and constraints (class 23) and values (class 22) that PostgreSQL refuses. */
function isRefusal(error: unknown): boolean {
  if (error instanceof DoesNotFit) return true;
  const { code, meta } = error as {
    code?: string;
    meta?: { code?: string; driverAdapterError?: { cause?: { originalCode?: string } } };
  };
  const state = meta?.driverAdapterError?.cause?.originalCode ?? meta?.code ?? '';
  return /^2[23]/.test(state) || code === 'P2002' || code === 'P2003';
}

async function finish(
  platform: Platform,
  { userId, id }: ImportRow,
  outcome: { status: string; error: string | null },
) {
  await transaction(platform.db, async (tx) => {
    const data = { ...outcome, content: null, finishedAt: platform.now() };
    const changed = await tx.dataImport.updateMany({ where: { userId, id, status: 'PENDING' }, data });
    if (changed.count === 0) return;
    const ctx = { db: tx, userId, actor: { kind: 'system', id: 'users.import' } as const, now: platform.now };
    await audit(ctx, 'import.finished', id, { status: outcome.status });
  });
}

/**
 * Hands imports to the queue again whose job it may have lost, and ends those whose archive never came or that got nowhere; part of the hourly
 * clean-up.
 */
export async function lookAfterImports({ db, now, jobs }: Platform): Promise<void> {
  const before = (milliseconds: number) => ({ lt: new Date(now().getTime() - milliseconds) });
  await db.dataImport.deleteMany({ where: { status: 'WAITING', createdAt: before(uploadLife) } });
  await db.dataImport.updateMany({
    where: { status: 'PENDING', createdAt: before(abandonedAfter) },
    data: { status: 'FAILED', content: null, error: 'The archive could not be taken in.', finishedAt: now() },
  });
  const waiting = await db.dataImport.findMany({
    where: { status: 'PENDING', createdAt: before(longestQueued) },
    select: { id: true },
    take: 1_000,
  });
  // What the queue still knows, or has given up, stays one job.
  for (const { id } of waiting) await jobs.add('users.import', { importId: id }, { id });
}

/** An import as the graph shows it. */
export function describeImport(row: ImportRow) {
  const { files, problems } = row.report as unknown as ImportReport;
  return {
    id: row.id,
    status: row.status as 'WAITING' | 'PENDING' | 'DONE' | 'FAILED',
    error: row.error,
    files,
    problems,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
  };
}
