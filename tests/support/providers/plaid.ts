import { createHash, randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type Call, type OAuthServer, type Reply, startOAuthServer } from './oauth.ts';

/** A movement, whose amount is written into the answer as it stands here. */
export interface FakeTransaction {
  transaction_id: string;
  amount: string;
  date?: string;
  name?: string;
  pending?: boolean;
  pending_transaction_id?: string;
  iso_currency_code?: string | null;
}

interface Item {
  id: string;
  log: { kind: 'added' | 'modified' | 'removed'; row: FakeTransaction }[];
  seesLogin: boolean;
}

export interface Plaid extends OAuthServer {
  /** The bank that the person connected last. */
  item: Item;
  items: Map<string, Item>;
  pageSize: number;
  /** Tokens of accounts that were given back. */
  removed: string[];
  add(...rows: FakeTransaction[]): void;
  modify(row: FakeTransaction): void;
  drop(id: string): void;
  /** A call as Plaid makes it, of this instant. */
  call(content: Record<string, unknown>, how?: SignedHow): Promise<SignedCall>;
  /** What is said of the key from now on. */
  expireKey(kid: string, at: Date | null): void;
  env(): Record<string, string>;
}

export interface SignedHow {
  kid?: string;
  issuedAt?: Date;
  /** What the signature says of the body. */
  hashOf?: string;
}
export interface SignedCall {
  headers: Record<string, string>;
  body: string;
}

const failure = (error_type: string, error_code: string, status = 400): Reply => ({
  status,
  body: { error_type, error_code, error_message: 'said for developers', request_id: 'r' },
});
export const loginRequired = failure('ITEM_ERROR', 'ITEM_LOGIN_REQUIRED');
export const plaidFailure = failure;

/** Starts Plaid, as far as Jarvis calls it: Hosted Link, items, movements, and the keys of its own calls. */
export async function startPlaid(): Promise<Plaid> {
  const links = new Map<string, { back: string; publicToken: string | null; again: Item | null }>();
  const keys = new Map<string, { pair: Awaited<ReturnType<typeof generateKeyPair>>; expired: Date | null }>();
  const token = (prefix: string) => `${prefix}-${randomBytes(9).toString('hex')}`;
  for (const kid of ['key-1', 'key-2']) keys.set(kid, { pair: await generateKeyPair('ES256'), expired: null });

  async function answer(call: Call): Promise<Reply | null> {
    if (call.path.startsWith('/link-page/')) {
      const link = links.get(call.path.slice('/link-page/'.length))!;
      if (link.again) link.again.seesLogin &&= !server.grants;
      else if (server.grants) link.publicToken = token('public');
      return { status: 302, headers: { location: link.back } };
    }
    const body = JSON.parse(call.body) as Record<string, any>;
    if (body.client_id !== 'planted-plaid-id' || body.secret !== 'planted-plaid-secret') {
      return failure('INVALID_INPUT', 'INVALID_API_KEYS');
    }
    switch (call.path) {
      case '/link/token/create': {
        const again = body.access_token === undefined ? null : (plaid.items.get(body.access_token) ?? null);
        if (body.access_token !== undefined && !again) return failure('INVALID_INPUT', 'INVALID_ACCESS_TOKEN');
        // Products are for what is new.
        if (again ? body.products : !body.products) return failure('INVALID_REQUEST', 'INVALID_FIELD');
        const linkToken = token('link');
        links.set(linkToken, { back: body.hosted_link.completion_redirect_uri, publicToken: null, again });
        return {
          status: 200,
          body: { link_token: linkToken, hosted_link_url: `${server.url}/link-page/${linkToken}` },
        };
      }
      case '/link/token/get': {
        const publicToken = links.get(body.link_token)?.publicToken;
        const added = publicToken ? [{ public_token: publicToken, institution: { name: 'First Bank' } }] : [];
        return { status: 200, body: { link_sessions: [{ results: { item_add_results: added } }] } };
      }
      case '/item/public_token/exchange': {
        const isKnown = [...links.values()].some(({ publicToken }) => publicToken === body.public_token);
        if (!isKnown) return failure('INVALID_INPUT', 'INVALID_PUBLIC_TOKEN');
        const accessToken = token('access');
        plaid.item = { id: token('item'), log: [], seesLogin: false };
        plaid.items.set(accessToken, plaid.item);
        return { status: 200, body: { access_token: accessToken, item_id: plaid.item.id } };
      }
      case '/item/get': {
        const item = plaid.items.get(body.access_token);
        if (!item) return failure('INVALID_INPUT', 'INVALID_ACCESS_TOKEN');
        const error = item.seesLogin ? { error_type: 'ITEM_ERROR', error_code: 'ITEM_LOGIN_REQUIRED' } : null;
        return { status: 200, body: { item: { item_id: item.id, error } } };
      }
      case '/item/remove':
        if (!plaid.items.delete(body.access_token)) return failure('INVALID_INPUT', 'INVALID_ACCESS_TOKEN');
        plaid.removed.push(body.access_token);
        return { status: 200, body: { request_id: 'r' } };
      case '/webhook_verification_key/get': {
        const key = keys.get(body.key_id);
        if (!key) return failure('INVALID_INPUT', 'INVALID_WEBHOOK_VERIFICATION_KEY_ID');
        const jwk = await exportJWK(key.pair.publicKey);
        const expired = key.expired && Math.floor(key.expired.getTime() / 1_000);
        return {
          status: 200,
          body: { key: { ...jwk, alg: 'ES256', use: 'sig', kid: body.key_id, expired_at: expired } },
        };
      }
      case '/transactions/sync':
        return answerSync(plaid, body);
    }
    return null;
  }

  const server = await startOAuthServer(answer);
  const plaid: Plaid = Object.assign(server, {
    item: { id: '', log: [], seesLogin: false } as Item,
    items: new Map<string, Item>(),
    pageSize: 2,
    removed: [] as string[],
    add: (...rows: FakeTransaction[]) => {
      for (const row of rows) plaid.item.log.push({ kind: 'added', row });
    },
    modify: (row: FakeTransaction) => void plaid.item.log.push({ kind: 'modified', row }),
    drop: (id: string) => void plaid.item.log.push({ kind: 'removed', row: { transaction_id: id, amount: '0' } }),
    expireKey: (kid: string, at: Date | null) => {
      keys.get(kid)!.expired = at;
    },
    async call(content: Record<string, unknown>, { kid = 'key-1', issuedAt = server.now(), hashOf }: SignedHow = {}) {
      const body = JSON.stringify(content, null, 2);
      const request_body_sha256 = createHash('sha256')
        .update(hashOf ?? body)
        .digest('hex');
      const jwt = await new SignJWT({ request_body_sha256 })
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT' })
        .setIssuedAt(Math.floor(issuedAt.getTime() / 1_000))
        .sign(keys.get(kid)!.pair.privateKey);
      return { body, headers: { 'content-type': 'application/json', 'plaid-verification': jwt } };
    },
    env: () => ({ PLAID_CLIENT_ID: 'planted-plaid-id', PLAID_SECRET: 'planted-plaid-secret', PLAID_URL: server.url }),
  });
  return plaid;
}

