import type { Person, TestGraph } from '../support/graph.ts';
import { addResult } from './found.ts';
import { errors, mutate } from './runs/standIns.ts';

export { errors, mutate };

export const categoryFields =
  'category { id name description prompt sources active missedRunPolicy version schedule { kind text timeZone startDate startTime description nextRuns(count: 2) { at localDate localTime offset } } }';
export const create = (person: Person, input: Record<string, unknown>) =>
  mutate(person, 'createResearchCategory', categoryFields, input);
export const problems = (payload: { errors: { code: string; path: string[] }[] }) =>
  payload.errors.map(({ code, path }) => `${code} ${path.join('.')}`);
export const daily = { kind: 'RRULE', text: 'FREQ=DAILY;BYHOUR=7;BYMINUTE=0', timeZone: 'Europe/Berlin' };

/** A result that waits for review, of two statements of which one is not verified. */
export const addPending = (graph: TestGraph, person: Person, more: Parameters<typeof addResult>[1] = {}) =>
  addResult(
    { db: graph.db, userId: person.userId, now: graph.clock.now() },
    {
      status: 'PENDING',
      claims: [
        { text: 'It helps.', quote: 'it helped', source: 0, verdict: 'VERBATIM' },
        { text: 'It is cheap.', quote: null, source: null, verdict: 'UNVERIFIED' },
      ],
      ...more,
    },
  );
