import { fork } from 'node:child_process';
import { Agent, request } from 'undici';
import { federationBenchmark } from '../gateway/publicScenario.ts';
import { bearerOf } from './tenants.ts';

export interface Figures {
  /** Of those that were answered, milliseconds from when each was due. */
  readonly times: readonly number[];
  /** Turned away with 503. */
  readonly shed: number;
}

/** Ordinary clients in a process of their own, so that what attacks cost their attackers does not count for others. */
export function forkOrdinary() {
  const child = fork(import.meta.filename, ['clients']);
  return {
    start: (url: string, rate: number) => void child.send({ url, rate }),
    stop: () =>
      new Promise<Figures>((done) => {
        child.once('message', (figures) => done(figures as Figures));
        child.send('stop');
      }),
    end: () => child.disconnect(),
  };
}

if (process.argv[2] === 'clients') {
  let clients: ReturnType<typeof startOrdinary> | undefined;
  process.on('message', async (message: 'stop' | { url: string; rate: number }) => {
    if (message !== 'stop') clients = startOrdinary(message.url, message.rate);
    else process.send?.(await clients?.stop());
  });
}

/** Clients that ask for something small now and then, whether the gateway is slow or not: so many requests a second between them. */
function startOrdinary(url: string, rate: number, clients = 20) {
  const agent = new Agent({ connections: 64, pipelining: 1 });
  const body = JSON.stringify({ query: federationBenchmark.queries.small });
  const times: number[] = [];
  const running = new Set<Promise<void>>();
  const started = performance.now();
  let sent = 0;
  let shed = 0;
  const ask = async (due: number, client: number) => {
    const { statusCode, body: answer } = await request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: await bearerOf(`ordinary-${client}`) },
      body,
      dispatcher: agent,
    });
    const text = await answer.text();
    if (statusCode === 503) return void shed++;
    if (statusCode !== 200 || !text.startsWith('{"data":{"users":[{'))
      throw new Error(`An ordinary client was answered ${statusCode}: ${text.slice(0, 300)}`);
    times.push(performance.now() - due);
  };
  const timer = setInterval(() => {
    for (; sent < ((performance.now() - started) * rate) / 1_000; sent++) {
      const one = ask(started + (sent * 1_000) / rate, sent % clients).finally(() => running.delete(one));
      running.add(one);
    }
  }, 2);
  return {
    async stop(): Promise<Figures> {
      clearInterval(timer);
      await Promise.all(running);
      await agent.close();
      return { times, shed };
    },
  };
}
