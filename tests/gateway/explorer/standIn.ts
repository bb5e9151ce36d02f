import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, graphql } from 'graphql';
import { useServer as serveSubscriptions } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { ExplorerHandler } from '../../../gateway/explorer/serve.ts';

const schema = buildSchema(/* GraphQL */ `
    scalar DateTime
    scalar Decimal
    scalar LocalDate
    "A person."
    type User { id: ID! displayName: String email: String goals: [Goal!]! }
    "Something to reach."
    type Goal { id: ID! title: String! currentValue: Decimal! }
    type ProgressEntry { id: ID! value: Decimal! }
    type Event { id: ID! at: DateTime! }
    type UserError { message: String! }
    type AuthPayload {
      accessToken: String accessTokenExpiresAt: DateTime refreshToken: String user: User errors: [UserError!]!
    }
    type LogProgressPayload { goal: Goal errors: [UserError!]! }
    type ProgressUpdatedPayload { event: Event! entry: ProgressEntry goal: Goal }
    input SignInForDevelopmentInput { email: String! }
    input RefreshSessionInput { refreshToken: String! }
    input LogProgressInput { goalId: ID! value: Decimal! localDate: LocalDate note: String }
    type ServerInfo { version: String! developmentSignIn: Boolean! }
    type Query { viewer: User serverInfo: ServerInfo! }
    type Mutation {
      signInForDevelopment(input: SignInForDevelopmentInput!): AuthPayload!
      refreshSession(input: RefreshSessionInput!): AuthPayload!
      signOut: AuthPayload
      logProgress(input: LogProgressInput!): LogProgressPayload!
    }
    type Subscription { progressUpdated(after: ID): ProgressUpdatedPayload! }
`);

/**
 * A small graph that keeps the promises the explorer relies on: one-use refresh tokens, an access token that ends,
 * sockets that are closed with it, events that can be resumed.
 */
export class StandIn {
  readonly apiKey = 'jarvis_key_1234';
  /** Milliseconds an access token lives. */
  tokenLife = 600_000;
  developmentSignIn = true;
  refreshes = 0;
  /** A refresh token was used twice: a real server would end the whole session. */
  reuses = 0;
  /** What is answered to those who ask for a plan; null to refuse. */
  plan: { text: string; graph: unknown } | null = null;
  /** Operations that a plan was asked for, and those that were run. */
  readonly planned: string[] = [];
  readonly ran: string[] = [];
  /** The `after` of every subscription started. */
  readonly resumedAfter: (string | null)[] = [];
  origin = '';

  #people = new Map<string, { email: string; ends: number }>();
  #refreshTokens = new Map<string, { email: string; used: boolean }>();
  #events: { id: string; value: string }[] = [];
  #wake = new Set<() => void>();
  #started = new Set<() => void>();
  #server;
  #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'graphql-transport-ws' });

