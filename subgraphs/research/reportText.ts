import type { ClaimVerdict, ResearchStatus } from './generated.ts';
import { link, plainText } from './markdown.ts';
import type { FetchedSource, ResultRow, StoredClaim } from './rows.ts';

export interface ReportPart {
  category: string;
  /** The newest first. */
  results: readonly ResultRow[];
}

const verdicts: Record<ClaimVerdict, string> = {
  VERBATIM: 'verbatim',
  SUPPORTED: 'supported',
  UNVERIFIED: 'unverified',
};

const statuses: Record<Exclude<ResearchStatus, 'INTEGRATED'>, string> = {
  PENDING: 'waiting for review',
  APPROVED: 'approved',
  REJECTED: 'rejected',
};
const made: Readonly<Record<string, string>> = { goal: 'a goal', note: 'a note', rule: 'a rule' };

/** Where a result stands in its review, and what it was made into. */
function standingOf({ status, createdIds }: ResultRow): string {
  if (status !== 'INTEGRATED') return statuses[status];
  const kinds = createdIds.map((id) => made[id.slice(0, id.indexOf('_'))] ?? 'something');
  return `made into ${kinds.join(' and ') || 'something'}`;
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10);
/** A hash is hexadecimal; whatever else stood there is left out. */
const hashOf = ({ hash }: FetchedSource) => `\`${hash.replace(/[^0-9a-f]/gi, '') || 'none'}\``;
const minuteOf = (at: string) => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** What was read for these results, each text of an address once, in the order of the report. */
export function sourcesOf(parts: readonly ReportPart[]): FetchedSource[] {
  const all = parts.flatMap(({ results }) => results.flatMap(({ sources }) => sources));
  return [...new Map(all.map((source) => [`${source.hash} ${source.url}`, source])).values()];
}

/** A report as Markdown: by category and day what was found, then all that was read for it. */
export function reportText(title: string, parts: readonly ReportPart[], sources: readonly FetchedSource[]): string {
  const results = parts.reduce((sum, part) => sum + part.results.length, 0);
  const numbers = new Map(sources.map((source, i) => [`${source.hash} ${source.url}`, i + 1]));
  const blocks = [
    `# ${title}`,
    results === 0
      ? 'Nothing was found in this time.'
      : `${count(results, 'result')} in ${count(parts.length, 'category', 'categories')}, from ${count(sources.length, 'source')}.`,
    ...parts.flatMap((part) => partText(part, numbers)),
  ];
  if (sources.length > 0) blocks.push('## Sources', sources.map(sourceLine).join('\n'));
  return `${blocks.join('\n\n')}\n`;
}

function partText({ category, results }: ReportPart, numbers: ReadonlyMap<string, number>): string[] {
  const blocks = [`## ${plainText(category)}`];
  let day = '';
  for (const result of results) {
    if (dayOf(result.researchDate) !== day) {
      day = dayOf(result.researchDate);
      blocks.push(`### ${day}`);
    }
    blocks.push(`#### ${plainText(result.title)}`, `*${standingOf(result)}*`);
    const summary = plainText(result.summary);
    if (summary) blocks.push(summary);
    blocks.push(...result.claims.map((claim) => claimText(claim, result.sources, numbers)));
  }
  return blocks;
}

function claimText(
  { text, quote, source, verdict }: StoredClaim,
  sources: readonly FetchedSource[],
  numbers: ReadonlyMap<string, number>,
): string {
  const lines = [`- ${plainText(text)} (${verdicts[verdict]})`];
  const from = source === null ? undefined : sources[source];
  if (quote) lines.push('', `  > ${plainText(quote)}`);
  if (from) {
    const number = numbers.get(`${from.hash} ${from.url}`);
    lines.push(
      quote ? '  >' : '',
      `  ${quote ? '> ' : ''}${link(from.title, from.url)}, source ${number}, snapshot ${hashOf(from)}`,
    );
  }
  return lines.join('\n');
}

const sourceLine = (source: FetchedSource, i: number) =>
  `${i + 1}. ${link(source.title, source.url)}, fetched at ${minuteOf(source.fetchedAt)} UTC, SHA-256 ${hashOf(source)}`;
