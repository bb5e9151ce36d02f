import { Decimal } from 'decimal.js';
import type { Document } from '../reading/document.ts';
import type { Findings } from './means.ts';
import type { StepResult } from './outcomes.ts';
import { readSnapshots } from './snapshots.ts';
import { oneLine, storable } from './text.ts';
import { RunFailure, type Work } from './work.ts';

/** Most statements of a result, and longest texts of one. */
const mostClaims = 100;
const longest = { title: 300, summary: 10_000, claim: 2_000 };

/**
 * Finds statements in what was read. A model may do it, which is given texts and no tools, and whose answer is checked; without one, or when it
 * fails, the sentences that say most are taken as they are.
 */
export async function extract(work: Work): Promise<StepResult<'EXTRACT'>> {
  const { platform, means, run, category, signal } = work;
  const snapshots = await readSnapshots(platform.db, run.userId, work.outcomes.GATHER!.snapshots);
  const documents = snapshots.map(
    ({ url, title, text, publishedAt }): Document => ({ url, title, text, published: publishedAt }),
  );
  const prompt = category.prompt || category.name;
  const byModel = await askModel(work, documents, prompt);
  signal.throwIfAborted();
  const found: Findings | null = byModel ?? means.summarise(documents, prompt);
  const summary = storable(found?.summary ?? '', longest.summary).trim();
  if (!found || (found.claims.length === 0 && summary === '')) {
    throw new RunFailure('NOTHING_FOUND', 'What was read says nothing that could be written down.');
  }
  const claims = found.claims.slice(0, mostClaims).map(({ text, quote, sourceIndex }) => ({
    text: oneLine(text, longest.claim),
    quote: quote === null ? null : storable(quote, longest.claim),
    source: sourceIndex !== null && documents[sourceIndex] ? sourceIndex : null,
  }));
  return {
    outcome: { title: oneLine(found.title, longest.title) || category.name, summary, claims },
    note: `${claims.length} ${claims.length === 1 ? 'statement' : 'statements'} found ${byModel ? 'by a model' : 'without a model'}.`,
    counts: { claims: claims.length },
    progress: { claims: claims.length },
    ...(byModel && { cost: byModel.cost }),
  };
}

async function askModel({ platform, means, run, budget, signal }: Work, documents: Document[], prompt: string) {
  const left = new Decimal(budget.cost).minus(run.cost.toString());
  if (!means.extract || left.lte(0)) return null;
  try {
    const { userId, id: runId } = run;
    return await means.extract({ userId, runId, prompt, documents, budget: left.toString(), signal });
  } catch (error) {
    signal.throwIfAborted();
    platform.log.warn({ runId: run.id, error: (error as Error).message }, 'no model found statements');
    return null;
  }
}
