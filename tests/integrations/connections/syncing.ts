import { beforeEach } from '@jest/globals';
import { syncNow } from '../../../subgraphs/integrations/connections/engine.ts';
import { createMeans, type Means } from '../../../subgraphs/integrations/connections/means.ts';
import { createOutside } from '../../../subgraphs/integrations/connections/outside.ts';
import { ana, graph } from '../../support/begin.ts';

/** Syncs as a worker does them, one after the other as the test wants. Calls are given up after a second. */
export let means: Means;

export function beginSyncing(): void {
  beforeEach(() => {
    const signalled = (signal?: AbortSignal) => ({ deadline: 2_000, ...(signal && { signal }) });
    means = {
      ...createMeans(graph.platform),
      outside: (signal) => createOutside(graph.platform, signalled(signal)),
      random: () => 0.5,
    };
  });
}

/** What a worker does that is handed a connection. */
export const work = (connectionId: string, closing = new AbortController().signal, own: Partial<Means> = {}) =>
  syncNow(graph.platform, { ...means, ...own }, connectionId, closing);

/** What came in, by its id at the provider. */
export async function items(connectionId: string): Promise<Record<string, Record<string, any>>> {
  const { db } = graph;
  const where = { connectionId };
  const [mails, events, received] = await Promise.all([
    db.mailMessage.findMany({ where }),
    db.calendarEvent.findMany({ where }),
    db.receivedEvent.findMany({ where }),
  ]);
  const rows = [...mails, ...events, ...received].sort((a, b) => (a.externalId < b.externalId ? -1 : 1));
  return Object.fromEntries(rows.map((row) => [row.externalId, row]));
}

/** Ids at the provider of what came in. */
export const ids = async (connectionId: string) => Object.keys(await items(connectionId));

const ask = 'mutation ($id: ID!) { syncConnection(input: { id: $id }) { connection { id } errors { code message } } }';
/** Asks for a sync as the person does, after the pause that is wanted, and works it off. */
export async function syncAgain(connectionId: string): Promise<void> {
  graph.clock.advance(60_000);
  const { errors } = (await ana.data(ask, { id: connectionId })).syncConnection;
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  await work(connectionId);
}

/** A row of the table of syncs. */
export const syncOf = (connectionId: string) => graph.db.connectionSync.findFirstOrThrow({ where: { connectionId } });

/** Events of the person's syncs so far. */
export async function syncEvents(): Promise<string[]> {
  const where = { userId: ana.userId, type: { startsWith: 'sync.' } };
  return (await graph.db.event.findMany({ where, orderBy: { seq: 'asc' } })).map(({ type }) => type);
}

export const mail = (id: string, labels: string[] = ['INBOX', 'UNREAD']) => ({
  id,
  from: 'Bea <bea@example.com>',
  subject: `Subject ${id}`,
  at: '2026-03-09T08:00:00.000Z',
  labels,
});
