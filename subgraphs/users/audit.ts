import { sha256 } from '../shared/crypto.ts';
import type { Tx } from '../shared/db.ts';
import { badInput } from '../shared/errors.ts';
import type { Actor } from '../shared/events.ts';
import { canonical } from '../shared/idempotency.ts';
import { newId } from '../shared/ids.ts';
import { keyset, type PageArgs, readSlice, type SortKey, toPage } from '../shared/pagination.ts';

/** Where something was done from: satisfied by the context of a mutation, of a reaction, and by what a job puts together. */
export interface AuditContext {
  db: Tx;
  userId: string;
  actor: Actor;
  now: () => Date;
  ip?: string | null;
  requestId?: string;
  causationId?: string | null;
  request?: { ip: string | null };
}

/** What a row's hash covers, besides the hash of the row before it. */
export interface Sealed {
  userId: string;
  seq: bigint;
  id: string;
  action: string;
  actorKind: string;
  actorId: string;
  subjectId: string | null;
  detail: unknown;
  ip: string | null;
  requestId: string | null;
  causationId: string | null;
  at: Date;
}

/** In place of the hash before the first row's. */
export const start = '0'.repeat(64);

/** Every field is under the hash, in an order that does not depend on how the row was read. */
export const nextHash = (previous: string, row: Sealed) =>
  sha256(
    [
      previous,
      canonical([
        row.userId,
        row.seq,
        row.id,
        row.action,
        row.actorKind,
        row.actorId,
        row.subjectId,
        row.detail,
        row.ip,
        row.requestId,
        row.causationId,
        row.at.toISOString(),
      ]),
    ].join('\n'),
  );

/**
 * Writes down that something was done with the account, in the transaction that does it. Rows of one user form a chain:
 * each is numbered without gaps and its hash covers the row before, under a lock per user, so that writers at the same
 * time cannot fork it. The lock is held until the transaction ends: audit late, next to `publish`.
 */
export async function audit(
  ctx: AuditContext,
  action: string,
  subjectId?: string | null,
  detail: Record<string, string> = {},
): Promise<void> {
  const { db, userId } = ctx;
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`audit|${userId}`}, 0))`;
  const [last] = await db.auditEntry.findMany({ where: { userId }, orderBy: { seq: 'desc' }, take: 1 });
  const at = ctx.now();
  const row = {
    userId,
    seq: (last?.seq ?? 0n) + 1n,
    id: newId('audit', at),
    action,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    subjectId: subjectId ?? null,
    detail,
    ip: ctx.ip ?? ctx.request?.ip ?? null,
    requestId: ctx.requestId ?? null,
    causationId: ctx.causationId ?? null,
    at,
  };
  await db.auditEntry.create({ data: { ...row, hash: nextHash(last?.hash ?? start, row) } });
}

const order: SortKey[] = [{ name: 'seq', kind: 'number', descending: true }];

const actorKinds = {
  user: 'USER',
  apiKey: 'API_KEY',
  assistant: 'ASSISTANT',
  automation: 'AUTOMATION',
  research: 'RESEARCH',
  system: 'SYSTEM',
} as const satisfies Record<Actor['kind'], string>;

/** A page of the user's audit log, newest first, as the graph shows it. */
export async function auditPage(db: Tx, userId: string, args: PageArgs) {
  const slice = readSlice(args, 1);
  // A position is a number of ours as text: anything else was not given out by this connection.
  if (slice.position && typeof slice.position[0] !== 'string') {
    throw badInput('The cursor is not one that this connection gave out.');
  }
  const { where, ...rest } = keyset(order, slice);
  const rows = await db.auditEntry.findMany({ where: { userId, ...where }, ...rest });
  const entries = rows.map((row) => ({
    seq: row.seq,
    id: row.id,
    action: row.action,
    actor: { kind: actorKinds[row.actorKind as Actor['kind']], id: row.actorId },
    subjectId: row.subjectId,
    detail: Object.entries(row.detail as Record<string, string>).map(([name, value]) => ({ name, value })),
    ip: row.ip,
    at: row.at,
    hash: row.hash,
  }));
  return toPage(entries, slice, (entry) => [entry.seq]);
}
