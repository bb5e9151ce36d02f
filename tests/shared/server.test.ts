import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { wasNeverSent } from '../../gateway/sources/failures.ts';
import { createRemoteSource } from '../../gateway/sources/remote.ts';
import '../../subgraphs/shared/rejections.ts';
import { createSubgraphServer } from '../../subgraphs/shared/server.ts';
import { createVerifier, sign, signatureHeaders } from '../../subgraphs/shared/signature.ts';
import type { Subgraph } from '../../subgraphs/shared/subgraph.ts';
import { recordingLog, startTestPlatform } from '../support/platform.ts';
import { anonymous } from '../support/smallSubgraph.ts';
import { until } from '../support/until.ts';

const secret = randomBytes(32);
const old = randomBytes(32);
const calls: unknown[] = [];
const subgraph: Subgraph = {
  name: 'small',
  async execute(call) {
    calls.push(call);
    if (call.query === 'break') throw new Error('detail: postgres://app:hunter2@db');
    return { data: { fine: true } };
  },
  work: async () => {},
  settle: async () => {},
  stop: async () => {},
};

let house: Awaited<ReturnType<typeof startTestPlatform>>;
let server: Server;
let port = 0;
const { log, lines } = recordingLog();
beforeAll(async () => {
  house = await startTestPlatform({ log });
  server = createSubgraphServer(subgraph, house.platform, [secret, old]).server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await house.stop();
});
beforeEach(() => {
  calls.length = 0;
  lines.length = 0;
});

const body = JSON.stringify({ query: '{ fine }', request: anonymous });

/** The headers of a good call, with whatever is to be wrong about it. */
function signed(
  wrong: Partial<{ method: string; path: string; time: number; nonce: string; body: string; secret: Buffer }> = {},
) {
  const parts = { method: 'POST', path: '/', nonce: randomBytes(16).toString('hex'), body, ...wrong };
  const time = String(wrong.time ?? Date.now());
  return {
    [signatureHeaders.time]: time,
    [signatureHeaders.nonce]: parts.nonce,
    [signatureHeaders.signature]: sign(wrong.secret ?? secret, { ...parts, time }),
  };
}

function send(headers: Record<string, string>, what: { method?: string; path?: string; body?: string } = {}) {
  return new Promise<{ status: number; text: string }>((done, fail) => {
    const outgoing = request(
      { port, host: '127.0.0.1', method: what.method ?? 'POST', path: what.path ?? '/', headers },
      async (incoming) => {
        let text = '';
        for await (const chunk of incoming) text += chunk;
        done({ status: incoming.statusCode!, text });
      },
    );
    outgoing.on('error', fail);
    outgoing.end(what.body ?? body);
  });
}