  constructor(explorer: ExplorerHandler) {
    this.#server = createServer((request, response) => {
      if (explorer(request, response)) return;
      const [path, search] = (request.url ?? '').split('?');
      if (request.method !== 'POST' || path !== '/graphql') return void response.writeHead(404).end();
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', async () => {
        const email = this.#emailOf(request.headers.authorization);
        const body = JSON.parse(Buffer.concat(chunks).toString());
        if (search === 'plan' && body.extensions?.plan === 'only') {
          this.planned.push(body.query);
          const forbidden = [{ message: 'Plans are for developers.', extensions: { code: 'FORBIDDEN' } }];
          const answer = this.plan ? { data: null, extensions: { queryPlan: this.plan } } : { errors: forbidden };
          response.writeHead(200, { 'content-type': 'application/graphql-response+json' });
          return void response.end(JSON.stringify(answer));
        }
        this.ran.push(body.query);
        const refused = request.headers.authorization && !email;
        const result = refused
          ? { errors: [{ message: 'The token has ended.', extensions: { code: 'UNAUTHENTICATED' } }] }
          : await graphql({
              schema,
              rootValue: this.#root(email),
              source: body.query,
              variableValues: body.variables,
              operationName: body.operationName,
            });
        response.writeHead(refused ? 401 : 200, { 'content-type': 'application/graphql-response+json' });
        response.end(JSON.stringify(result));
      });
    });
    this.#server.on('upgrade', (request, socket, head) =>
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#sockets.emit('connection', client, request)),
    );
    serveSubscriptions<{ authorization?: string }, { socket: { close(code: number, reason: string): void } }>(
      {
        schema,
        roots: {
          subscription: { progressUpdated: ({ after }: { after?: string }) => this.#subscribe(after ?? null) },
        },
        onConnect: ({ connectionParams, extra }): void => {
          const person = this.#people.get(connectionParams?.authorization ?? '');
          if (!person || person.ends <= Date.now()) extra.socket.close(4401, 'Unauthorized');
          else setTimeout(() => extra.socket.close(4401, 'Token ended'), person.ends - Date.now()).unref();
        },
      },
      this.#sockets,
    );
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.origin = `http://localhost:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Something happens: a subscriber hears of it. */
  publish(value: string): void {
    this.#events.push({ id: `event_${this.#events.length + 1}`, value });
    for (const wake of this.#wake) wake();
  }

  /** Waits until so many subscriptions have been started since the graph was. */
  async subscribed(count: number): Promise<void> {
    while (this.resumedAfter.length < count) await new Promise<void>((resolve) => this.#started.add(resolve));
  }

  /** As when a network fails: sockets go without a word. */
  dropSockets(): void {
    for (const client of this.#sockets.clients) client.terminate();
  }

  #emailOf(authorization: string | undefined): string | null {
    if (authorization === `Bearer ${this.apiKey}`) return 'robot@jarvis.example';
    const person = this.#people.get(authorization ?? '');
    return person && person.ends > Date.now() ? person.email : null;
  }

  #root(email: string | null) {
    const goal = { id: 'goal_1', title: 'Run 500 km', currentValue: String(this.#events.length) };
    return {
      viewer: email && { id: 'user_1', displayName: `Name of ${email}`, email, goals: [goal] },
      serverInfo: { version: '0', developmentSignIn: this.developmentSignIn },
      signInForDevelopment: ({ input }: { input: { email: string } }) =>
        input.email.includes('@refused.')
          ? { errors: [{ message: 'This address may not sign in.' }] }
          : this.#authPayload(input.email),
      refreshSession: ({ input }: { input: { refreshToken: string } }) => {
        const token = this.#refreshTokens.get(input.refreshToken);
        this.refreshes++;
        if (token?.used) this.reuses++;
        if (!token || token.used) return { errors: [{ message: 'The session has ended.' }] };
        token.used = true;
        return this.#authPayload(token.email);
      },
      signOut: () => ({ errors: [] }),
      logProgress: ({ input }: { input: { value: string } }) => {
        this.publish(input.value);
        return { goal, errors: [] };
      },
    };
  }

  #authPayload(email: string) {
    const accessToken = randomUUID();
    const refreshToken = randomUUID();
    const ends = Date.now() + this.tokenLife;
    this.#people.set(`Bearer ${accessToken}`, { email, ends });
    this.#refreshTokens.set(refreshToken, { email, used: false });
    const accessTokenExpiresAt = new Date(ends).toISOString();
    return { accessToken, accessTokenExpiresAt, refreshToken, user: { id: 'user_1' }, errors: [] };
  }

  async *#subscribe(after: string | null) {
    this.resumedAfter.push(after);
    for (const tell of this.#started) tell();
    this.#started.clear();
    let next = after ? this.#events.findIndex((event) => event.id === after) + 1 : this.#events.length;
    for (;;) {
      while (next < this.#events.length) {
        const { id, value } = this.#events[next++]!;
        const goal = { id: 'goal_1', title: 'Run 500 km', currentValue: String(next) };
        const event = { id, at: new Date().toISOString() };
        yield { progressUpdated: { event, entry: { id: `entry_${next}`, value }, goal } };
      }
      let wake = () => {};
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      this.#wake.add(wake);
      await woken;
      this.#wake.delete(wake);
    }
  }
}
