import { Agent, type IncomingMessage, request } from 'node:http';
import { abuses } from '../../tests/support/abuse.ts';
import type { Attack, Refused } from './attack.ts';
import { bearerOf } from './tenants.ts';

/** The same request again and again would be remembered: each has a comment of its own, where it has a document that is read. */
function varied(body: string, n: number): Buffer {
  return Buffer.from(body.startsWith('{"query":"') ? body.replace('{"query":"', `{"query":"#${n}\\n`) : body);
}

/** What is abusive over HTTP: the time is that from the first byte sent to the head of the refusal. */
export const overHttp: readonly Attack[] = abuses.map((abuse) => ({
  name: abuse.name,
  expected: `${abuse.status} ${abuse.code}`,
  async start(url, tenant) {
    const agent = new Agent({ keepAlive: true });
    const headers = {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      authorization: await bearerOf(tenant),
      ...abuse.headers,
    };
    const { body } = abuse;
    const same = typeof body !== 'string' || body.length > 1_000_000 ? Buffer.from(body) : undefined;
    return {
      attack: (n) => send(url, agent, headers, same ?? varied(String(body), n)),
      stop: () => agent.destroy(),
    };
  },
}));

function send(url: string, agent: Agent, headers: Record<string, string>, body: Buffer): Promise<Refused> {
  return new Promise((done, fail) => {
    const started = performance.now();
    let head: IncomingMessage | undefined;
    const asked = request(`${url}/graphql`, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': body.length },
    });
    asked.on('response', (response) => {
      head = response;
      const milliseconds = performance.now() - started;
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        done({ outcome: `${response.statusCode} ${JSON.parse(text).errors?.[0].extensions.code}`, milliseconds }),
      );
      response.on('error', fail);
    });
    // Refused while it still sends: the gateway may cut the connection after its answer.
    asked.on('error', (error) => head ?? fail(error));
    asked.end(body);
  });
}
