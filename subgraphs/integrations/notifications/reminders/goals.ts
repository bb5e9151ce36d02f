import { GraphUnreachable } from '../../../shared/graph.ts';
import { readClock, todayOf } from '../../../shared/personalClock.ts';
import type { Platform } from '../../../shared/platform.ts';
import { withTaskToken } from '../../../shared/taskTokens.ts';

/** What reminders must know of a goal when they fall. */
export interface GoalState {
  id: string;
  title: string;
  status: string;
  deadline: string | null;
  pace: { status: string; safeDays: number | null; dueText: string | null };
  loggedToday: boolean;
}

const document = `query GoalsOfReminders($ids: [ID!]!, $day: LocalDate!) {
  nodes(ids: $ids) {
    ... on Goal {
      id title status deadline
      pace { status safeDays dueText }
      entries(first: 1, from: $day, to: $day) { nodes { id } }
    }
  }
}`;
const batch = 20;

/**
 * Asks the graph how these goals stand. Those that are no more are left out.
 * @param taskId the reminder on whose account it is asked.
 * @returns null when the graph cannot be asked now.
 */
export async function askGoals(
  { db, graph, now, log }: Platform,
  userId: string,
  taskId: string,
  ids: readonly string[],
): Promise<Map<string, GoalState> | null> {
  const found = new Map<string, GoalState>();
  if (ids.length === 0) return found;
  const day = todayOf(await readClock(db, userId), now());
  const task = { userId, kind: 'automation', taskId, scopes: ['goals:read'], behalf: null } as const;
  try {
    await withTaskToken(db, task, { now: now(), seconds: 60 }, async (token) => {
      for (let start = 0; start < ids.length; start += batch) {
        const variables = { ids: ids.slice(start, start + batch), day };
        const { data, errors } = await graph.ask({ token, query: document, variables });
        if (!data?.nodes) throw new GraphUnreachable(errors?.[0]?.message ?? 'There was no answer.');
        for (const node of data.nodes as ({ entries: { nodes: unknown[] } | null } & GoalState)[]) {
          if (node?.pace) found.set(node.id, { ...node, loggedToday: (node.entries?.nodes.length ?? 0) > 0 });
        }
        // A goal without an answer is no goal that is gone.
        if (errors) throw new GraphUnreachable(errors[0]!.message);
      }
    });
    return found;
  } catch (error) {
    log.warn({ error: (error as Error).message }, 'goals could not be asked for: their reminders wait');
    return null;
  }
}
