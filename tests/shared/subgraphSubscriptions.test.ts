import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readEvents } from '../../subgraphs/shared/events.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { viewerOf } from '../support/smallSubgraph.ts';
import { type Notes, startNotes } from './notesSubgraph.ts';

let notes: Notes;
beforeAll(async () => {
  notes = await startNotes();
});
afterAll(() => notes?.stop());
beforeEach(() => notes.freshen());

describe('a subscription field', () => {
  const document = `subscription ($prefix: String) { noteWritten(prefix: $prefix) { event { id at } note { text } prefix } }`;

  test('is resolved for one event of the viewer', async () => {
    await notes.write({ id: 's1', text: 'seen' });
    const [event] = await readEvents(notes.db, notes.viewer.userId, 0n);
    expect(await notes.run(document, { prefix: 'p' }, { viewer: notes.viewer }, { eventId: event!.id })).toEqual({
      data: {
        noteWritten: {
          event: { id: event!.id, at: '2026-03-10T12:00:00.000Z' },
          note: { text: 'seen' },
          prefix: 'p',
        },
      },
    });
  });

  test('takes an event that its caller has, without reading it again', async () => {
    await notes.write({ id: 's3', text: 'at hand' });
    const event = (await readEvents(notes.db, notes.viewer.userId, 0n)).at(-1)!;
    const changed = { ...event, at: new Date('2026-01-01T00:00:00.000Z') };
    const { data } = await notes.run(document, {}, { viewer: notes.viewer }, { eventId: event.id, event: changed });
    expect(data).toMatchObject({
      noteWritten: { event: { at: '2026-01-01T00:00:00.000Z' }, note: { text: 'at hand' } },
    });
  });

  test('says of a delta that is gone meanwhile, or another’s, that there is none', async () => {
    const eventId = `${newId('message')}.1`;
    const answer = await notes.run('subscription { dictated { sequence } }', {}, { viewer: notes.viewer }, { eventId });
    expect(answer).toMatchObject({ data: null, errors: [{ path: ['dictated'], extensions: { code: 'NOT_FOUND' } }] });
  });

  test('answers nothing for an event that is absent or another’s', async () => {
    await notes.write({ id: 's2', text: 'hers' });
    const [event] = await readEvents(notes.db, notes.viewer.userId, 0n);
    const other = viewerOf(newId('user'));
    for (const who of [{ viewer: other }, { viewer: null }]) {
      expect(await notes.run(document, {}, who, { eventId: event!.id })).toEqual({ data: null });
      expect(await notes.run(document, {}, who, { eventId: event!.id, event })).toEqual({ data: null });
    }
    expect(await notes.run(document, {}, { viewer: notes.viewer }, { eventId: 'event_nothing' })).toEqual({
      data: null,
    });
  });
});
