import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../../operations/insights');
const read = (name: string) => readFileSync(join(folder, `${name}.graphql`), 'utf8').trim();

/** The queries that insights are made from: the same files that integrators have. */
export const documents = {
  subjects: read('InsightSubjects'),
  progress: read('InsightProgress'),
  streaks: read('InsightStreaks'),
  trends: read('InsightTrends'),
  correlations: read('InsightCorrelations'),
  pace: read('InsightPace'),
} as const;

/** Asks the graph as one person. @throws Error when the answer has errors. */
export type Ask = (document: string, variables: Record<string, unknown>) => Promise<unknown>;

/** A query with its answer. */
export interface Answered<Data> {
  document: string;
  variables: Record<string, unknown>;
  data: Data;
  /** The person's local day when it was asked. */
  today: string;
}

/** As text, for decimals lose nothing that way. */
type Decimal = string;

export interface SubjectsAnswer {
  viewer: {
    timeZone: string;
    dayStartMinutes: number;
    dashboard: { todayProgress: { localDate: string } | null } | null;
    goals: { nodes: { id: string; kind: string; entryCount: number }[] } | null;
  } | null;
}

export interface ProgressAnswer {
  viewer: {
    analytics: {
      progress: {
        goal: {
          id: string;
          title: string;
          unit: string | null;
          kind: string;
          direction: 'AT_LEAST' | 'AT_MOST';
          cumulative: boolean;
        };
        buckets: { start: string; end: string; sum: Decimal; days: number }[];
      }[];
    } | null;
  } | null;
}

export interface TrendsAnswer {
  viewer: {
    analytics: {
      trends: {
        goal: {
          id: string;
          title: string;
          unit: string | null;
          kind: string;
          cumulative: boolean;
          startDate: string;
        };
        direction: 'RISING' | 'FALLING' | 'STEADY' | null;
        days: number;
        sum: Decimal;
        mean: Decimal | null;
        previousSum: Decimal;
        previousMean: Decimal | null;
        changePercent: number | null;
      }[];
    } | null;
  } | null;
}

export interface CorrelationsAnswer {
  viewer: {
    analytics: {
      correlations: {
        a: { id: string; title: string };
        b: { id: string; title: string };
        lag: number;
        n: number;
        r: number;
        rho: number;
        q: number;
      }[];
    } | null;
  } | null;
}

export interface StreaksAnswer {
  nodes: ({
    id: string;
    title: string;
    frequency: { period: Period; interval: number } | null;
    streak: { current: number; currentStart: string | null; best: number } | null;
  } | null)[];
}
export type Period = 'DAY' | 'WEEK' | 'MONTH' | 'YEAR';

export interface PaceAnswer {
  nodes: ({
    id: string;
    title: string;
    unit: string | null;
    kind: string;
    direction: 'AT_LEAST' | 'AT_MOST';
    cumulative: boolean;
    percent: number | null;
    line: { deadline: string | null } | null;
    pace: { status: string; delta: Decimal | null; requiredPerDay: Decimal | null; daysLeft: number | null };
    forecast: { kind: string; date: string | null; ratePerDay: Decimal | null };
  } | null)[];
}
