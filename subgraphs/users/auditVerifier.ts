import { sha256 } from '../shared/crypto.ts';
import type { Db } from '../shared/db.ts';
import { nextHash, type Sealed, start } from './audit.ts';

/** Where a chain does not hold: "Entry `seq` of `userId` `what`." */
export interface AuditBreak {
  /** Their id, or the hash of it where no row is left that has it. */
  userId: string;
  seq: bigint;
  what: string;
}

/** The last entry of a person's chain at some time. */
export interface Head {
  seq: bigint;
  hash: string;
}

export interface Verification {
  rows: number;
  people: number;
  breaks: AuditBreak[];
}

/** Rows that are read at once. */
const batch = 2_000;
/** After so many breaks it is not worth going on. */
const mostBreaks = 100;

type Row = Sealed & { hash: string };

/**
 * Walks all chains, in batches: memory does not grow with the log. Of each chain the first break is named.
 * @param heads last entries at an earlier time, by the hash of the user id (some 200 bytes a person in memory): what was taken from the end since,
 * or written anew as a whole, shows only against them. Who was erased is missed by nobody.
 */
export async function verifyAudit(db: Db, heads: ReadonlyMap<string, Head> = new Map()): Promise<Verification> {
  const breaks: AuditBreak[] = [];
  const met = new Set<string>();
  let rows = 0;
  let people = 0;
  let chain: { userId: string; seq: bigint; hash: string; broken: boolean; head: Head | undefined } | undefined;
  const found = (what: string, seq: bigint) => {
    chain!.broken = true;
    breaks.push({ userId: chain!.userId, seq, what });
  };
  const finish = () => {
    if (!chain || chain.broken || !chain.head || chain.head.seq <= chain.seq) return;
    found(missing(chain.seq + 1n, chain.head.seq), chain.seq + 1n);
  };
  for (let after = { userId: '', seq: 0n }; breaks.length < mostBreaks; ) {
    // Numbers below 1 are no entries of ours: they are read as well.
    const page = await db.$queryRaw<Row[]>`
      SELECT user_id AS "userId", seq, id, action, actor_kind AS "actorKind", actor_id AS "actorId", subject_id AS "subjectId", detail, ip,
             request_id AS "requestId", causation_id AS "causationId", at, hash
      FROM audit_entries WHERE (user_id, seq) > (${after.userId}, ${after.seq}) ORDER BY user_id, seq LIMIT ${batch}`;
    for (const row of page) {
      if (row.userId !== chain?.userId) {
        finish();
        const userHash = sha256(row.userId);
        chain = { userId: row.userId, seq: 0n, hash: start, broken: false, head: heads.get(userHash) };
        met.add(userHash);
        people++;
      }
      rows++;
      if (chain.broken) continue;
      if (row.seq !== chain.seq + 1n) {
        found(row.seq < 1n ? 'was put in from outside' : 'is missing', row.seq < 1n ? row.seq : chain.seq + 1n);
      } else if (row.hash !== nextHash(chain.hash, row)) {
        found('was changed, moved or put in', row.seq);
      } else if (row.seq === chain.head?.seq && row.hash !== chain.head.hash) {
        found('is another than when the head was kept: the chain was written anew', row.seq);
      }
      chain.seq = row.seq;
      chain.hash = row.hash;
    }
    if (page.length < batch) break;
    after = { userId: page.at(-1)!.userId, seq: page.at(-1)!.seq };
  }
  finish();
  if (breaks.length < mostBreaks) breaks.push(...(await vanished(db, heads, met)));
  return { rows, people, breaks: await withoutErased(db, breaks) };
}

/** Whoever is erased while we read seems to lose entries: of them nothing is left, and the erasure is on record. */
async function withoutErased(db: Db, breaks: AuditBreak[]): Promise<AuditBreak[]> {
  const left: AuditBreak[] = [];
  for (const one of breaks) {
    const erased = await db.erasure.findUnique({ where: { userHash: sha256(one.userId) } });
    if (!erased || (await db.auditEntry.count({ where: { userId: one.userId } })) > 0) left.push(one);
  }
  return left;
}

const missing = (first: bigint, last: bigint) =>
  first === last ? 'is missing at the end' : `and those up to ${last} are missing at the end`;

/** Chains that are gone altogether, though nobody erased the person. */
async function vanished(db: Db, heads: ReadonlyMap<string, Head>, met: ReadonlySet<string>): Promise<AuditBreak[]> {
  const breaks: AuditBreak[] = [];
  for (const [userHash, head] of heads) {
    if (met.has(userHash) || breaks.length >= mostBreaks) continue;
    if (await db.erasure.findUnique({ where: { userHash } })) continue;
    const [person] = await db.$queryRaw<{ id: string }[]>`
      SELECT id FROM users WHERE encode(sha256(convert_to(id, 'UTF8')), 'hex') = ${userHash}`;
    breaks.push({
      userId: person?.id ?? userHash,
      seq: 1n,
      what: missing(1n, head.seq),
    });
  }
  return breaks;
}
