import type { RuleRun, RuleRunStep } from '../../../prisma/generated/client.ts';
import type { Scope } from '../../shared/context.ts';
import type {
  AutomationRunReason,
  AutomationRunState,
  AutomationRunTrigger,
  AutomationStepKind,
  AutomationStepState,
} from '../generated.ts';
import type { Action, Condition, Trigger } from './rule.ts';

/** What set a run off, as texts of actions may tell of it. Stored with the run: what is sent again is the same. */
export interface Moment {
  /** When it was, RFC 3339. */
  at: string;
  event?: { id: string; type: string; at: string; subjectId: string; data: Record<string, unknown> };
  /** `YYYY-MM-DDTHH:MM` on the schedule's wall clock. */
  occurrence?: string;
  /** The goal that it is about, and the number that crossed the line. */
  goalId?: string;
  value?: string;
  /** Of a run that is tried once more: the step that an earlier one may have done, and whose key it goes out under. */
  resumes?: { step: number; runId: string };
}

/** The moment of a run that somebody sets off by hand: about the goal whose numbers the rule waits for, where that is one goal. */
export function momentByHand({ triggers }: { triggers: readonly Trigger[] }, now: Date): Moment {
  const [goalId, ...others] = new Set(triggers.flatMap((one) => (one.type === 'condition' ? [one.goalId] : [])));
  return { at: now.toISOString(), ...(goalId !== undefined && others.length === 0 && { goalId }) };
}

/** A run's row, its JSON columns known for what they hold. */
export type RunRow = Omit<RuleRun, 'state' | 'trigger' | 'reason' | 'moment' | 'conditions' | 'actions' | 'scopes'> & {
  state: AutomationRunState;
  trigger: AutomationRunTrigger;
  reason: AutomationRunReason | null;
  moment: Moment;
  conditions: Condition[];
  actions: Action[];
  scopes: Scope[];
};

export type RunStepRow = RuleRunStep & { kind: AutomationStepKind; state: AutomationStepState };

/** States in which a run counts as under way for its rule's mode. */
export const openStates = ['QUEUED', 'RUNNING'] as const satisfies readonly AutomationRunState[];

const stepKinds = {
  goal: 'GOAL_CONDITION',
  time: 'TIME_CONDITION',
  notification: 'NOTIFICATION',
  dataUpdate: 'DATA_UPDATE',
  apiCall: 'API_CALL',
  aiTask: 'AI_TASK',
} as const satisfies Record<(Condition | Action)['type'], AutomationStepKind>;

export const stepKindOf = ({ type }: Condition | Action): AutomationStepKind => stepKinds[type];

/** Conditions first, then actions: a step's ordinal is its place in this list. */
export const partsOf = ({ conditions, actions }: Pick<RunRow, 'conditions' | 'actions'>): (Condition | Action)[] => [
  ...conditions,
  ...actions,
];

/** What goes out under this key has its effect once. */
export const stepKey = (runId: string, ordinal: number): string => `${runId}.${ordinal}`;
