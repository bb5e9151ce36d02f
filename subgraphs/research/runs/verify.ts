import type { StoredClaim } from '../rows.ts';
import type { StepResult } from './outcomes.ts';
import { readSnapshots } from './snapshots.ts';
import type { Work } from './work.ts';

/** Compares each quote with its source. Words that the source does not have are no quote: the statement stays, without them. */
export async function verify({ platform, means, run, outcomes }: Work): Promise<StepResult<'VERIFY'>> {
  const snapshots = await readSnapshots(platform.db, run.userId, outcomes.GATHER!.snapshots);
  let madeUp = 0;
  const claims = outcomes.EXTRACT!.claims.map(({ text, quote, source }): StoredClaim => {
    const snapshot = source === null ? undefined : snapshots[source];
    const verdict = quote !== null && snapshot ? means.verify(quote, snapshot.text) : 'UNVERIFIED';
    if (verdict !== 'UNVERIFIED') return { text, quote, source, verdict };
    if (quote !== null) madeUp++;
    return { text, quote: null, source, verdict };
  });
  const count = (verdict: StoredClaim['verdict']) => claims.filter((claim) => claim.verdict === verdict).length;
  const counts = {
    verbatim: count('VERBATIM'),
    supported: count('SUPPORTED'),
    unverified: count('UNVERIFIED'),
    madeUp,
  };
  return {
    outcome: { claims },
    note: `${counts.verbatim + counts.supported} of ${claims.length} statements rest on words of their source${
      madeUp > 0 ? `; ${madeUp} quotes that are not there were taken out` : ''
    }.`,
    counts,
  };
}
