import { Temporal } from 'temporal-polyfill';
import { badInput } from '../shared/errors.ts';
import type { ResearchUserContext } from './context.ts';
import type { ResearchStatus } from './generated.ts';
import { type ReportPart, reportText, sourcesOf } from './reportText.ts';
import { readResults } from './results.ts';
import type { FetchedSource } from './rows.ts';

/** Most results that one report tells of. */
const mostResults = 200;
const mostDays = 366;

export interface ReportArgs {
  categoryIds?: readonly string[] | null;
  from?: string | Date | null;
  to?: string | Date | null;
  statuses: readonly ResearchStatus[];
}

/** A report, of which the texts are written when they are asked for. */
export interface Report {
  title: string;
  from: string;
  to: string;
  resultCount: number;
  sources: FetchedSource[];
  markdown(): string;
  html(): Promise<string>;
}

/**
 * What research found in a stretch of days.
 * @throws GraphQLError BAD_USER_INPUT when that is too much, or the days are none.
 */
export async function makeReport(ctx: ResearchUserContext, args: ReportArgs): Promise<Report> {
  const to = dayOf(args.to) ?? (await today(ctx));
  const from = dayOf(args.from) ?? to.subtract({ days: 6 });
  const days = from.until(to).days + 1;
  if (days < 1) throw badInput('"from" must not come after "to".');
  if (days > mostDays) throw badInput(`A report may span at most ${mostDays} days.`);
  if (args.categoryIds && args.categoryIds.length > 100) throw badInput('"categoryIds" may hold at most 100 ids.');
  const filter = { statuses: [...args.statuses], from: from.toString(), to: to.toString() };
  const rows = await readResults(ctx, filter, args.categoryIds ?? null, mostResults + 1);
  if (rows.length > mostResults) {
    throw badInput(`There are more than ${mostResults} results in this time: choose fewer days or categories.`);
  }
  const categories = await ctx.loaders.category.loadMany([...new Set(rows.map(({ categoryId }) => categoryId))]);
  const parts = categories
    .flatMap((category): ReportPart[] =>
      category === null || category instanceof Error
        ? []
        : [{ category: category.name, results: rows.filter(({ categoryId }) => categoryId === category.id) }],
    )
    .sort((a, b) => a.category.localeCompare(b.category, 'en'));
  const sources = sourcesOf(parts);
  const title = `Research from ${from} to ${to}`;
  const markdown = () => reportText(title, parts, sources);
  return {
    title,
    from: from.toString(),
    to: to.toString(),
    resultCount: rows.length,
    sources,
    markdown,
    html: async () => (await import('./html.ts')).toHtml(markdown()),
  };
}

const dayOf = (date: string | Date | null | undefined) =>
  date == null ? null : Temporal.PlainDate.from(date instanceof Date ? date.toISOString().slice(0, 10) : date);

/** The person's own day: the one fact of a profile that is needed here. UTC for somebody who is no more. */
async function today({ db, userId, now }: ResearchUserContext): Promise<Temporal.PlainDate> {
  const [row] = await db.$queryRaw<{ time_zone: string }[]>`SELECT time_zone FROM users WHERE id = ${userId}`;
  const instant = Temporal.Instant.fromEpochMilliseconds(now().getTime());
  return instant.toZonedDateTimeISO(row?.time_zone ?? 'UTC').toPlainDate();
}
