import { isDatabaseAway } from '../../shared/db.ts';
import { LeaseLost } from '../../shared/leased.ts';
import type { Platform } from '../../shared/platform.ts';
import type { Credentials, Outside, OutsideAnswer, Provider, ProviderCall } from '../providers/provider.ts';
import { ProviderFault } from '../providers/provider.ts';
import { readCredentials, replaceCredentials, type StoredCredentials } from './credentials.ts';
import { readRest } from './outside.ts';
import { putAside } from './revocations.ts';
import type { SyncLease } from './syncs.ts';

/** An access token that ends within so many milliseconds is replaced before it is used. */
const soon = 60_000;
/** How often storing new credentials is tried while the database is away, and the pause between, in milliseconds. */
const storingAttempts = 10;
const storingPause = 500;

/**
 * The provider's API for one sync, with the connection's access token. The token is replaced where it has ended: once for all calls that find out
 * at the same time, and stored before it is used, because the old one may be good for nothing by then.
 * @throws ProviderFault REAUTH when there are no credentials any more
 */
export async function openCalls(
  platform: Platform,
  lease: SyncLease,
  provider: Provider,
  outside: Outside,
): Promise<ProviderCall> {
  const { connection } = lease;
  const held = await holdToken(platform, lease, provider, outside);
  const send = (url: string, { headers, ...options }: Parameters<Outside['fetch']>[1] = {}, token = held.token()) =>
    outside.fetch(url, { ...options, headers: { ...headers, authorization: `Bearer ${token}` } });
  return {
    ...outside,
    get accessToken() {
      return held.token();
    },
    settings: connection.settings,
    account: { id: connection.account, label: connection.accountLabel ?? connection.account },
    async ask(url, options) {
      const token = held.token();
      let answer = await send(url, options, token);
      if (answer.status === 401) answer = await send(url, options, await held.replace(token));
      return judge(answer, provider, platform.now());
    },
  };
}

/** @throws ProviderFault for what every provider means the same by. */
function judge(answer: OutsideAnswer, { name }: Provider, now: Date): OutsideAnswer {
  const { status, headers } = answer;
  if (status === 401) throw new ProviderFault('REAUTH', `${name} no longer accepts the access it gave. Connect again.`);
  if (status === 429) throw new ProviderFault('LIMITED', `${name} wants fewer calls for now.`, readRest(headers, now));
  if (status >= 500) {
    throw new ProviderFault('UNAVAILABLE', `${name} cannot be reached at the moment.`, readRest(headers, now));
  }
  return answer;
}

async function holdToken(platform: Platform, lease: SyncLease, provider: Provider, outside: Outside) {
  const { db, secrets, now } = platform;
  const holder = { userId: lease.userId, connectionId: lease.connection.id };
  const read = async (): Promise<StoredCredentials> => {
    const stored = await readCredentials(db, secrets, holder);
    if (!stored) throw new LeaseLost('The connection was ended.');
    return stored;
  };
  let held = await read();
  let replacing: Promise<void> | null = null;

  async function refresh(): Promise<void> {
    const old = held;
    const again = () =>
      new ProviderFault('REAUTH', `${provider.name} no longer accepts the access it gave. Connect again.`);
    if (!provider.connect?.refresh) throw again();
    const credentials = await provider.connect.refresh(outside, old.credentials);
    if (await insist(() => replaceCredentials(db, secrets, holder, old.version, credentials, now()))) {
      held = { credentials, version: old.version + 1 };
      return;
    }
    // Somebody connected again, which counts, or ended the connection: then what came last is given back as well.
    const stored = await readCredentials(db, secrets, holder);
    if (stored) held = stored;
    else {
      await putAside(db, platform, holder.userId, provider.id, credentials);
      throw new LeaseLost('The connection was ended.');
    }
  }
  const replace = async (used: string): Promise<string> => {
    if (held.credentials.accessToken === used) {
      replacing ??= refresh().finally(() => {
        replacing = null;
      });
      await replacing;
    }
    return held.credentials.accessToken;
  };

  if (endsSoon(held.credentials, now())) await replace(held.credentials.accessToken);
  return { token: () => held.credentials.accessToken, replace };
}

const endsSoon = ({ expiresAt, refreshToken }: Credentials, now: Date) =>
  expiresAt !== null && refreshToken !== null && expiresAt.getTime() - now.getTime() < soon;

/** What a provider gave once must not be lost because the database is starting again. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === storingAttempts || !isDatabaseAway(error)) throw error;
      await new Promise((done) => setTimeout(done, storingPause));
    }
  }
}
