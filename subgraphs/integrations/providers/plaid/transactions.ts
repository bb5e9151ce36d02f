import { z } from 'zod';
import type { Removed, TransactionItem } from '../../items/item.ts';
import { toDecimalText } from '../exactJson.ts';
import type { Page, Position, ProviderCall } from '../provider.ts';
import { ProviderFault } from '../provider.ts';
import { textOf } from '../texts.ts';
import { askPlaid, PlaidError } from './api.ts';

const pageSize = 500;
/** Plaid's data changed while it was read, so many times in a row: later, then. */
const mostRestarts = 5;

const id = z.string().min(1).max(200);
const text = (longest: number) =>
  z
    .unknown()
    .optional()
    .transform((value) => textOf(value, longest));
const transaction = z.object({
  transaction_id: id,
  account_id: id,
  amount: z.string().transform((value, ctx) => {
    const amount = toDecimalText(value);
    if (amount === null) ctx.addIssue({ code: 'custom', message: 'must be a number' });
    return amount ?? z.NEVER;
  }),
  iso_currency_code: text(10),
  unofficial_currency_code: text(10),
  date: z.iso.date(),
  name: text(500),
  merchant_name: text(200),
  personal_finance_category: z
    .object({ primary: text(100) })
    .nullish()
    .catch(null),
  pending: z.boolean().catch(false),
  pending_transaction_id: id.nullish().catch(null),
});
type Transaction = z.infer<typeof transaction>;
const answer = z.object({
  accounts: z.array(z.object({ account_id: id, name: text(200) })).default([]),
  added: z.array(transaction).default([]),
  modified: z.array(transaction).default([]),
  removed: z.array(z.object({ transaction_id: id })).default([]),
  next_cursor: z.string(),
  has_more: z.boolean(),
});

/** `first` is the cursor with which the reading began; only that one may be gone back to. */
interface PlaidPosition extends Position {
  cursor: string;
  first: string;
  restarts?: number;
}

/**
 * A page of what has changed. Plaid's pages are one whole: only after the last one the cursor counts, and where the data changed in between,
 * reading begins again with the first (`TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION`). What is written twice on the way is the same.
 */
export async function readTransactions(call: ProviderCall, position: Position | null): Promise<Page> {
  const { cursor, first, restarts = 0 } = (position as PlaidPosition | null) ?? { cursor: '', first: '' };
  const nothing = { resets: [], removed: [], items: [] };
  try {
    const read = await askPlaid(
      call,
      '/transactions/sync',
      answer,
      { access_token: call.accessToken, count: pageSize, ...(cursor && { cursor }) },
      ['TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION', ...(cursor ? ['INVALID_CURSOR'] : [])],
    );
    const more = read.has_more;
    const next = read.next_cursor;
    return {
      ...toDelivery(read),
      resets: cursor === '' ? [{ type: 'transaction' }] : [],
      position: more ? { cursor: next, first, restarts } : { cursor: next, first: next },
      more,
      durable: !more,
    };
  } catch (error) {
    if (!(error instanceof PlaidError)) throw error;
    if (error.code === 'INVALID_CURSOR') throw new ProviderFault('EXPIRED', 'Plaid no longer knows what has changed.');
    if (restarts >= mostRestarts) {
      throw new ProviderFault('UNAVAILABLE', 'The bank is sending new data just now: it is read later.');
    }
    return { ...nothing, position: { cursor: first, first, restarts: restarts + 1 }, more: true, durable: false };
  }
}

function toDelivery({ accounts, added, modified, removed }: z.infer<typeof answer>) {
  const names = new Map(accounts.map((account) => [account.account_id, account.name]));
  const transactions = [...added, ...modified];
  // What was pending and is posted now is another transaction, which takes its place.
  const posted = transactions.flatMap(({ pending_transaction_id }) => pending_transaction_id ?? []);
  const gone = [...new Set([...removed.map(({ transaction_id }) => transaction_id), ...posted])];
  return {
    removed: gone.map((externalId): Removed => ({ type: 'transaction', externalId })),
    items: transactions.map((row) => toItem(row, names.get(row.account_id) ?? null)),
  };
}

function toItem(row: Transaction, accountName: string | null): TransactionItem {
  return {
    type: 'transaction',
    externalId: row.transaction_id,
    accountId: row.account_id,
    accountName,
    amount: row.amount,
    // ISO 4217 has a word for what has no currency.
    currency: row.iso_currency_code ?? row.unofficial_currency_code ?? 'XXX',
    localDate: row.date,
    description: row.name ?? row.merchant_name ?? '',
    merchant: row.merchant_name,
    category: row.personal_finance_category?.primary ?? null,
    pending: row.pending,
  };
}
