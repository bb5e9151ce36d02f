import { Prisma, type Tx } from '../../shared/db.ts';
import { resultColumns } from '../results.ts';
import type { FetchedSource, FoundClaim, ResultRow, StoredClaim } from '../rows.ts';

/** What a result has that an earlier one had not. */
export interface Changes {
  since: ResultRow | null;
  newClaims: FoundClaim[];
  goneClaims: FoundClaim[];
  newSources: FetchedSource[];
}

/** Statements are the same when they rest on the same words, or say the same, but for spacing and case. */
const essence = ({ text, quote }: StoredClaim) => (quote ?? text).replaceAll(/\s+/g, ' ').trim().toLowerCase();

/** A statement with its source. */
export const withSource =
  (sources: readonly FetchedSource[]) =>
  (claim: StoredClaim): FoundClaim => ({
    ...claim,
    source: claim.source === null ? null : (sources[claim.source] ?? null),
  });

export function changesOf(result: ResultRow, since: ResultRow | null): Changes {
  const without = (of: ResultRow, other: ResultRow | null) => {
    const known = new Set(other?.claims.map(essence));
    return of.claims.filter((claim) => !known.has(essence(claim))).map(withSource(of.sources));
  };
  const read = new Set(since?.sources.map(({ url, hash }) => `${hash} ${url}`));
  return {
    since,
    newClaims: without(result, since),
    goneClaims: since ? without(since, result) : [],
    newSources: result.sources.filter(({ url, hash }) => !read.has(`${hash} ${url}`)),
  };
}

/** For each result, the latest approved one of its category that was found before it. */
export async function readApprovedBefore(
  db: Tx,
  userId: string,
  resultIds: readonly string[],
): Promise<(ResultRow | null)[]> {
  const rows = await db.$queryRaw<(ResultRow & { of: string })[]>`
    SELECT later.id AS of, r.* FROM research_results later CROSS JOIN LATERAL (
      SELECT ${resultColumns} FROM research_results r
      WHERE r.user_id = later.user_id AND r.category_id = later.category_id AND r.status IN ('APPROVED', 'INTEGRATED')
        AND (r.created_at, r.id) < (later.created_at, later.id)
      ORDER BY r.created_at DESC, r.id DESC LIMIT 1
    ) r
    WHERE later.user_id = ${userId} AND later.id IN (${Prisma.join([...resultIds])})`;
  return resultIds.map((id) => rows.find(({ of }) => of === id) ?? null);
}
