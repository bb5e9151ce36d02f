import type { InsightKind } from '../generated.ts';
import { type Evidence, isCovered } from './evidence.ts';

/** An insight before it is stored. */
export interface Draft {
  kind: InsightKind;
  title: string;
  text: string;
  /** Every number of title and text. The first is the figure that says whether the finding has changed. */
  evidence: [Evidence, ...Evidence[]];
  /** With the kind: what it is about. Two findings of the same key are the same finding with other figures. */
  subjectKey: string;
  goalIds: string[];
  /** Names that occur in title and text, in quotation marks. */
  names: string[];
}

/** Whether every number of a draft is one of its evidence. */
export const isProven = ({ title, text, evidence, names }: Draft): boolean =>
  isCovered(title, evidence, names) && isCovered(text, evidence, names);

/** The clearest first. */
export const bySize = <Found extends { size: number }>(found: Found[]): Found[] =>
  found.sort((a, b) => b.size - a.size);
