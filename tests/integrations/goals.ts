import { type EventData, type EventType, publish } from '../../subgraphs/shared/events.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import type { Person, TestGraph } from '../support/graph.ts';

/** A goal of a person, straight into the table: what it is about does not matter here. */
export async function makeGoal(
  graph: TestGraph,
  person: Person,
  fields: { title?: string; deadline?: string } = {},
): Promise<string> {
  const now = graph.clock.now();
  const id = newId('goal', now);
  await graph.db.goal.create({
    data: {
      userId: person.userId,
      id,
      kind: 'CUSTOM',
      title: fields.title ?? 'Run a marathon',
      direction: 'AT_LEAST',
      cumulative: false,
      aggregation: 'LAST',
      autoComplete: false,
      startDate: now,
      deadline: fields.deadline ? new Date(fields.deadline) : null,
      inputHash: 'test',
      createdAt: now,
      updatedAt: now,
    },
  });
  return id;
}

/** Something happens in another domain. */
export async function happens<T extends EventType>(
  graph: TestGraph,
  person: Person,
  type: T,
  subjectId: string,
  data: EventData<T>,
): Promise<void> {
  const actor = { kind: 'user', id: person.userId } as const;
  const now = graph.clock.now;
  await graph.db.$transaction((db) => publish({ db, userId: person.userId, actor, now }, { type, subjectId, data }));
}