/** Cursors say how far one has read, and within a reading also how long the log was: when it grows meanwhile, the reading is void. */
function answerSync({ items, pageSize }: Plaid, body: Record<string, any>): Reply {
  const item = items.get(body.access_token);
  if (!item) return failure('INVALID_INPUT', 'INVALID_ACCESS_TOKEN');
  if (item.seesLogin) return loginRequired;
  const [, from = '0', length] = /^c-(\d+)(?:-(\d+))?$/.exec(body.cursor ?? 'c-0') ?? [];
  if (length !== undefined && Number(length) !== item.log.length) {
    return failure('TRANSACTIONS_ERROR', 'TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION');
  }
  const end = Number(from) + pageSize;
  const changes = item.log.slice(Number(from), end);
  const more = end < item.log.length;
  const of = (wanted: string) => changes.filter(({ kind }) => kind === wanted).map(({ row }) => toRow(row));
  const content = {
    accounts: [{ account_id: 'acc-1', name: 'Current account' }],
    added: of('added'),
    modified: of('modified'),
    removed: of('removed').map(({ transaction_id }) => ({ transaction_id })),
    next_cursor: more ? `c-${end}-${item.log.length}` : `c-${item.log.length}`,
    has_more: more,
  };
  // Numbers stand in the answer exactly as tests write them.
  return { status: 200, body: JSON.stringify(content).replace(/"#([^"]*)#"/g, '$1') };
}

const toRow = ({ amount, ...row }: FakeTransaction) => ({
  account_id: 'acc-1',
  iso_currency_code: 'USD',
  unofficial_currency_code: null,
  date: '2026-03-09',
  name: `Shop ${row.transaction_id}`,
  merchant_name: null,
  personal_finance_category: { primary: 'FOOD_AND_DRINK', detailed: 'FOOD_AND_DRINK_COFFEE' },
  pending: false,
  ...row,
  amount: `#${amount}#`,
});
