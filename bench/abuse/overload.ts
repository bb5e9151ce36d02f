import { Agent, request } from 'undici';
import type { RunningProcess } from '../../tests/support/process.ts';
import { federationBenchmark } from '../gateway/publicScenario.ts';

/** What came of the requests of one run. */
export interface Load {
  /** A second. */
  readonly arrived: number;
  readonly answered: number;
  readonly shed: number;
  /** Neither answered nor refused as it should be. */
  readonly wrong: number;
  /** Milliseconds from when each was due. */
  readonly answerTimes: readonly number[];
  readonly shedTimes: readonly number[];
}

const body = JSON.stringify({ query: federationBenchmark.queries.big });
/** So many people between them; the limits are for each. */
const tenants = 200;

async function ask(gateway: RunningProcess, agent: Agent, n: number): Promise<'answered' | 'shed' | 'wrong'> {
  const {
    statusCode,
    headers,
    body: answer,
  } = await request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tenant': `tenant-${n % tenants}` },
    body,
    dispatcher: agent,
  });
  const text = await answer.text();
  if (statusCode === 200 && text.startsWith('{"data":{"users":[{') && !text.includes('"errors"')) return 'answered';
  return statusCode === 503 && Number(headers['retry-after']) > 0 ? 'shed' : 'wrong';
}

/** Answers a second while `connections` clients each ask again as soon as they are answered: what it can do. */
export async function capacityOf(gateway: RunningProcess, seconds: number, connections = 16): Promise<number> {
  const agent = new Agent({ connections });
  let answered = 0;
  const started = performance.now();
  const end = started + seconds * 1_000;
  await Promise.all(
    Array.from({ length: connections }, async (_, n) => {
      while (performance.now() < end) if ((await ask(gateway, agent, n)) === 'answered') answered++;
    }),
  );
  const elapsed = (performance.now() - started) / 1_000;
  await agent.close();
  return answered / elapsed;
}

/** Requests that come whether the earlier ones are answered or not, `rate` a second. */
export async function arrivals(gateway: RunningProcess, rate: number, seconds: number): Promise<Load> {
  const agent = new Agent({ connections: 2_000 });
  const times = { answered: [] as number[], shed: [] as number[], wrong: [] as number[] };
  const running = new Set<Promise<void>>();
  const started = performance.now();
  let sent = 0;
  const one = async (due: number, n: number) => {
    const outcome = await ask(gateway, agent, n).catch(() => 'wrong' as const);
    times[outcome].push(performance.now() - due);
  };
  while (performance.now() - started < seconds * 1_000) {
    for (; sent < ((performance.now() - started) * rate) / 1_000; sent++) {
      const asked = one(started + (sent * 1_000) / rate, sent).finally(() => running.delete(asked));
      running.add(asked);
    }
    await new Promise((done) => setTimeout(done, 1));
  }
  const elapsed = (performance.now() - started) / 1_000;
  const inTime = times.answered.length;
  await Promise.all(running);
  await agent.close();
  return {
    arrived: sent / elapsed,
    answered: inTime / elapsed,
    shed: times.shed.length / sent,
    wrong: times.wrong.length,
    answerTimes: times.answered,
    shedTimes: times.shed,
  };
}
