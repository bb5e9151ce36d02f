import { Temporal } from 'temporal-polyfill';
import { noticeCorrelations } from './correlations.ts';
import {
  type Answered,
  type Ask,
  type CorrelationsAnswer,
  documents,
  type PaceAnswer,
  type ProgressAnswer,
  type StreaksAnswer,
  type SubjectsAnswer,
  type TrendsAnswer,
} from './documents.ts';
import type { Draft } from './draft.ts';
import { noticeFinish, noticeProgress } from './progress.ts';
import { noticeRisks } from './risks.ts';
import { noticeStreaks } from './streaks.ts';
import { noticeTrends } from './trends.ts';

/** The graph's own bounds on what it computes at once. */
const mostGoals = 50;
const mostCorrelated = 20;

/** What an insight run has to know of a person before anything else. */
export interface Subjects {
  timeZone: string;
  dayStartMinutes: number;
  /** The person's local day. */
  today: string;
  /** Goals that run, those with the most entries first. */
  goals: readonly { id: string; kind: string }[];
}

/** @throws Error when the graph does not know the person, or cannot tell their day or goals just now. */
export async function readSubjects(ask: Ask): Promise<Subjects> {
  const { viewer } = (await ask(documents.subjects, { filter: { status: ['ACTIVE'] } })) as SubjectsAnswer;
  const today = viewer?.dashboard?.todayProgress?.localDate;
  if (!viewer?.goals || !today) throw new Error('The graph could not say whom insights are for.');
  const { timeZone, dayStartMinutes } = viewer;
  const goals = [...viewer.goals.nodes].sort((a, b) => b.entryCount - a.entryCount).slice(0, mostGoals);
  return { timeZone, dayStartMinutes, today, goals };
}

/**
 * Everything that can be noticed about a person's goals on a day. Kinds take turns, each with its clearest first, so that the first
 * few are of several kinds.
 */
export async function findDrafts(ask: Ask, { today, goals }: Subjects): Promise<Draft[]> {
  // Of milestone goals there are no values by day.
  const valued = goals.filter(({ kind }) => kind !== 'MILESTONE').map(({ id }) => id);
  const habits = goals.filter(({ kind }) => kind === 'HABIT').map(({ id }) => id);
  const aimed = goals.filter(({ kind }) => kind !== 'HABIT').map(({ id }) => id);
  const answer = async <Data>(document: string, variables: Record<string, unknown>): Promise<Answered<Data>> => ({
    document,
    variables,
    data: (await ask(document, variables)) as Data,
    today,
  });
  // One after the other: nobody waits for insights, and the graph has others to answer.
  const kinds: Draft[][] = [];
  const pace = aimed.length > 0 ? await answer<PaceAnswer>(documents.pace, { goalIds: aimed }) : null;
  if (pace) kinds.push(noticeRisks(pace));
  if (habits.length > 0) {
    kinds.push(noticeStreaks(await answer<StreaksAnswer>(documents.streaks, { goalIds: habits })));
  }
  if (valued.length > 0) {
    const over = (days: number, goalIds: string[]) => ({ range: daysBefore(today, days), goalIds });
    const correlated = valued.slice(0, mostCorrelated);
    if (correlated.length > 1) {
      kinds.push(noticeCorrelations(await answer<CorrelationsAnswer>(documents.correlations, over(90, correlated))));
    }
    kinds.push(noticeTrends(await answer<TrendsAnswer>(documents.trends, over(28, valued))));
    kinds.push(noticeProgress(await answer<ProgressAnswer>(documents.progress, over(98, valued))));
  }
  if (pace) kinds.push(noticeFinish(pace));
  return takingTurns(kinds);
}

/** So many days, ending yesterday: today is not over yet. */
function daysBefore(today: string, days: number): { from: string; to: string } {
  const day = Temporal.PlainDate.from(today);
  return { from: day.subtract({ days }).toString(), to: day.subtract({ days: 1 }).toString() };
}

function takingTurns(kinds: readonly Draft[][]): Draft[] {
  const rounds = Math.max(0, ...kinds.map((drafts) => drafts.length));
  return Array.from({ length: rounds }, (_, i) => kinds.flatMap((drafts) => drafts[i] ?? [])).flat();
}
