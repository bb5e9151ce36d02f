import { describe, expect, test } from '@jest/globals';
import { ana, graph } from '../../support/begin.ts';
import { beginWithGoogle, connect, google, look } from './google.ts';
import { beginSyncing, ids, items, mail, syncAgain, syncOf, work } from './syncing.ts';

await beginWithGoogle();
beginSyncing();

/** Connected and synced for the first time. */
async function connected(): Promise<string> {
  const { id } = await connect(ana);
  await work(id);
  return id;
}

describe('Gmail', () => {
  test('first reads the newest mail in pages: who, what about, how it begins', async () => {
    google.mailbox.add(mail('m1'), mail('m2', ['INBOX']), mail('m3'), mail('m4'), mail('m5'));
    const id = await connected();
    const found = await items(id);
    expect(Object.keys(found)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
    expect(found.m1).toMatchObject({
      threadId: 't-m1',
      sender: 'Bea <bea@example.com>',
      subject: 'Subject m1',
      snippet: "It's about Subject m1",
      receivedAt: new Date('2026-03-09T08:00:00.000Z'),
      unread: true,
      labels: ['INBOX', 'UNREAD'],
    });
    expect(found.m2!.unread).toBe(false);
    const lists = google.calls.filter(({ path }) => path.endsWith('/messages'));
    expect(lists.map(({ query }) => query.get('q'))).toEqual(Array(3).fill('newer_than:30d'));
    const state = await look(ana, id);
    expect(state).toMatchObject({ status: 'ACTIVE', syncing: false });
    expect(state.log.nodes).toMatchObject([{ kind: 'SYNCED', received: 5, changed: 5 }, { kind: 'CONNECTED' }]);
    expect(state.lastFullSyncAt).toBe(graph.clock.now().toISOString());
    expect(Date.parse(state.nextSyncAt) - graph.clock.now().getTime()).toBe(15 * 60_000);
  });

  test('then only what has changed: new, labelled, deleted, thrown away', async () => {
    google.mailbox.add(mail('m1'), mail('m2'), mail('m3'), mail('m4', ['SPAM']));
    const id = await connected();
    expect(await ids(id)).toEqual(['m1', 'm2', 'm3']);
    google.mailbox.add(mail('m5'));
    google.mailbox.label('m1', ['INBOX']);
    google.mailbox.remove('m2');
    google.mailbox.label('m3', ['TRASH']);
    google.calls.length = 0;
    await syncAgain(id);
    expect(await ids(id)).toEqual(['m1', 'm5']);
    expect((await items(id)).m1!.unread).toBe(false);
    expect(google.calls.filter(({ path }) => path.endsWith('/messages'))).toEqual([]);
    expect((await look(ana, id)).log.nodes[0]).toMatchObject({ kind: 'SYNCED', received: 2, changed: 2, deleted: 2 });
    google.calls.length = 0;
    await syncAgain(id);
    expect(google.calls).toHaveLength(1);
  });

  test('loses nothing that comes, goes or is deleted while pages are read', async () => {
    google.mailbox.add(mail('m1'), mail('m2'), mail('m3'), mail('m4'));
    let pages = 0;
    google.onCall = ({ path }) => {
      if (!path.endsWith('/messages')) return;
      pages += 1;
      // The list moves under the reader: one is added in front, and one that was just listed is deleted.
      if (pages === 1) google.mailbox.add(mail('m5'));
      if (pages === 2) google.mailbox.remove('m2');
    };
    const id = await connected();
    expect(await ids(id)).toEqual(['m1', 'm3', 'm4', 'm5']);
  });

  test('reads everything anew when Gmail has forgotten, and what is gone there goes here', async () => {
    google.mailbox.add(mail('m1'), mail('m2'));
    const id = await connected();
    const first = (await syncOf(id)).lastFullSyncAt!;
    google.mailbox.remove('m1');
    google.mailbox.add(mail('m3'));
    google.mailbox.forgotten = google.mailbox.history.length;
    await syncAgain(id);
    expect(await ids(id)).toEqual(['m2', 'm3']);
    expect((await syncOf(id)).lastFullSyncAt!.getTime()).toBeGreaterThan(first.getTime());
  });

  test('begins anew when the page it stopped at is no more', async () => {
    google.mailbox.add(mail('m1'), mail('m2'), mail('m3'));
    const id = await connected();
    await graph.db.connectionSync.updateMany({
      where: { connectionId: id },
      data: { position: { historyId: '1', list: 'page-2' } },
    });
    google.faults.push({ path: '/messages', fault: { status: 400, body: { error: { code: 400 } } } });
    await syncAgain(id);
    expect(await ids(id)).toEqual(['m1', 'm2', 'm3']);
    expect((await look(ana, id)).status).toBe('ACTIVE');
  });
});
