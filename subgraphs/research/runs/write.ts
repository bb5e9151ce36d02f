import { Temporal } from 'temporal-polyfill';
import type { Prisma, Tx } from '../../shared/db.ts';
import type { NewEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { link, plainText } from '../markdown.ts';
import type { FetchedSource, StoredClaim } from '../rows.ts';
import type { Outcomes } from './outcomes.ts';
import type { RunRow } from './rows.ts';
import { readSnapshots } from './snapshots.ts';

/** Writes down what a run has found: one result, waiting for review. A run can have no second one. */
export async function writeResult(tx: Tx, run: RunRow, outcomes: Partial<Outcomes>, at: Date): Promise<NewEvent> {
  const { userId, categoryId } = run;
  const { title, summary } = outcomes.EXTRACT!;
  const { claims } = outcomes.VERIFY!;
  const snapshots = await readSnapshots(tx, userId, outcomes.GATHER!.snapshots);
  const sources = snapshots.map(
    (snapshot): FetchedSource => ({
      url: snapshot.url,
      title: snapshot.title,
      fetchedAt: snapshot.fetchedAt.toISOString(),
      hash: snapshot.hash,
      snapshotId: snapshot.id,
    }),
  );
  const id = newId('result', at);
  await tx.researchResult.create({
    data: {
      userId,
      id,
      categoryId,
      runId: run.id,
      title,
      summary,
      content: contentOf(title, summary, claims, sources),
      sources: sources as unknown as Prisma.InputJsonArray,
      claims: claims as unknown as Prisma.InputJsonArray,
      researchDate: new Date(`${await localDate(tx, run, at)}T00:00:00Z`),
      createdIds: [],
      createdAt: at,
      updatedAt: at,
    },
  });
  return { type: 'researchResult.created', subjectId: id, data: { categoryId } };
}

/** The day by the wall clock of the category, or of the person where it has none. */
async function localDate(tx: Tx, { userId, categoryId }: RunRow, at: Date): Promise<string> {
  const [row] = await tx.$queryRaw<{ zone: string | null }[]>`
    SELECT coalesce((SELECT schedule_zone FROM research_categories WHERE user_id = ${userId} AND id = ${categoryId}),
                    (SELECT time_zone FROM users WHERE id = ${userId})) AS zone`;
  const zone = row?.zone ?? 'UTC';
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** As Markdown, in which texts of others are nothing but texts. */
function contentOf(
  title: string,
  summary: string,
  claims: readonly StoredClaim[],
  sources: readonly FetchedSource[],
): string {
  const statements = claims.map(({ text, quote, source }) => {
    const from = source === null ? undefined : sources[source];
    const quoted = quote === null ? [] : [`> ${plainText(quote)}`];
    const lines = quote === text ? quoted : [plainText(text), ...quoted];
    return [...lines, ...(from ? [`— ${link(from.title, from.url)}`] : [])].join('\n\n');
  });
  const read = sources.map((source) => `- ${link(source.title, source.url)}, ${source.fetchedAt}`).join('\n');
  return [`# ${plainText(title)}`, plainText(summary), ...statements, '## Sources', read].join('\n\n');
}
