import { type Call, type OAuthServer, type Reply, startOAuthServer } from './oauth.ts';

/** A message as it lies in a mailbox. */
export interface FakeMail {
  id: string;
  from: string;
  subject: string;
  at: string;
  labels: string[];
}

export interface FakeEvent {
  id: string;
  summary: string;
  start: { dateTime?: string; date?: string };
  end: { dateTime?: string; date?: string };
  status?: string;
  location?: string;
}

interface Change {
  kind: 'messagesAdded' | 'messagesDeleted' | 'labelsAdded' | 'labelsRemoved';
  id: string;
}

/** A mailbox with its history: the number of a change is its place in the list. */
export interface Mailbox {
  mails: Map<string, FakeMail>;
  history: Change[];
  /** Changes before this one are forgotten. */
  forgotten: number;
  add(...mails: FakeMail[]): void;
  remove(id: string): void;
  label(id: string, labels: string[]): void;
}

/** A calendar with the numbers of its changes. */
export interface Calendar {
  id: string;
  events: Map<string, { event: FakeEvent; changed: number }>;
  /** Counts its changes. */
  clock: number;
  /** Tokens from before this change do not count. */
  forgotten: number;
  put(...events: FakeEvent[]): void;
  cancel(id: string): void;
}

export interface Google extends OAuthServer {
  mailbox: Mailbox;
  calendars: Calendar[];
  addCalendar(id: string): Calendar;
  /** Of lists; small, so that there are several pages. */
  pageSize: number;
  /** The configuration that leads here. */
  env(): Record<string, string>;
}

/** Starts Google, as far as Jarvis calls it: OAuth, Gmail and Calendar with one account's data. */
export async function startGoogle(): Promise<Google> {
  const server = await startOAuthServer((call) => {
    const account = server.accountOf(call);
    if (account === null) return refusal(401, 'authError', 'UNAUTHENTICATED');
    return (
      answerGmail(google, account, call) ??
      answerCalendar(google, account, call) ??
      refusal(404, 'notFound', 'NOT_FOUND')
    );
  });
  const google: Google = Object.assign(server, {
    mailbox: createMailbox(),
    calendars: [] as Calendar[],
    pageSize: 2,
    addCalendar(id: string) {
      const calendar = createCalendar(id);
      google.calendars.push(calendar);
      return calendar;
    },
    env: () => ({
      GOOGLE_CLIENT_ID: server.clientId,
      GOOGLE_CLIENT_SECRET: server.clientSecret,
      GOOGLE_AUTH_URL: `${server.url}/authorize`,
      GOOGLE_TOKEN_URL: `${server.url}/token`,
      GOOGLE_REVOKE_URL: `${server.url}/revoke`,
      GOOGLE_API_URL: server.url,
      GOOGLE_ISSUER: server.url,
    }),
  });
  return google;
}

export const refusal = (status: number, reason: string, name: string): Reply => ({
  status,
  body: { error: { code: status, message: reason, errors: [{ domain: 'global', reason }], status: name } },
});

function createMailbox(): Mailbox {
  const box: Mailbox = {
    mails: new Map(),
    history: [],
    forgotten: 0,
    add(...mails) {
      for (const mail of mails) {
        box.mails.set(mail.id, mail);
        box.history.push({ kind: 'messagesAdded', id: mail.id });
      }
    },
    remove(id) {
      box.mails.delete(id);
      box.history.push({ kind: 'messagesDeleted', id });
    },
    label(id, labels) {
      box.mails.get(id)!.labels = labels;
      box.history.push({ kind: 'labelsAdded', id });
    },
  };
  return box;
}

