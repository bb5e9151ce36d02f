import type { AutomationRule } from '../../../prisma/generated/client.ts';
import type { Scope } from '../../shared/context.ts';
import type { EventFilter } from '../eventTypes.ts';
import type { Comparison, GoalMetric, HttpMethod, NotificationKind } from '../generated.ts';

/** The parts of a rule as they are stored in JSON: tagged objects, everything filled in. */

export interface ScheduleTrigger {
  type: 'schedule';
  cron: string | null;
  rrule: string | null;
  timeZone: string | null;
  /** The local day on which it was written, from which it counts; absent in rules of early versions: the day they were made. */
  startDate?: string;
}

export interface EventTrigger {
  type: 'event';
  event: string;
  filters: EventFilter[];
}

/** A goal's number against a line; the line is a decimal as text. */
export interface GoalLine {
  goalId: string;
  metric: GoalMetric;
  comparison: Comparison;
  value: string;
}

export interface ConditionTrigger extends GoalLine {
  type: 'condition';
  forMinutes: number;
}

export type Trigger = ScheduleTrigger | EventTrigger | ConditionTrigger;

export interface GoalCondition extends GoalLine {
  type: 'goal';
}

export interface TimeCondition {
  type: 'time';
  /** `HH:MM`, local. */
  from: string | null;
  to: string | null;
  /** ISO days; empty for all. */
  weekdays: number[];
}

export type Condition = GoalCondition | TimeCondition;

export interface NotificationAction {
  type: 'notification';
  kind: NotificationKind;
  title: string;
  body: string | null;
  subjectId: string | null;
}

export interface DataUpdateAction {
  type: 'dataUpdate';
  document: string;
  variables: Record<string, unknown>;
}

export interface ApiCallAction {
  type: 'apiCall';
  method: HttpMethod;
  url: string;
  headers: { name: string; value: string }[];
  body: string | null;
}

export interface AiTaskAction {
  type: 'aiTask';
  prompt: string;
  subjectIds: string[];
}

export type Action = NotificationAction | DataUpdateAction | ApiCallAction | AiTaskAction;

/** A rule's row, its JSON columns known for what they hold. */
export type RuleRow = Omit<AutomationRule, 'triggers' | 'conditions' | 'actions' | 'scopes'> & {
  scopes: Scope[];
  triggers: Trigger[];
  conditions: Condition[];
  actions: Action[];
};
