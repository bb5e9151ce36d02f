import { Decimal } from 'decimal.js';
import { GraphQLError } from 'graphql';
import type { Scope } from '../../shared/context.ts';
import type { Graph, GraphAnswer } from '../../shared/graph.ts';
import { readClock, todayOf } from '../../shared/personalClock.ts';
import type { Platform } from '../../shared/platform.ts';
import { withTaskToken } from '../../shared/taskTokens.ts';
import type { GoalMetric } from '../generated.ts';
import type { GoalLine } from './rule.ts';

/** Whoever asks the graph for a rule: the run, or the rule that watches; and what it may do. */
export interface Asker {
  userId: string;
  /** Of the run or rule: the actor in events. */
  taskId: string;
  scopes: readonly Scope[];
  author: { authorKind: string; authorId: string };
  /** The run that everything follows from which is done. */
  causationId?: string;
}

const tokenSeconds = 60;

/** The graph does not tell a rule what it asks for: the message is the graph's. */
export class AnswerRefused extends Error {
  override name = 'AnswerRefused';
  readonly answer: GraphAnswer;
  constructor(answer: GraphAnswer) {
    super(answer.errors?.[0]?.message);
    this.answer = answer;
  }
}

/** Asks the graph with a token for just this, which ends with it. @throws GraphUnreachable */
export function askAs(
  { db, graph, now }: Pick<Platform, 'db' | 'graph' | 'now'>,
  { userId, taskId, scopes, author, causationId }: Asker,
  request: Omit<Parameters<Graph['ask']>[0], 'token'>,
): Promise<GraphAnswer> {
  const behalf = author.authorKind === 'apiKey' ? ({ kind: 'apiKey', id: author.authorId } as const) : null;
  const task = { userId, kind: 'automation', taskId, scopes, behalf, causationId: causationId ?? null } as const;
  return withTaskToken(db, task, { now: now(), seconds: tokenSeconds }, (token) =>
    graph.ask({ ...request, token, requestId: taskId }),
  ).catch((error) => {
    // Within one process, a token that does not hold is refused before there is an answer.
    if (error instanceof GraphQLError) return { errors: [error.toJSON()] };
    throw error;
  });
}

/** The numbers of a goal that rules watch; null for what is not known. */
export interface GoalNumbers {
  title: string;
  numbers: Record<GoalMetric, Decimal | null>;
}

const document = `query AutomationGoal($id: ID!) {
  goal(id: $id) {
    title startDate currentValue percent strength
    pace { safeDays }
    streak { current }
    entries(first: 1) { nodes { localDate } }
  }
}`;

/**
 * A goal's numbers as the graph has them; null when there is no such goal.
 * @throws GraphUnreachable, AnswerRefused
 */
export async function readNumbers(
  platform: Pick<Platform, 'db' | 'graph' | 'now'>,
  asker: Asker,
  goalId: string,
): Promise<GoalNumbers | null> {
  const scopes = asker.scopes.filter((scope) => scope === 'goals:read');
  const answer = await askAs(platform, { ...asker, scopes }, { query: document, variables: { id: goalId } });
  if (answer.errors?.length) throw new AnswerRefused(answer);
  const goal = answer.data?.goal;
  if (!goal) return null;
  const today = todayOf(await readClock(platform.db, asker.userId), platform.now());
  const latest: string = goal.entries.nodes[0]?.localDate ?? goal.startDate;
  const decimal = (value: unknown) => (value == null ? null : new Decimal(value as Decimal.Value));
  return {
    title: goal.title,
    numbers: {
      VALUE: decimal(goal.currentValue),
      PERCENT: decimal(goal.percent),
      SAFE_DAYS: decimal(goal.pace?.safeDays),
      STREAK: decimal(goal.streak?.current),
      STRENGTH: goal.strength == null ? null : new Decimal(goal.strength).times(100),
      DAYS_SINCE_ENTRY: new Decimal(Math.max(0, (Date.parse(today) - Date.parse(latest)) / 86_400_000)),
    },
  };
}

/** Whether a number is beyond a line. */
export const isBeyond = ({ comparison, value }: GoalLine, number: Decimal): boolean =>
  comparison === 'ABOVE' ? number.gt(value) : number.lt(value);
