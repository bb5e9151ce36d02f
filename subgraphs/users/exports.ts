import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { DataExport } from '../../prisma/generated/client.ts';
import type { UserContext } from '../shared/context.ts';
import { encryptionKeys, sha256 } from '../shared/crypto.ts';
import { limit } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { isId, newId } from '../shared/ids.ts';
import type { Platform } from '../shared/platform.ts';
import { transaction } from '../shared/subgraph.ts';
import { parseUrl } from '../shared/urls.ts';
import { archive } from './archive.ts';
import { audit } from './audit.ts';
import { lockUser } from './profile.ts';

/** An export without its content, which may be 200 MB. */
export type ExportRow = Omit<DataExport, 'content'>;

const day = 24 * 3600_000;
const mostADay = 5;
/** How long an archive is kept, in milliseconds. */
const kept = 7 * day;
/** How long a signed address works, in milliseconds. */
const linkLife = 15 * 60_000;
/** An export that has not got anywhere in this time has lost its job, in milliseconds. */
const abandonedAfter = 3600_000;

/**
 * Asks for an archive of everything; it is made in the background.
 * @throws UserErrors LIMIT while one is being made, and after five in 24 hours.
 */
export async function requestDataExport(ctx: UserContext): Promise<ExportRow> {
  const { db, userId } = ctx;
  await lockUser(ctx);
  const now = ctx.now();
  const recent = await db.dataExport.findMany({
    where: { userId, createdAt: { gt: new Date(now.getTime() - day) } },
    select: { status: true },
  });
  if (recent.some((row) => row.status === 'PENDING')) throw limit([], 'An export is being made already.');
  if (recent.length >= mostADay) throw limit([], `At most ${mostADay} exports can be made in 24 hours.`);
  const row = await db.dataExport.create({
    data: { userId, id: newId('export', now), status: 'PENDING', createdAt: now },
    omit: { content: true },
  });
  await audit(ctx, 'export.requested', row.id);
  await publish(ctx, { type: 'export.requested', subjectId: row.id, data: {} });
  ctx.afterCommit(() => ctx.jobs.add('users.export', { exportId: row.id }, { id: row.id }));
  return row;
}

