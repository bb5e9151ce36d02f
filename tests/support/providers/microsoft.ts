import { type Call, type OAuthServer, type Reply, startOAuthServer } from './oauth.ts';

/** A message in the inbox, as Graph writes it. */
export const mailRow = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  conversationId: `c-${id}`,
  from: { emailAddress: { name: 'Bea', address: 'bea@example.com' } },
  subject: `Subject ${id}`,
  receivedDateTime: '2026-03-09T08:00:00Z',
  isRead: false,
  isDraft: false,
  categories: [],
  ...more,
});

const at = (dateTime: string) => ({ dateTime: `${dateTime}.0000000`, timeZone: 'UTC' });
/** An event of the calendar. Times are UTC, without an offset. */
export const eventOf = (id: string, start: string, end: string, more: Record<string, unknown> = {}) => ({
  id,
  type: 'singleInstance',
  subject: `Event ${id}`,
  location: { displayName: 'Here' },
  start: at(start),
  end: at(end),
  isAllDay: false,
  isCancelled: false,
  showAs: 'busy',
  webLink: `https://outlook.example/${id}`,
  lastModifiedDateTime: '2026-03-01T00:00:00Z',
  ...more,
});
/** An occurrence as rounds of changes have it: it says when, and which series. */
export const occurrenceOf = (id: string, seriesMasterId: string, start: string, end: string) => ({
  id,
  type: 'occurrence',
  seriesMasterId,
  start: at(start),
  end: at(end),
});

export type Row = { id: string } & Record<string, any>;

/** Rows with the history of their changes: the number of a change is its place in it. */
export interface Store {
  rows: Map<string, Row>;
  history: { id: string; part: Row | null }[];
  /** Tokens from before this change do not count. */
  forgotten: number;
  put(...rows: Row[]): void;
  /** A change of which Graph tells no more than this. */
  patch(id: string, part: Record<string, unknown>): void;
  remove(id: string): void;
}

export interface Microsoft extends OAuthServer {
  inbox: Store;
  calendar: Store;
  pageSize: number;
  /** Whether each round begins with an empty page that has another after it. */
  beginsEmpty: boolean;
  env(): Record<string, string>;
}

/** Starts Microsoft, as far as Jarvis calls it: OAuth 2 (v2.0) and Graph, with one account's inbox and calendar. */
export async function startMicrosoft(): Promise<Microsoft> {
  const server = await startOAuthServer((call) => {
    const account = server.accountOf(call);
    if (account === null) return refusal(401, 'InvalidAuthenticationToken');
    const path = call.path.replace(/^\/v1\.0/, '');
    if (path === '/me') return { status: 200, body: { id: `id-${account}`, mail: null, userPrincipalName: account } };
    if (path === '/me/mailFolders/inbox/messages/delta') return answerDelta(microsoft, microsoft.inbox, call);
    if (path === '/me/calendarView/delta') return answerDelta(microsoft, microsoft.calendar, call);
    const series = /^\/me\/events\/(.+)\/instances$/.exec(path)?.[1];
    if (series) {
      const value = [...microsoft.calendar.rows.values()].filter((row) => row.seriesMasterId === series);
      const master = microsoft.calendar.rows.get(series);
      return { status: 200, body: { value: value.map((row) => ({ ...master, ...row })) } };
    }
    const [, kind, id = ''] = /^\/me\/(messages|events)\/(.+)$/.exec(path) ?? [];
    const row = kind && (kind === 'messages' ? microsoft.inbox : microsoft.calendar).rows.get(id);
    return row ? { status: 200, body: row } : refusal(404, 'ErrorItemNotFound');
  });
  const microsoft: Microsoft = Object.assign(server, {
    inbox: createStore(),
    calendar: createStore(),
    pageSize: 2,
    beginsEmpty: false,
    env: () => ({
      MICROSOFT_CLIENT_ID: server.clientId,
      MICROSOFT_CLIENT_SECRET: server.clientSecret,
      MICROSOFT_AUTH_URL: server.url,
      MICROSOFT_API_URL: server.url,
    }),
  });
  return microsoft;
}

export const refusal = (status: number, code: string): Reply => ({ status, body: { error: { code, message: code } } });

function createStore(): Store {
  const store: Store = {
    rows: new Map(),
    history: [],
    forgotten: 0,
    put(...rows) {
      for (const row of rows) {
        store.rows.set(row.id, row);
        store.history.push({ id: row.id, part: row });
      }
    },
    patch(id, part) {
      store.rows.set(id, { ...store.rows.get(id)!, ...part });
      store.history.push({ id, part: { id, ...part } });
    },
    remove(id) {
      store.rows.delete(id);
      store.history.push({ id, part: null });
    },
  };
  return store;
}

/** A delta query. Tokens say which window they are of, from which change on, and how far this round is. */
function answerDelta({ url, pageSize, beginsEmpty }: Microsoft, store: Store, { path, query, headers }: Call): Reply {
  if (!/odata\.maxpagesize=\d+/.test(String(headers.prefer))) return refusal(400, 'BadRequest');
  const token = query.get('$skiptoken') ?? query.get('$deltatoken');
  const state = token === null ? null : JSON.parse(Buffer.from(token, 'base64url').toString());
  const start = state?.start ?? query.get('startDateTime') ?? '';
  const end = state?.end ?? query.get('endDateTime') ?? '';
  const { since = 0, until = store.history.length, from = beginsEmpty ? -1 : since } = state ?? {};
  if (state && since < store.forgotten) return refusal(410, 'syncStateNotFound');
  const link = (name: string, content: object) => {
    const text = Buffer.from(JSON.stringify({ start, end, ...content })).toString('base64url');
    return `${url}${path}?${new URLSearchParams({ [name]: text })}`;
  };
  if (from < 0) {
    return { status: 200, body: { value: [], '@odata.nextLink': link('$skiptoken', { since, until, from: since }) } };
  }
  const isWithin = (row: Row | undefined) =>
    start === '' || !row?.start || (row.start.dateTime >= start.slice(0, 19) && row.start.dateTime < end);
  const value: Row[] = [];
  let at = from;
  for (; at < until && value.length < pageSize; at++) {
    const { id, part } = store.history[at]!;
    const row = store.rows.get(id);
    if (!isWithin(part?.start ? (part as Row) : row)) continue;
    // A first round shows what is there; later ones also what is gone.
    if (since > 0) value.push(part ?? { id, '@removed': { reason: 'deleted' } });
    else if (row && part && !store.history.slice(at + 1, until).some((later) => later.id === id)) value.push(row);
  }
  const next =
    at < until
      ? { '@odata.nextLink': link('$skiptoken', { since, until, from: at }) }
      : { '@odata.deltaLink': link('$deltatoken', { since: until }) };
  return { status: 200, body: { value, ...next } };
}
