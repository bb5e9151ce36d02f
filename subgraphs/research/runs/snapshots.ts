import { createHash } from 'node:crypto';
import type { Tx } from '../../shared/db.ts';
import { newId } from '../../shared/ids.ts';
import type { Platform } from '../../shared/platform.ts';
import type { SnapshotRow } from './rows.ts';
import { oneLine, storable } from './text.ts';

/** Longest text that is kept of one address, and longest address: an index stands on it. */
const longestText = 200_000;
export const longestUrl = 2_000;

/** What was read, to be kept. */
interface NewSnapshot {
  kind: SnapshotRow['kind'];
  url: string;
  finalUrl: string;
  feedUrl: string | null;
  title: string;
  text: string;
  content: Uint8Array;
  etag: string | null;
  lastModified: string | null;
  publishedAt: Date | null;
  fetchedAt: Date;
}

/** Keeps what was read. The same content from the same address is kept once: what quotes were compared with never changes. */
export async function keepSnapshot(db: Tx, userId: string, read: NewSnapshot): Promise<SnapshotRow> {
  const { content, text, title, fetchedAt, ...rest } = read;
  const hash = createHash('sha256').update(content).digest('hex');
  const validators = { etag: read.etag, lastModified: read.lastModified };
  return (await db.researchSnapshot.upsert({
    where: { userId_url_hash: { userId, url: read.url, hash } },
    create: {
      ...rest,
      userId,
      id: newId('snapshot', fetchedAt),
      hash,
      title: oneLine(title, 300) || read.url,
      text: storable(text, longestText),
      bytes: content.byteLength,
      fetchedAt,
      checkedAt: fetchedAt,
    },
    update: { ...validators, checkedAt: fetchedAt, ...(read.feedUrl !== null && { feedUrl: read.feedUrl }) },
  })) as SnapshotRow;
}

/** What an address said when it was last read, by that address; a text that only came with a feed does not count. */
export async function latestSnapshot(db: Tx, userId: string, url: string): Promise<SnapshotRow | null> {
  return (await db.researchSnapshot.findFirst({
    where: { userId, url, kind: { in: ['PAGE', 'FEED'] } },
    orderBy: [{ checkedAt: 'desc' }, { id: 'desc' }],
  })) as SnapshotRow | null;
}

/** The server says that it is still the same, or a feed names what was known without it. */
export async function updateSnapshot(
  db: Tx,
  { userId, id }: SnapshotRow,
  data: Partial<Pick<SnapshotRow, 'checkedAt' | 'feedUrl' | 'etag' | 'lastModified'>>,
): Promise<SnapshotRow> {
  return (await db.researchSnapshot.update({ where: { userId_id: { userId, id } }, data })) as SnapshotRow;
}

/** What a feed named when it last said something: the newest of each address. */
export async function snapshotsOfFeed(db: Tx, userId: string, feedUrl: string, count: number): Promise<SnapshotRow[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM (
      SELECT DISTINCT ON (url) id, published_at, checked_at FROM research_snapshots
      WHERE user_id = ${userId} AND feed_url = ${feedUrl} ORDER BY url, checked_at DESC
    ) latest
    ORDER BY published_at DESC NULLS LAST, checked_at DESC, id LIMIT ${count}::int`;
  return readSnapshots(
    db,
    userId,
    rows.map(({ id }) => id),
  );
}

/** In the order of the ids. */
export async function readSnapshots(db: Tx, userId: string, ids: readonly string[]): Promise<SnapshotRow[]> {
  const rows = (await db.researchSnapshot.findMany({ where: { userId, id: { in: [...ids] } } })) as SnapshotRow[];
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** A snapshot that nothing refers to is kept for so long after it was last read, in milliseconds, and so many go at once. */
const kept = 30 * 86_400_000;
const batch = 1_000;

/**
 * Deletes old snapshots. What a result names as its source stays as long as the result does, for its quotes were compared with it; so does what
 * a run may still go on with. A feed that named one of those that go is asked for in full again: else it would say that nothing has changed.
 */
export async function sweepSnapshots({ db, now }: Platform): Promise<void> {
  const before = new Date(now().getTime() - kept);
  for (;;) {
    const [gone] = await db.$queryRaw<{ count: number }[]>`
      WITH owners AS (SELECT DISTINCT user_id FROM research_snapshots WHERE checked_at < ${before}::timestamptz),
      used AS (
        SELECT user_id, source->>'snapshotId' AS id
        FROM owners JOIN research_results USING (user_id), jsonb_array_elements(sources) source
        UNION ALL
        SELECT user_id, jsonb_array_elements_text(outcome->'snapshots')
        FROM owners JOIN research_run_steps step USING (user_id)
        WHERE step = 'GATHER' AND EXISTS (SELECT FROM research_runs run
          WHERE run.user_id = step.user_id AND run.id = step.run_id AND run.state <> 'DONE')
      ),
      gone AS (
        DELETE FROM research_snapshots WHERE checked_at < ${before}::timestamptz AND (user_id, id) IN (
          SELECT user_id, id FROM research_snapshots old
          WHERE checked_at < ${before}::timestamptz
            AND NOT EXISTS (SELECT FROM used WHERE used.user_id = old.user_id AND used.id = old.id)
          LIMIT ${batch}::int)
        RETURNING user_id, feed_url
      ),
      asked_again AS (
        UPDATE research_snapshots feed SET etag = NULL, last_modified = NULL
        FROM (SELECT DISTINCT user_id, feed_url FROM gone) named
        WHERE feed.user_id = named.user_id AND feed.url = named.feed_url AND feed.kind = 'FEED'
          AND feed.checked_at >= ${before}::timestamptz
      )
      SELECT count(*)::int AS count FROM gone`;
    if (gone!.count < batch) return;
  }
}
