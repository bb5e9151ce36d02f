import { z } from 'zod';
import type { MailItem, Removed } from '../../items/item.ts';
import { googleUrl, readGoogle } from '../google.ts';
import type { ProviderCall } from '../provider.ts';

/** Messages that are fetched at the same time. */
const atOnce = 5;

const message = z.object({
  id: z.string(),
  threadId: z.string().nullish(),
  labelIds: z.array(z.string()).default([]),
  snippet: z.string().default(''),
  /** Milliseconds. */
  internalDate: z.coerce.number(),
  payload: z.object({ headers: z.array(z.object({ name: z.string(), value: z.string() })).default([]) }).optional(),
});
type Message = z.infer<typeof message>;

/** Messages with these labels are none that the person has: thrown away, or not yet sent. */
const leftOut = new Set(['TRASH', 'SPAM', 'DRAFT']);

/** Reads who wrote, what about and how it begins. A message that is gone meanwhile is one that is removed. */
export async function fetchMessages(
  call: ProviderCall,
  ids: ReadonlySet<string>,
): Promise<{ items: MailItem[]; removed: Removed[] }> {
  const items: MailItem[] = [];
  const removed: Removed[] = [];
  const waiting = [...ids];
  const fetchNext = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const found = await fetchMessage(call, id);
      if (found && !found.labelIds.some((label) => leftOut.has(label))) items.push(toItem(found));
      else removed.push({ type: 'mail', externalId: id });
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, fetchNext));
  } finally {
    // After a failure the others need not go on.
    waiting.length = 0;
  }
  return { items, removed };
}

async function fetchMessage(call: ProviderCall, id: string): Promise<Message | null> {
  const url = new URL(
    googleUrl(call.config, `/gmail/v1/users/me/messages/${encodeURIComponent(id)}`, { format: 'metadata' }),
  );
  for (const name of ['From', 'Subject']) url.searchParams.append('metadataHeaders', name);
  const answer = await call.ask(url.href);
  return answer.status === 404 ? null : readGoogle(message, answer, call.now());
}

function toItem({ id, threadId, labelIds, snippet, internalDate, payload }: Message): MailItem {
  const headerOf = (wanted: string) => payload?.headers.find(({ name }) => name.toLowerCase() === wanted)?.value ?? '';
  return {
    type: 'mail',
    externalId: id,
    threadId: threadId ?? null,
    from: headerOf('from'),
    subject: headerOf('subject'),
    snippet: plain(snippet),
    receivedAt: new Date(internalDate),
    unread: labelIds.includes('UNREAD'),
    labels: labelIds,
  };
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
/** Gmail writes snippets as HTML text. */
const plain = (text: string) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name]!);
