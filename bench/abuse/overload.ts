import { Agent, request } from 'undici';
import type { RunningProcess } from '../../tests/support/process.ts';
import { federationBenchmark } from '../gateway/publicScenario.ts';
import { bearerOf } from './tenants.ts';

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
  /** By how many milliseconds requests were sent after they were due: the generator's own fault, and part of the times. */
  readonly sendDelays: readonly number[];
  /** Share of the time that the generator was busy. Near 1 it measures itself. */
  readonly generatorBusy: number;
}

const body = JSON.stringify({ query: federationBenchmark.queries.big });
/** So many people between them; the limits are for each. */
const tenants = 200;

/** Bytes of the right answer, which one request has checked. */
let rightLength: string | undefined;

/** Looks into the first answer only, so that the generator has more to spare than the gateway. */
async function ask(gateway: RunningProcess, agent: Agent, n: number): Promise<'answered' | 'shed' | 'wrong'> {
  const {
    statusCode,
    headers,
    body: answer,
  } = await request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: await bearerOf(`tenant-${n % tenants}`) },
    body,
    dispatcher: agent,
  });
  if (statusCode === 200 && rightLength === undefined) {
    const text = await answer.text();
    if (!text.startsWith('{"data":{"users":[{') || text.includes('"errors"')) return 'wrong';
    rightLength = String(headers['content-length']);
    return 'answered';
  }
  await answer.dump({ limit: 1_000_000 });
  if (statusCode === 200) return headers['content-length'] === rightLength ? 'answered' : 'wrong';
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

/** Connections that are open before the load comes, as those of a proxy are. */
const connections = 500;

/**
 * Requests that come whether the earlier ones are answered or not, `rate` a second, on connections that are open already: Node accepts one new
 * connection a turn of its event loop (libuv 1.45 and later), so a rush of new ones waits whatever the server does.
 */
export async function arrivals(gateway: RunningProcess, rate: number, seconds: number): Promise<Load> {
  const agent = new Agent({ connections, keepAliveTimeout: 60_000 });
  const open = () => request(`${gateway.url}/health/live`, { dispatcher: agent }).then(({ body }) => body.dump());
  await Promise.all(Array.from({ length: connections }, open));
  await Promise.all(Array.from({ length: tenants }, (_, n) => bearerOf(`tenant-${n}`)));
  const times = { answered: [] as number[], shed: [] as number[], wrong: [] as number[] };
  const running = new Set<Promise<void>>();
  const sendDelays: number[] = [];
  const before = performance.eventLoopUtilization();
  const started = performance.now();
  let sent = 0;
  const one = async (due: number, n: number) => {
    const outcome = await ask(gateway, agent, n).catch(() => 'wrong' as const);
    times[outcome].push(performance.now() - due);
  };
  while (performance.now() - started < seconds * 1_000) {
    for (; sent < ((performance.now() - started) * rate) / 1_000; sent++) {
      const due = started + (sent * 1_000) / rate;
      sendDelays.push(performance.now() - due);
      const asked = one(due, sent).finally(() => running.delete(asked));
      running.add(asked);
    }
    await new Promise((done) => setTimeout(done, 1));
  }
  const elapsed = (performance.now() - started) / 1_000;
  const inTime = times.answered.length;
  const generatorBusy = performance.eventLoopUtilization(before).utilization;
  await Promise.all(running);
  await agent.close();
  return {
    arrived: sent / elapsed,
    answered: inTime / elapsed,
    shed: times.shed.length / sent,
    wrong: times.wrong.length,
    answerTimes: times.answered,
    shedTimes: times.shed,
    sendDelays,
    generatorBusy,
  };
}