/** Exports of a person, newest first. */
export function listExports({ db, userId }: UserContext): Promise<ExportRow[]> {
  return db.dataExport.findMany({
    where: { userId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: 100,
    omit: { content: true },
  });
}

/**
 * The job `users.export`: makes the archive and stores it. Doing it again does no harm; a person or an export that is
 * gone by now ends it.
 * @throws Error when a domain's rows cannot be read: the queue tries again.
 */
export async function makeExport(platform: Platform, exportId: string): Promise<void> {
  const { db, now } = platform;
  // By its id alone: the queue outlives accounts, so what is in it names nobody.
  const row = await db.dataExport.findUnique({ where: { id: exportId }, select: { userId: true, status: true } });
  if (row?.status !== 'PENDING') return;
  const { userId } = row;
  const made = await archive(platform, userId);
  const finishedAt = now();
  const outcome =
    made === null
      ? { status: 'FAILED', error: 'The archive would be larger than 200 MB.', finishedAt }
      : {
          status: 'READY',
          content: made,
          size: made.length,
          sha256: sha256(Buffer.from(made.buffer, made.byteOffset, made.byteLength)),
          expiresAt: new Date(finishedAt.getTime() + kept),
          finishedAt,
        };
  await finish(platform, userId, exportId, outcome);
}

/** Gives up exports whose job was lost or failed for good, so that the person can ask again. */
export async function failAbandonedExports(platform: Platform): Promise<void> {
  const rows = await platform.db.dataExport.findMany({
    where: { status: 'PENDING', createdAt: { lt: new Date(platform.now().getTime() - abandonedAfter) } },
    select: { userId: true, id: true },
    take: 1_000,
  });
  for (const { userId, id } of rows) {
    const error = 'The export could not be made.';
    await finish(platform, userId, id, { status: 'FAILED', error, finishedAt: platform.now() });
  }
}

/** Deletes the content of archives whose time is over. */
export async function expireExports({ db, now }: Platform): Promise<void> {
  await db.dataExport.updateMany({
    where: { status: 'READY', expiresAt: { lte: now() } },
    data: { status: 'EXPIRED', content: null },
  });
}

async function finish(platform: Platform, userId: string, id: string, outcome: object): Promise<void> {
  const { db, bus, now } = platform;
  await transaction(db, async (tx) => {
    // Archives are larger than what a statement usually writes.
    await tx.$executeRaw`SET LOCAL statement_timeout = '60s'`;
    const changed = await tx.dataExport.updateMany({ where: { userId, id, status: 'PENDING' }, data: outcome });
    if (changed.count === 0) return;
    const ctx = { db: tx, userId, actor: { kind: 'system', id: 'users.export' } as const, now };
    await audit(ctx, 'export.finished', id);
    await publish(ctx, { type: 'export.finished', subjectId: id, data: {} });
  });
  bus.publish('events', userId);
}

/** The key that signs links, derived from the key at rest (HKDF, RFC 5869): neither tells the other. */
function linkKeys({ config }: Pick<Platform, 'config'>): Buffer[] {
  let keys = derived.get(config);
  if (!keys) {
    keys = encryptionKeys(config).map((key) => Buffer.from(hkdfSync('sha256', key, '', 'jarvis/export-links', 32)));
    derived.set(config, keys);
  }
  return keys;
}
const derived = new WeakMap<Platform['config'], Buffer[]>();

const signLink = (key: Buffer, ...parts: [userId: string, id: string, expires: string, nonce: string]) =>
  createHmac('sha256', key).update(parts.join('\n')).digest();

/** A signed address of an archive that is ready, another one each time: it opens the archive once, within 15 minutes. */
export function downloadUrl(ctx: Pick<UserContext, 'config' | 'now'>, row: ExportRow): string | null {
  const now = ctx.now().getTime();
  if (row.status !== 'READY' || row.expiresAt === null || row.expiresAt.getTime() <= now) return null;
  const expires = String(Math.min(now + linkLife, row.expiresAt.getTime()));
  const nonce = randomBytes(16).toString('base64url');
  const signature = signLink(linkKeys(ctx)[0]!, row.userId, row.id, expires, nonce).toString('base64url');
  const parameters = new URLSearchParams({ user: row.userId, expires, nonce, signature });
  return `${ctx.config.publicUrl}/exports/${row.id}?${parameters}`;
}

/**
 * The archive behind a signed address, for the gateway's `GET /exports/…`; null for whatever is not signed by us, is too
 * late, was used, or has nothing behind it: the answers cannot be told apart.
 * @param url path and query, or the whole address
 */
export async function openExport(platform: Platform, url: string): Promise<{ name: string; content: Buffer } | null> {
  const parsed = parseUrl(url, platform.config.publicUrl);
  if (!parsed) return null;
  const { pathname, searchParams } = parsed;
  const id = /\/exports\/([^/]+)$/.exec(pathname)?.[1] ?? '';
  const [user = '', expires = '', nonce = '', signature = ''] = ['user', 'expires', 'nonce', 'signature'].map(
    (name) => searchParams.get(name) ?? undefined,
  );
  const given = Buffer.from(signature, 'base64url');
  const signed = linkKeys(platform).some((key) => {
    const expected = signLink(key, user, id, expires, nonce);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  const now = platform.now();
  if (!signed || !isId('export', id) || !isId('user', user) || Number(expires) <= now.getTime()) return null;
  const hash = sha256(`export|${id}|${nonce}`);
  if (await platform.db.usedNonce.findUnique({ where: { hash } })) return null;
  const row = await platform.db.dataExport.findFirst({
    where: { userId: user, id, status: 'READY', expiresAt: { gt: now } },
    select: { content: true, createdAt: true },
  });
  if (!row?.content) return null;
  const isFirst = await transaction(platform.db, async (db) => {
    const used = { hash, expiresAt: new Date(Number(expires)) };
    if ((await db.usedNonce.createMany({ data: [used], skipDuplicates: true })).count === 0) return false;
    await audit({ db, userId: user, actor: { kind: 'user', id: user }, now: platform.now }, 'export.downloaded', id);
    return true;
  });
  if (!isFirst) return null;
  const name = `jarvis-${row.createdAt.toISOString().slice(0, 10)}.zip`;
  return { name, content: Buffer.from(row.content.buffer, row.content.byteOffset, row.content.byteLength) };
}

/** An export as the graph shows it. */
export function describeExport(ctx: Pick<UserContext, 'config' | 'now'>, row: ExportRow) {
  const over = row.status === 'READY' && row.expiresAt !== null && row.expiresAt <= ctx.now();
  return {
    id: row.id,
    status: (over ? 'EXPIRED' : row.status) as 'PENDING' | 'READY' | 'FAILED' | 'EXPIRED',
    size: row.size,
    sha256: row.sha256,
    downloadUrl: downloadUrl(ctx, row),
    expiresAt: row.expiresAt,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
  };
}