describe('a subgraph in a process of its own', () => {
  test('answers a signed call', async () => {
    expect(await send(signed())).toEqual({ status: 200, text: '{"data":{"fine":true}}' });
    expect(calls).toEqual([JSON.parse(body)]);
  });

  test('answers who still signs with the secret before, while that is accepted', async () => {
    expect((await send(signed({ secret: old }))).status).toBe(200);
    const replayed = signed({ secret: old });
    expect((await send(replayed)).status).toBe(200);
    expect((await send(replayed)).status).toBe(401);
    expect(calls).toHaveLength(2);
  });

  const once = signed();
  const changed = body.replace('fine', 'mine');
  test.each([
    ['without a signature', {}, {}],
    ['with an empty signature', { ...signed(), [signatureHeaders.signature]: '' }, {}],
    ['with a signature that is no text of hexadecimal digits', { ...signed(), [signatureHeaders.signature]: 'zz' }, {}],
    [
      'with half a signature',
      { ...signed(), [signatureHeaders.signature]: signed()[signatureHeaders.signature]!.slice(0, 32) },
      {},
    ],
    ['signed with another key', signed({ secret: randomBytes(32) }), {}],
    ['signed more than a minute ago', signed({ time: Date.now() - 61_000 }), {}],
    ['signed more than a minute ahead', signed({ time: Date.now() + 65_000 }), {}],
    ['signed at no time', { ...signed({ time: Number.NaN }) }, {}],
    ['with another time than signed', { ...signed(), [signatureHeaders.time]: String(Date.now() + 1) }, {}],
    ['with another nonce than signed', { ...signed(), [signatureHeaders.nonce]: 'other' }, {}],
    ['with another body', signed(), { body: changed }],
    ['with another method', signed(), { method: 'PUT' }],
    ['with GET', signed({ body: '' }), { method: 'GET', body: '' }],
    ['with another path', signed(), { path: '/graphql' }],
    ['with what is not JSON, unsigned', {}, { body: '{' }],
    [
      'for its SDL, unsigned',
      { 'apollo-federation-include-trace': 'ftv1' },
      { body: '{"query":"{ _service { sdl } }"}' },
    ],
    ['with 30 MB, unsigned', {}, { body: 'x'.repeat(30_000_000) }],
  ])('refuses a call %s with 401, before it looks into it', async (_, headers, what) => {
    const { status, text } = await send(headers as Record<string, string>, what).catch((error) => {
      // Of a large body the server reads nothing: the connection may end while we still send.
      if ('body' in what && what.body.length > 1_000_000)
        return { status: 401, text: 'This subgraph only answers its gateway.' };
      throw error;
    });
    expect(status).toBe(401);
    expect(text).toContain('This subgraph only answers its gateway.');
    expect(calls).toEqual([]);
  });

  test('tells at /metrics what it has answered, by kind and outcome, to whoever may read it', async () => {
    const read = async (headers = {}) => (await send(headers, { method: 'GET', path: '/metrics', body: '' })).text;
    const counted = (text: string, line: string) => Number(text.split(`${line} `)[1]?.split('\n')[0] ?? 0);
    const before = await read();
    const mutation = JSON.stringify({ query: 'mutation { fine }', request: anonymous });
    await send(signed({ body: mutation }), { body: mutation });
    const broken = JSON.stringify({ query: 'break', request: anonymous });
    await send(signed({ body: broken }), { body: broken });
    await send({});
    const after = await read();
    for (const [line, more] of [
      ['jarvis_answered_calls_total{subgraph="small",kind="mutation",outcome="ok"}', 1],
      ['jarvis_answered_calls_total{subgraph="small",kind="query",outcome="failed"}', 1],
      ['jarvis_answered_calls_total{subgraph="small",kind="query",outcome="ok"}', 0],
      ['jarvis_answered_call_seconds_count{subgraph="small",kind="mutation"}', 1],
    ] as const)
      expect([line, counted(after, line) - counted(before, line)]).toEqual([line, more]);
    expect(after).toContain('jarvis_answered_calls_running{subgraph="small"} 0');
    expect(after).toContain('jarvis_process_resident_memory_bytes');
    // What the domains count is told along.
    expect(after).toContain('jarvis_unhandled_rejections_total');
    // Through a proxy everybody comes from this machine.
    expect(await read({ 'x-forwarded-for': '203.0.113.7' })).toContain('There is nothing here.');
  });

  test('refuses a call that it has seen before', async () => {
    expect((await send(once)).status).toBe(200);
    for (let i = 0; i < 3; i++) expect((await send(once)).status).toBe(401);
    expect(calls).toHaveLength(1);
  });

  test('refuses a signed call that is too large with 413', async () => {
    const large = 'x'.repeat(20_000_001);
    expect(
      (await send({ ...signed({ body: large }), 'content-length': String(large.length) }, { body: large })).status,
    ).toBe(413);
  });

  test('answers a failure with 503 and tells nothing; the log has it', async () => {
    const breaking = JSON.stringify({ query: 'break', request: anonymous });
    expect(await send(signed({ body: breaking }), { body: breaking })).toEqual({
      status: 503,
      text: '{"error":"unavailable"}',
    });
    expect(lines.join('')).toContain('detail: postgres://[redacted]@db');
    expect((await send(signed({ body: '{' }), { body: '{' })).status).toBe(503);
  });

  test('says whether it lives and is ready', async () => {
    expect((await send({}, { method: 'GET', path: '/health/live', body: '' })).status).toBe(200);
    expect((await send({}, { method: 'GET', path: '/health/ready', body: '' })).status).toBe(200);
  });
});

describe('a secret that is rotated', () => {
  const next = randomBytes(32);
  const headersBy = (signer: Buffer, nonce: string) => ({
    [signatureHeaders.time]: '1000000',
    [signatureHeaders.nonce]: nonce,
    [signatureHeaders.signature]: sign(signer, { method: 'POST', path: '/', time: '1000000', nonce, body: '{}' }),
  });

  test('first at the subgraphs, then at the gateways, then is forgotten: no call of a gateway is refused', () => {
    const clock = () => 1_000_000;
    const before = createVerifier([secret], clock);
    const during = createVerifier([next, secret], clock);
    const after = createVerifier([next], clock);
    const steps: [ReturnType<typeof createVerifier>, Buffer][] = [
      [before, secret],
      [during, secret],
      [during, next],
      [after, next],
    ];
    const accepted = steps.map(([verify, signer], step) =>
      Array.from({ length: 50 }, (_, i) => verify('POST', '/', headersBy(signer, `${step}.${i}`), '{}')),
    );
    expect(accepted.flat().filter((isAccepted) => !isAccepted)).toEqual([]);
    expect(after('POST', '/', headersBy(secret, 'late'), '{}')).toBe(false);
    expect(before('POST', '/', headersBy(next, 'early'), '{}')).toBe(false);
  });

  test('takes a call once, whichever of the two signed it', () => {
    const verify = createVerifier([next, secret], () => 1_000_000);
    expect(verify('POST', '/', headersBy(secret, 'n'), '{}')).toBe(true);
    expect(verify('POST', '/', headersBy(next, 'n'), '{}')).toBe(false);
  });
});