function answerGmail({ mailbox, pageSize }: Google, account: string, { path, query }: Call): Reply | null {
  const base = '/gmail/v1/users/me';
  if (path === `${base}/profile`) {
    return { status: 200, body: { emailAddress: account, historyId: String(mailbox.history.length + 1) } };
  }
  if (path === `${base}/messages`) {
    // Newest first; the token names the message after which to go on, in the list as it is then.
    const numberOf = (id: string) => mailbox.history.findIndex((change) => change.id === id);
    const before = Number(query.get('pageToken')?.slice('before-'.length) ?? Number.POSITIVE_INFINITY);
    const ids = [...mailbox.mails.keys()].filter((id) => numberOf(id) < before).reverse();
    const slice = ids.slice(0, pageSize);
    const next = ids.length > pageSize ? { nextPageToken: `before-${numberOf(slice.at(-1)!)}` } : {};
    return { status: 200, body: { messages: slice.map((id) => ({ id, threadId: `t-${id}` })), ...next } };
  }
  if (path === `${base}/history`) {
    const start = Number(query.get('startHistoryId'));
    if (start <= mailbox.forgotten) return refusal(404, 'notFound', 'NOT_FOUND');
    const { slice, next } = pageOf(mailbox.history.slice(start - 1), query.get('pageToken'), pageSize);
    const history = slice.map(({ kind, id }, i) => ({ id: String(start + i), [kind]: [{ message: { id } }] }));
    return {
      status: 200,
      body: { ...(history.length > 0 && { history }), historyId: String(mailbox.history.length + 1), ...next },
    };
  }
  if (!path.startsWith(`${base}/messages/`)) return null;
  const mail = mailbox.mails.get(path.slice(`${base}/messages/`.length));
  if (!mail) return null;
  const headers = [
    { name: 'From', value: mail.from },
    { name: 'Subject', value: mail.subject },
  ];
  const body = {
    id: mail.id,
    threadId: `t-${mail.id}`,
    labelIds: mail.labels,
    snippet: `It&#39;s about ${mail.subject}`,
    internalDate: String(Date.parse(mail.at)),
    payload: { headers },
  };
  return { status: 200, body };
}

function createCalendar(id: string): Calendar {
  const calendar: Calendar = {
    id,
    events: new Map(),
    clock: 1,
    forgotten: 0,
    put(...events) {
      for (const event of events) calendar.events.set(event.id, { event, changed: ++calendar.clock });
    },
    cancel(eventId) {
      const { event } = calendar.events.get(eventId)!;
      calendar.events.set(eventId, { event: { ...event, status: 'cancelled' }, changed: ++calendar.clock });
    },
  };
  return calendar;
}

function answerCalendar({ calendars, pageSize }: Google, account: string, { path, query }: Call): Reply | null {
  const base = '/calendar/v3';
  if (path === `${base}/calendars/primary`) return { status: 200, body: { id: account } };
  if (path === `${base}/users/me/calendarList`) {
    const { slice, next } = pageOf(calendars, query.get('pageToken'), pageSize);
    return { status: 200, body: { items: slice.map(({ id }) => ({ id, accessRole: 'owner' })), ...next } };
  }
  const id = /^\/calendar\/v3\/calendars\/(.+)\/events$/.exec(path)?.[1];
  const calendar = calendars.find((one) => one.id === id);
  if (!calendar) return null;
  if (query.get('singleEvents') !== 'true') return refusal(400, 'invalid', 'INVALID_ARGUMENT');
  const token = query.get('syncToken');
  if (token !== null && query.get('timeMin') !== null) return refusal(400, 'invalid', 'INVALID_ARGUMENT');
  const since = token === null ? 0 : Number(token.slice('sync-'.length));
  if (token !== null && since <= calendar.forgotten) return refusal(410, 'fullSyncRequired', 'GONE');
  const rows = [...calendar.events.values()]
    .filter(({ changed, event }) => changed > since && (token !== null || event.status !== 'cancelled'))
    .map(({ event, changed }) =>
      event.status === 'cancelled'
        ? { id: event.id, status: 'cancelled' }
        : { status: 'confirmed', ...event, updated: new Date(1_700_000_000_000 + changed).toISOString() },
    );
  const { slice, next } = pageOf(rows, query.get('pageToken'), pageSize);
  const end = next.nextPageToken ? next : { nextSyncToken: `sync-${calendar.clock}` };
  return { status: 200, body: { items: slice, ...end } };
}

function pageOf<T>(all: readonly T[], token: string | null, size: number) {
  const from = token === null ? 0 : Number(token.slice('page-'.length));
  const slice = all.slice(from, from + size);
  const next = from + size < all.length ? { nextPageToken: `page-${from + size}` } : {};
  return { slice, next: next as { nextPageToken?: string } };
}
