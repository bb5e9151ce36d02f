import type { InsightRow } from '../rows.ts';
import type { Draft } from './draft.ts';

const day = 24 * 3_600_000;
/** New ones a day: more would not be read. */
export const mostADay = 5;
/** For so long the same finding is not repeated while its figure stays about the same, in milliseconds. */
const repeatedAfter = 14 * day;
/** For so long nothing is said of what the person dismissed, in milliseconds. */
const quietAfterDismissal = 30 * day;
/** A figure that moved by this share of itself, or to the other side of 0, is news. */
const notableChange = 0.25;

/** An insight that there is already. */
export type Past = Pick<InsightRow, 'id' | 'kind' | 'subjectKey' | 'evidence' | 'readAt' | 'dismissedAt' | 'createdAt'>;

/** A finding that is worth telling, and the insight whose place it takes: an old one that nobody has read. */
export interface Chosen {
  draft: Draft;
  replaces: string | null;
}

/** Which of the findings of a day to tell, given what was told before. Drafts come in the order of their merit. */
export function chooseDrafts(drafts: readonly Draft[], past: readonly Past[], now: Date): Chosen[] {
  const chosen: Chosen[] = [];
  const told = new Set<string>();
  for (const draft of drafts) {
    if (chosen.length === mostADay) break;
    const key = `${draft.kind} ${draft.subjectKey}`;
    if (told.has(key)) continue;
    const same = past
      .filter(({ kind, subjectKey }) => kind === draft.kind && subjectKey === draft.subjectKey)
      .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
    const age = (at: Date) => now.getTime() - at.getTime();
    if (same.some(({ dismissedAt }) => dismissedAt !== null && age(dismissedAt) < quietAfterDismissal)) continue;
    const [latest] = same;
    if (latest && age(latest.createdAt) < repeatedAfter && !hasChanged(latest, draft)) continue;
    told.add(key);
    const isUnread = latest !== undefined && latest.readAt === null && latest.dismissedAt === null;
    chosen.push({ draft, replaces: isUnread ? latest.id : null });
  }
  return chosen;
}

/** Whether the leading figure has moved notably since. */
function hasChanged({ evidence }: Past, draft: Draft): boolean {
  const before = Number(evidence[0]?.value ?? 0);
  const now = Number(draft.evidence[0].value);
  return Math.abs(now - before) >= notableChange * Math.abs(before) && now !== before;
}
