import { z } from 'zod';
import { googleConnect, googleUrl, lacksGoogle, readGoogle } from '../google.ts';
import type { Page, Position, Provider, ProviderCall } from '../provider.ts';
import { ProviderFault } from '../provider.ts';
import { fetchMessages } from './messages.ts';

/** How far back the first sync reads. */
const firstDays = 30;
/** Messages of a page. Each is a call of its own. */
const pageSize = 50;

const profile = z.object({ emailAddress: z.string(), historyId: z.coerce.string() });
const list = z.object({
  messages: z.array(z.object({ id: z.string() })).default([]),
  nextPageToken: z.string().optional(),
});
const touched = z.array(z.object({ message: z.object({ id: z.string() }) })).default([]);
const history = z.object({
  history: z
    .array(
      z.object({
        messagesAdded: touched,
        messagesDeleted: touched,
        labelsAdded: touched,
        labelsRemoved: touched,
      }),
    )
    .default([]),
  historyId: z.coerce.string(),
  nextPageToken: z.string().optional(),
});

/** While `list` is there, the first sync is under way, and everything that changes meanwhile comes after it from `historyId` on. */
interface GmailPosition extends Position {
  historyId: string;
  /** The next page of the first sync; '' for the first one. */
  list?: string;
  /** The next page of the history. */
  page?: string;
}

/** Mail of a Google account: who, what about and how it begins. The position is Gmail's `historyId`. */
export const gmail: Provider = {
  id: 'GMAIL',
  name: 'Gmail',
  kind: 'OAUTH',
  data: ['MAIL'],
  settingsSchema: z.strictObject({}),
  lacks: lacksGoogle,
  connect: googleConnect(['https://www.googleapis.com/auth/gmail.readonly'], async (outside, headers) => {
    const answer = await outside.fetch(googleUrl(outside.config, '/gmail/v1/users/me/profile'), { headers });
    const { emailAddress } = readGoogle(profile, answer, outside.now());
    return { id: emailAddress.toLowerCase(), label: emailAddress };
  }),
  async pull(call, position) {
    const known = position as GmailPosition | null;
    if (known === null) return readList(call, { historyId: await readHistoryId(call), list: '' });
    return known.list === undefined ? readHistory(call, known) : readList(call, known);
  },
};

async function readHistoryId(call: ProviderCall): Promise<string> {
  const answer = await call.ask(googleUrl(call.config, '/gmail/v1/users/me/profile'));
  return readGoogle(profile, answer, call.now()).historyId;
}

/** A page of the first sync. */
async function readList(call: ProviderCall, { historyId, list: pageToken }: GmailPosition): Promise<Page> {
  const answer = await call.ask(
    googleUrl(call.config, '/gmail/v1/users/me/messages', {
      q: `newer_than:${firstDays}d`,
      maxResults: pageSize,
      pageToken: pageToken || null,
    }),
  );
  // Page tokens do not last for ever.
  if (answer.status === 400 && pageToken) throw tooOld();
  const { messages, nextPageToken } = readGoogle(list, answer, call.now());
  const { items, removed } = await fetchMessages(call, new Set(messages.map(({ id }) => id)));
  return {
    resets: pageToken ? [] : [{ type: 'mail' }],
    removed,
    items,
    position: nextPageToken === undefined ? { historyId } : { historyId, list: nextPageToken },
    // What came meanwhile stands in the history, which comes next.
    more: true,
    durable: true,
  };
}

/** A page of what has changed since. */
async function readHistory(call: ProviderCall, { historyId, page: pageToken }: GmailPosition): Promise<Page> {
  const answer = await call.ask(
    googleUrl(call.config, '/gmail/v1/users/me/history', {
      startHistoryId: historyId,
      maxResults: pageSize,
      pageToken,
    }),
  );
  if (answer.status === 404 || (answer.status === 400 && pageToken !== undefined)) throw tooOld();
  const read = readGoogle(history, answer, call.now());
  const gone = new Set(read.history.flatMap((entry) => entry.messagesDeleted.map(({ message }) => message.id)));
  const touchedIds = read.history.flatMap((entry) =>
    [...entry.messagesAdded, ...entry.labelsAdded, ...entry.labelsRemoved].map(({ message }) => message.id),
  );
  const { items, removed } = await fetchMessages(call, new Set(touchedIds.filter((id) => !gone.has(id))));
  const { nextPageToken } = read;
  return {
    resets: [],
    removed: [...removed, ...[...gone].map((externalId) => ({ type: 'mail' as const, externalId }))],
    items,
    position: nextPageToken === undefined ? { historyId: read.historyId } : { historyId, page: nextPageToken },
    more: nextPageToken !== undefined,
    durable: true,
  };
}

const tooOld = () => new ProviderFault('EXPIRED', 'Gmail no longer knows what has changed since.');