describe('the verifier of signatures', () => {
  const call = { method: 'POST', path: '/', nonce: 'n', body: 'ä' };
  const headersAt = (time: number, nonce = 'n') => ({
    [signatureHeaders.time]: String(time),
    [signatureHeaders.nonce]: nonce,
    [signatureHeaders.signature]: sign(secret, { ...call, nonce, time: String(time) }),
  });

  test('takes the body as text or as bytes', () => {
    const verify = createVerifier([secret], () => 1_000_000);
    expect(verify('POST', '/', headersAt(1_000_000, 'a'), 'ä')).toBe(true);
    expect(verify('POST', '/', headersAt(1_000_000, 'b'), Buffer.from('ä'))).toBe(true);
  });

  test('accepts a minute either way and never the same call twice within what it accepts', () => {
    let now = 1_000_000;
    const verify = createVerifier([secret], () => now);
    const early = headersAt(now + 60_000);
    expect(verify('POST', '/', early, 'ä')).toBe(true);
    for (const later of [0, 60_000, 119_999, 120_000]) {
      now = 1_000_000 + later;
      expect(verify('POST', '/', headersAt(now - 60_000, `other${later}`), 'ä')).toBe(true);
      expect(verify('POST', '/', early, 'ä')).toBe(false);
    }
    now = 1_000_000 + 120_001;
    expect(verify('POST', '/', early, 'ä')).toBe(false); // Forgotten by now, and too old.
  });
});

describe('told to leave', () => {
  /** A door of its own, whose calls last as long as they say, and the gateway's way there. */
  async function open() {
    let begun = 0;
    const slow: Subgraph = {
      ...subgraph,
      async execute({ query }) {
        begun++;
        return { data: await pause(Number(query), { fine: true }, { ref: false }) };
      },
    };
    const { server: own, drain } = createSubgraphServer(slow, house.platform, [secret]);
    own.listen(0, '127.0.0.1');
    await once(own, 'listening');
    const url = `http://127.0.0.1:${(own.address() as AddressInfo).port}`;
    const source = createRemoteSource(`${url}/`, secret);
    const ask = (milliseconds: number) =>
      source.execute({
        query: String(milliseconds),
        operationKind: 'mutation',
        context: { request: anonymous },
        signal: new AbortController().signal,
        deadline: Date.now() + 20_000,
      });
    return { url, drain, source, ask, begun: () => begun };
  }

  test('loses no call: each is answered, or found nobody and was never sent', async () => {
    const { url, drain, source, ask } = await open();
    let answered = 0;
    const failures: unknown[] = [];
    const callers = Array.from({ length: 20 }, async (_, caller) => {
      while (failures.length < 20) {
        await ask(10 + caller).then(
          () => answered++,
          (cause) => failures.push(cause),
        );
      }
    });
    await until('calls are under way', () => answered > 100);
    const left = drain(1_000);
    const before = answered;
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    await Promise.all(callers);
    await left;
    await source.close();
    expect(answered).toBeGreaterThan(before + 100);
    expect(failures.filter((cause) => !wasNeverSent(cause))).toEqual([]);
  });

  test('answers what runs, and what still comes over a connection that was open, and lets nobody new in', async () => {
    const { url, drain, source, ask, begun } = await open();
    // Two connections: one will be busy, the other idle.
    await Promise.all([ask(50), ask(50)]);
    const running = ask(400);
    await until('it runs', () => begun() === 3);
    const left = drain(0);
    await until('nobody new is let in', () =>
      fetch(`${url}/health/live`).then(
        () => false,
        () => true,
      ),
    );
    await expect(ask(0)).resolves.toMatchObject({ data: { fine: true } });
    await expect(running).resolves.toMatchObject({ data: { fine: true } });
    await left;
    await source.close();
  });

  test('ends connections that nobody leaves when its patience is over', async () => {
    const { drain, source, ask, begun } = await open();
    const running = ask(60_000);
    running.catch(() => {});
    await until('it runs', () => begun() === 1);
    await drain(0, 100);
    await expect(running).rejects.toThrow();
    await source.close();
  });
});
