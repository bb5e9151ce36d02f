import type { ResearchCategory, ResearchResult, ResearchReview } from '../../prisma/generated/client.ts';
import type { ClaimVerdict, MissedRunPolicy, ResearchStatus } from './generated.ts';

/** An entity of another domain, of which this one knows the id. */
export interface Reference {
  id: string;
}

/** Something that was read for a result, as it is stored. */
export interface FetchedSource {
  url: string;
  title: string;
  /** RFC 3339. */
  fetchedAt: string;
  /** SHA-256, hexadecimal. */
  hash: string;
  /** Missing where what it said was not kept. */
  snapshotId?: string;
}

/** One statement of a result, as it is stored. */
export interface StoredClaim {
  text: string;
  quote: string | null;
  /** Index into the result's sources. */
  source: number | null;
  verdict: ClaimVerdict;
}

/** One statement with its source. */
export type FoundClaim = Omit<StoredClaim, 'source'> & { source: FetchedSource | null };

/** Rows as resolvers are given them: as Prisma reads them, with the words that the tables' CHECKs allow. */
export type CategoryRow = ResearchCategory & { missedRunPolicy: MissedRunPolicy };
export type ResultRow = ResearchResult & { status: ResearchStatus; sources: FetchedSource[]; claims: StoredClaim[] };
export type ReviewRow = ResearchReview & { fromStatus: ResearchStatus; toStatus: ResearchStatus };
