import { z } from 'zod';
import { sha256 } from '../../../shared/crypto.ts';
import type { Provider } from '../provider.ts';
import { lacksPlaid } from './api.ts';
import { plaidConnect } from './signIn.ts';
import { readTransactions } from './transactions.ts';
import { isPlaidCall } from './verification.ts';

const told = z.object({
  item_id: z.string().min(1).max(200),
  webhook_type: z.string(),
  webhook_code: z.string(),
  error: z.object({ error_code: z.string().nullish() }).nullish().catch(null),
});
function readTold(body: Buffer) {
  try {
    return told.safeParse(JSON.parse(body.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

const signInAgain = new Set([
  'PENDING_DISCONNECT',
  'PENDING_EXPIRATION',
  'USER_PERMISSION_REVOKED',
  'USER_ACCOUNT_REVOKED',
]);

/** Movements on bank accounts. Plaid says when there are new ones; the position is its cursor. */
export const plaid: Provider = {
  id: 'PLAID',
  name: 'Plaid',
  kind: 'OAUTH',
  data: ['TRANSACTIONS'],
  settingsSchema: z.strictObject({}),
  lacks: lacksPlaid,
  connect: plaidConnect,
  // It calls when there is something.
  every: 6 * 60,
  pull: readTransactions,
  receive: {
    accountOf: (body) => readTold(body)?.item_id ?? null,
    verify: isPlaidCall,
    read({ headers, body }) {
      const news = readTold(body);
      if (!news) return null;
      // Plaid's calls have no ids: the signature, made anew for each, is as good.
      const id = sha256(headers['plaid-verification']!);
      const { webhook_type: type, webhook_code: code } = news;
      if (type === 'TRANSACTIONS') return { id, sync: code === 'SYNC_UPDATES_AVAILABLE' };
      if (type !== 'ITEM') return { id };
      if (code === 'LOGIN_REPAIRED') return { id, isRepaired: true };
      const isOver = code === 'ERROR' ? news.error?.error_code === 'ITEM_LOGIN_REQUIRED' : signInAgain.has(code);
      return isOver ? { id, reauth: 'The bank wants you to sign in again. Connect it again.' } : { id };
    },
  },
};
