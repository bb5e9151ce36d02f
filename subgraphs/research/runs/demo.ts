import { sha256 } from '../../shared/crypto.ts';
import type { Prisma } from '../../shared/db.ts';
import { newId } from '../../shared/ids.ts';
import type { StoredClaim } from '../rows.ts';
import { steps } from './rows.ts';

const second = 1_000;

interface DemoFinding {
  userId: string;
  categoryId: string;
  /** When its result was written down. */
  at: Date;
  sources: readonly (readonly [url: string, title: string, text: string])[];
  claims: readonly Pick<StoredClaim, 'verdict'>[];
}

/** The run that led to a result, with its log, and what it read. */
export function demoRun({ userId, categoryId, at, sources, claims }: DemoFinding) {
  const before = (seconds: number) => new Date(at.getTime() - seconds * second);
  const [startedAt, dueAt] = [before(20), before(22)];
  const id = newId('run', dueAt);
  const snapshots = sources.map(([url, title, text]): Prisma.ResearchSnapshotCreateManyInput & { id: string } => ({
    userId,
    id: newId('snapshot', before(15)),
    kind: 'PAGE',
    url,
    finalUrl: url,
    title,
    text,
    hash: sha256(text),
    bytes: Buffer.byteLength(text),
    fetchedAt: before(15),
    checkedAt: before(15),
  }));
  const count = (verdict: StoredClaim['verdict']) => claims.filter((claim) => claim.verdict === verdict).length;
  const [read, found] = [sources.length, claims.length];
  const verdicts = { verbatim: count('VERBATIM'), supported: count('SUPPORTED'), unverified: count('UNVERIFIED') };
  const came: Record<(typeof steps)[number], { note: string; counts: Record<string, number> }> = {
    PLAN: {
      note: `${read} ${read === 1 ? 'address' : 'addresses'} to read.`,
      counts: { addresses: read, searches: 0 },
    },
    GATHER: {
      note: `${read} ${read === 1 ? 'text' : 'texts'} read.`,
      counts: { fetched: read, unchanged: 0, failed: 0, left: 0 },
    },
    EXTRACT: {
      note: `${found} ${found === 1 ? 'statement' : 'statements'} found without a model.`,
      counts: { claims: found },
    },
    VERIFY: {
      note: `${verdicts.verbatim + verdicts.supported} of ${found} statements rest on words of their source.`,
      counts: verdicts,
    },
    WRITE: { note: 'The result is written down.', counts: {} },
  };
  const log = steps.map(
    (step, i): Prisma.ResearchRunStepCreateManyInput => ({
      userId,
      runId: id,
      ordinal: i + 1,
      step,
      state: 'DONE',
      startedAt: before(20 - 4 * i),
      endedAt: before(16 - 4 * i),
      ...came[step],
    }),
  );
  const run: Prisma.ResearchRunCreateManyInput & { id: string } = {
    userId,
    id,
    categoryId,
    state: 'DONE',
    trigger: 'MANUAL',
    dueAt,
    step: 'WRITE',
    planned: read,
    fetched: read,
    claims: found,
    attempts: 1,
    createdAt: dueAt,
    startedAt,
    endedAt: at,
  };
  return { run, steps: log, snapshots };
}
