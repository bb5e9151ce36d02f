import { badInput } from '../shared/errors.ts';
import { events, type LoggedEvent, latestSeq, readEvents } from '../shared/events.ts';
import { type Kind, kindOf, kinds, type NodeTypeName } from '../shared/ids.ts';
import type { UserContext } from './context.ts';
import { maySee, type NodeReference, resolveNodes } from './nodes.ts';

/** One object that changed, as `changes(since)` tells it. */
export interface ChangedObject {
  id: string;
  typeName: NodeTypeName;
  kind: 'CREATED' | 'UPDATED' | 'DELETED';
  node: NodeReference | null;
  event: { id: string; type: string; at: Date };
}

export interface ChangedObjects {
  changes: ChangedObject[];
  cursor: string;
  hasMore: boolean;
  fullSyncNeeded: boolean;
}

const mostObjects = 500;
const usualObjects = 200;
/** Events read for one answer at most: an object that changes all the time must not make an answer endless. */
const mostEvents = 5_000;
const batch = 500;

/**
 * Everything that changed since a cursor, each object once, in the order of its latest event. The cursor is a place in
 * the user's event log; it moves over whole events and never past one whose object is not in the answer, so a copy that
 * follows it misses nothing. An object may come again in the next answer.
 * @throws GraphQLError BAD_USER_INPUT when `first` is not 1 to 500.
 */
export async function readChanges(
  ctx: UserContext,
  { since, first }: { since?: string | null; first?: number | null },
): Promise<ChangedObjects> {
  const size = first ?? usualObjects;
  if (size < 1 || size > mostObjects) throw badInput(`"first" must be between 1 and ${mostObjects}.`);
  const { db, userId, viewer } = ctx;
  const last = await latestSeq(db, userId);
  const now = { changes: [], cursor: encodeSeq(last), hasMore: false };
  if (since == null) return { ...now, fullSyncNeeded: false };
  const from = decodeSeq(since);
  if (from === null || from > last || from < (await oldestSeq(ctx, last)) - 1n) return { ...now, fullSyncNeeded: true };

  const windows = new Map<string, { latest: LoggedEvent; created: boolean }>();
  let at = from;
  let count = 0;
  let full = false;
  while (!full && at < last && count < mostEvents) {
    const found = await readEvents(db, userId, at, { limit: batch });
    for (const event of found) {
      const kind = kindOf(event.subjectId);
      if (kind && maySee(viewer, kind)) {
        const known = windows.get(event.subjectId);
        if (!known && windows.size === size) {
          full = true;
          break;
        }
        // Taken out and put in again: the map keeps the order of the latest events.
        windows.delete(event.subjectId);
        windows.set(event.subjectId, { latest: event, created: known?.created || changeOf(event) === 'created' });
      }
      at = event.seq;
      count++;
    }
    if (found.length === 0) break;
  }

  const ids = [...windows.keys()];
  const present = await resolveNodes(
    ctx,
    ids.filter((id) => changeOf(windows.get(id)!.latest) !== 'deleted'),
  );
  const changes = ids.map((id): ChangedObject => {
    const { latest, created } = windows.get(id)!;
    // What is gone by now, its last event still ahead of the cursor, is told as gone: there is no object to show.
    const node = present.get(id) ?? null;
    return {
      id,
      typeName: kinds[kindOf(id) as Kind].type,
      kind: node ? (created ? 'CREATED' : 'UPDATED') : 'DELETED',
      node,
      event: { id: latest.id, type: latest.type, at: latest.at },
    };
  });
  return { changes, cursor: encodeSeq(at), hasMore: at < last, fullSyncNeeded: false };
}

const changeOf = (event: LoggedEvent): 'created' | 'updated' | 'deleted' => events[event.type]?.change ?? 'updated';

/** The first event that is still kept; one past the last when none is. */
async function oldestSeq({ db, userId }: UserContext, last: bigint): Promise<bigint> {
  const first = await db.event.findFirst({ where: { userId }, orderBy: { seq: 'asc' }, select: { seq: true } });
  return first?.seq ?? last + 1n;
}

const encodeSeq = (seq: bigint) => Buffer.from(JSON.stringify({ seq: String(seq) })).toString('base64url');

/** The number in a cursor, or null when it is none of ours: then the copy is loaded anew, which mends everything. */
function decodeSeq(cursor: string): bigint | null {
  try {
    const { seq } = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as { seq: unknown };
    return typeof seq === 'string' && /^\d{1,18}$/.test(seq) ? BigInt(seq) : null;
  } catch {
    return null;
  }
}
