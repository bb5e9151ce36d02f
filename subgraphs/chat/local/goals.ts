import { listAt, numberAt, plain, textAt } from './values.ts';

/** What a tool told of a goal. Much of it may be missing: tools select what they need. */
export interface ToldGoal {
  readonly id: string;
  readonly title: string;
  readonly unit: string | null;
  readonly kind: string | null;
  readonly status: string | null;
  readonly target: number | null;
  /** What was told, for the figures that only an answer needs. */
  readonly told: unknown;
}

export function toldGoal(value: unknown): ToldGoal | null {
  const [id, title] = [textAt(value, 'id'), textAt(value, 'title')];
  if (id === null || title === null) return null;
  return {
    id,
    title: plain(title, 200),
    unit: plain(textAt(value, 'unit') ?? '', 50) || null,
    kind: textAt(value, 'kind'),
    status: textAt(value, 'status'),
    target: numberAt(value, 'targetValue'),
    told: value,
  };
}

/** The goals of `ListGoals`. */
export const toldGoals = (data: unknown): ToldGoal[] =>
  listAt(data, 'viewer', 'goals').flatMap((value) => toldGoal(value) ?? []);

/** How many goals there are beyond those that were told; 0 when that is not known. */
export const untoldGoals = (data: unknown): number =>
  Math.max(0, (numberAt(data, 'viewer', 'goals', 'totalCount') ?? 0) - toldGoals(data).length);

/** Those that run; all when none is said to. */
export const activeGoals = (goals: readonly ToldGoal[]): ToldGoal[] =>
  goals.filter(({ status }) => status === null || status === 'ACTIVE');
