import { z } from 'zod';
import type { MailItem, Removed } from '../../items/item.ts';
import { lacksMicrosoft, microsoftConnect, microsoftUrl, readChanges, readMicrosoft, removedId } from '../microsoft.ts';
import type { Page, Position, Provider, ProviderCall } from '../provider.ts';
import { textOf } from '../texts.ts';

/** How far back the first sync reads. */
const firstDays = 30;
const pageSize = 50;
const prefer = [`odata.maxpagesize=${pageSize}`, 'IdType="ImmutableId"'];
const fields = 'id,conversationId,from,subject,receivedDateTime,isRead,isDraft,categories';

const message = z.object({
  id: z.string().min(1).max(1_000),
  conversationId: z.string().nullish().catch(null),
  from: z
    .object({ emailAddress: z.object({ name: z.string().nullish(), address: z.string().nullish() }) })
    .nullish()
    .catch(null),
  subject: z.string().nullish().catch(null),
  receivedDateTime: z.iso.datetime({ offset: true }),
  isRead: z.boolean(),
  isDraft: z.boolean().catch(false),
  categories: z.array(z.string()).catch([]),
});
type Message = z.infer<typeof message>;
const named = z.object({ id: z.string().min(1).max(1_000) });

/** Where Graph goes on: the next page, or the next round. */
interface MailPosition extends Position {
  link: string;
}

/** The inbox of a Microsoft account: who and what about. Texts, and how they begin, are outside of what Jarvis is let see (`Mail.ReadBasic`). */
export const outlookMail: Provider = {
  id: 'OUTLOOK_MAIL',
  name: 'Outlook mail',
  kind: 'OAUTH',
  data: ['MAIL'],
  settingsSchema: z.strictObject({}),
  lacks: lacksMicrosoft,
  connect: microsoftConnect('Mail.ReadBasic'),
  async pull(call, position): Promise<Page> {
    const known = position as MailPosition | null;
    const { rows, next, end } = await readChanges(call, known?.link ?? firstLink(call), prefer);
    return {
      resets: known === null ? [{ type: 'mail' }] : [],
      ...(await readRows(call, rows)),
      position: { link: (next ?? end)! },
      more: next !== null,
      durable: true,
    };
  },
};

function firstLink(call: ProviderCall): string {
  const since = new Date(call.now().getTime() - firstDays * 86_400_000).toISOString();
  return microsoftUrl(call.config, '/me/mailFolders/inbox/messages/delta', {
    $select: fields,
    $filter: `receivedDateTime ge ${since.slice(0, 10)}T00:00:00Z`,
    $orderby: 'receivedDateTime desc',
  });
}

async function readRows(call: ProviderCall, rows: readonly unknown[]) {
  const items: MailItem[] = [];
  const removed: Removed[] = [];
  for (const row of rows) {
    const gone = removedId(row);
    const found = gone === null ? await readRow(call, row) : null;
    const id = gone ?? named.safeParse(row).data?.id;
    if (found && !found.isDraft) items.push(toItem(found));
    else if (id !== undefined) removed.push({ type: 'mail', externalId: id });
  }
  return { items, removed };
}

/** A message. Of one that has changed, Graph may say no more than what changed: then it is fetched. Null when it is gone meanwhile. */
async function readRow(call: ProviderCall, row: unknown): Promise<Message | null> {
  const whole = message.safeParse(row);
  if (whole.success) return whole.data;
  const id = named.safeParse(row).data?.id;
  if (id === undefined) return null;
  const url = microsoftUrl(call.config, `/me/messages/${encodeURIComponent(id)}`, { $select: fields });
  const answer = await call.ask(url, { headers: { prefer: prefer[1]! } });
  return answer.status === 404 ? null : readMicrosoft(message, answer, call.now());
}

function toItem({ id, conversationId, from, subject, receivedDateTime, isRead, categories }: Message): MailItem {
  const name = textOf(from?.emailAddress.name, 200);
  const address = textOf(from?.emailAddress.address, 320);
  return {
    type: 'mail',
    externalId: id,
    threadId: conversationId ?? null,
    from: name && address && name !== address ? `${name} <${address}>` : (address ?? name ?? ''),
    subject: textOf(subject) ?? '',
    snippet: '',
    receivedAt: new Date(receivedDateTime),
    unread: !isRead,
    labels: ['INBOX', ...categories.flatMap((category) => textOf(category, 100) ?? []).slice(0, 50)],
  };
}
