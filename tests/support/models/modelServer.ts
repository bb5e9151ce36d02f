import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a stand-in of a model's API was asked. */
export interface ModelRequest {
  readonly method: string;
  /** Below the base address, without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body. */
  readonly body: any;
  /** Whether the client left before the answer was complete. */
  aborted: boolean;
}

/** What it answers: steps of a stream, something else altogether, or nothing at all. */
export type Reply = readonly Step[] | { status: number; headers?: Record<string, string>; body?: unknown } | 'hang';

export type Script = (request: ModelRequest) => Reply | Promise<Reply>;

export interface TokenCounts {
  input: number;
  cachedInput?: number;
  cacheWrites?: number;
  output: number;
}

/** One step of an answer. Without `end`, `cut` or `hang` the answer ends as it should, with its usage. */
export type Step =
  | { text: string }
  /** A call of a tool. Its arguments come in these pieces. */
  | { toolCall: { id: string; name: string; arguments: string | readonly string[] } }
  /** A search of the web on the provider's side, and what it finds, or the API's word for why it does not. */
  | { found: readonly { url: string; title: string }[] | string }
  /** What the end reports; null leaves it out. */
  | { usage: TokenCounts | null }
  /** Why the answer ends, in the words of this API. */
  | { finish: string }
  /** Goes on when the promise is settled: a pause that the test controls. */
  | { wait: Promise<unknown> }
  /** Exactly these bytes. */
  | { raw: string }
  /** An event that says that something broke. The answer ends after it. */
  | { error: { type: string; message: string } }
  /** Closes the answer properly, but without its final events. */
  | { end: true }
  /** Breaks the connection. */
  | { cut: true }
  /** Says nothing any more and keeps the connection. */
  | { hang: true };

/** The words of one API: what goes on the wire for each step. */
export interface Dialect {
  readonly headers: Record<string, string>;
  /** A reason why the API would refuse this request, as its reply. */
  refusal(request: ModelRequest): Reply | null;
  begin(request: ModelRequest): Answer;
}

export interface Answer {
  begin(): string;
  text(text: string): string;
  toolCall(call: { id: string; name: string; arguments: readonly string[] }): string;
  found(pages: readonly { url: string; title: string }[] | string): string;
  error(error: { type: string; message: string }): string;
  end(finish: string | null, usage: TokenCounts | null | undefined): string;
}

export interface ModelServer {
  /** The base address that a client is given. */
  readonly url: string;
  /** All requests so far, oldest first. */
  readonly requests: ModelRequest[];
  /** How many clients left before their answer was complete. */
  readonly aborted: number;
  stop(): Promise<void>;
}

/** Starts a server on a port of the kernel's choice that answers by the script, in the words of the dialect. */
export async function startModelServer(
  base: string,
  dialect: Dialect,
  script: Script,
  other: (request: ModelRequest) => Reply | null = () => null,
): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const sent = Buffer.concat(chunks).toString();
    const request: ModelRequest = {
      method: incoming.method!,
      path: (incoming.url ?? '').split('?')[0]!.slice(base.length),
      headers: incoming.headers,
      body: sent ? JSON.parse(sent) : null,
      aborted: false,
    };
    requests.push(request);
    const left = new Promise<void>((done) =>
      response.once('close', () => {
        request.aborted = !response.writableFinished && !response.errored;
        done();
      }),
    );
    const reply = other(request) ?? dialect.refusal(request) ?? (await script(request));
    if (reply === 'hang') return;
    if ('status' in reply) {
      const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(body);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...dialect.headers });
    await play(reply, dialect.begin(request), response, left);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    requests,
    get aborted() {
      return requests.filter(({ aborted }) => aborted).length;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function play(steps: readonly Step[], answer: Answer, response: ServerResponse, left: Promise<void>) {
  let finish: string | null = null;
  let usage: TokenCounts | null | undefined;
  response.write(answer.begin());
  for (const step of steps) {
    if (response.destroyed) return;
    if ('text' in step) response.write(answer.text(step.text));
    else if ('toolCall' in step) {
      const pieces = step.toolCall.arguments;
      response.write(answer.toolCall({ ...step.toolCall, arguments: typeof pieces === 'string' ? [pieces] : pieces }));
    } else if ('found' in step) response.write(answer.found(step.found));
    else if ('usage' in step) usage = step.usage;
    else if ('finish' in step) finish = step.finish;
    else if ('wait' in step) await Promise.race([step.wait, left]);
    else if ('raw' in step) response.write(step.raw);
    else if ('error' in step) return void response.end(answer.error(step.error));
    else if ('end' in step) return void response.end();
    else if ('cut' in step) {
      // What was written goes out before the connection breaks.
      return void response.write('', () => response.destroy(new Error('cut')));
    } else return;
  }
  if (!response.destroyed) response.end(answer.end(finish, usage));
}
