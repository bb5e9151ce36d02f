import { loadavg } from 'node:os';
import type { Attack, Refused } from './abuse/attack.ts';
import { forkOrdinary } from './abuse/ordinary.ts';
import { overHttp } from './abuse/overHttp.ts';
import { arrivals, capacityOf } from './abuse/overload.ts';
import { overSocket } from './abuse/overSocket.ts';
import { counted, startBench } from './abuse/processes.ts';
import { inColumns, quantile, tableOf } from './table.ts';

/**
 * `npm run bench -- abuse [--seconds 1 --rate 100 --attackers 2 --load 5 --pin]`: `npm run gateway` under attack and under too much load. Each
 * abusive input comes from some attackers at once, again and again, while ordinary clients ask at a steady rate. Then more requests come than
 * can be served. Ends with 1 when a bar is missed; machines are noisy, so look at the load average before believing that.
 */
const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
};
/** Of each attack. */
const seconds = option('seconds', 1);
/** Of all ordinary clients, a second. */
const rate = option('rate', 100);
const attackers = option('attackers', 2);
/** Seconds of each load. */
const load = option('load', 5);

const bars = { refusal: 50, others: 250, goodput: 0.8, shed: 100 };
const missed: string[] = [];
const expect = (isMet: boolean, what: string) => {
  if (!isMet) missed.push(what);
};

const bench = await startBench(process.argv.includes('--pin'));
try {
  console.log(`Node ${process.version}, load average ${loadavg()[0]!.toFixed(1)}.\n`);
  await underAttack();
  await underLoad();
} finally {
  await bench.stop();
}
console.log(`\nLoad average at the end ${loadavg()[0]!.toFixed(1)}.`);
if (missed.length > 0) {
  console.log(`Bars missed:\n${missed.map((what) => `  - ${what}`).join('\n')}`);
  process.exitCode = 1;
} else console.log('Every bar is met.');

async function underAttack() {
  const gateway = await bench.startGateway();
  const ordinary = forkOrdinary();
  let alone: readonly number[] = [];
  for (const time of [2_000, 3_000]) {
    ordinary.start(gateway.url, rate);
    await new Promise((done) => setTimeout(done, time));
    alone = (await ordinary.stop()).times;
  }
  const ms = (values: readonly number[], share: number) => quantile(values, share).toFixed(1);
  console.log(
    `${attackers} attackers against each other for ${seconds} s; ordinary clients ask ${rate} times a second.`,
    `Without an attack their p99 is ${ms(alone, 0.99)} ms.\n`,
  );
  const table = inColumns([46, 24, 6, 8, 8, 8, 6, 12, 5]);
  table(['attack', 'refused', 'times', 'p50 ms', 'p99 ms', 'max ms', 'calls', "others' p99", 'shed']);
  for (const [way, attacks] of [
    ['HTTP', overHttp],
    ['WebSocket', overSocket],
  ] as const) {
    table([`over ${way}`]);
    for (const attack of attacks) {
      const before = await counted(gateway, 'jarvis_subgraph_calls_total');
      ordinary.start(gateway.url, rate);
      const refused = await attackFor(attack, gateway.url);
      const others = await ordinary.stop();
      const calls = (await counted(gateway, 'jarvis_subgraph_calls_total')) - before - others.times.length;
      const outcomes = [...new Set(refused.map(({ outcome }) => outcome))].join(', ');
      const times = refused.map(({ milliseconds }) => milliseconds);
      const name = `${attack.name} over ${way}`;
      expect(outcomes === attack.expected, `${name}: ${outcomes} instead of ${attack.expected}`);
      expect(quantile(times, 0.99) < bars.refusal, `${name}: refused in ${ms(times, 0.99)} ms (p99)`);
      expect(calls === 0, `${name}: ${calls} calls to subgraphs`);
      expect(quantile(others.times, 0.99) < bars.others, `${name}: others wait ${ms(others.times, 0.99)} ms (p99)`);
      expect(others.shed === 0, `${name}: ${others.shed} of the others were turned away`);
      table([
        `  ${attack.name}`,
        outcomes,
        String(times.length),
        ms(times, 0.5),
        ms(times, 0.99),
        ms(times, 1),
        String(calls),
        ms(others.times, 0.99),
        String(others.shed),
      ]);
    }
  }
  console.log();
  ordinary.end();
  await gateway.end();
}

async function attackFor({ start }: Attack, url: string): Promise<Refused[]> {
  const refused: Refused[] = [];
  const end = performance.now() + seconds * 1_000;
  await Promise.all(
    Array.from({ length: attackers }, async (_, index) => {
      const attacker = await start(url, `attacker-${index}`);
      for (let n = index; performance.now() < end; n += attackers) refused.push(await attacker.attack(n));
      attacker.stop();
    }),
  );
  return refused;
}

async function underLoad() {
  // What it costs is not the question here.
  const gateway = await bench.startGateway('--demand-control', 'off');
  await capacityOf(gateway, 3);
  const capacity = await capacityOf(gateway, load);
  console.log(`Capacity: ${capacity.toFixed(0)} answers a second (the benchmark's big query, 16 clients).\n`);
  const table = [
    [
      'load',
      'arrived/s',
      'answered/s',
      'of capacity',
      'shed',
      'wrong',
      'p50 ms',
      'p99 ms',
      'shed p99 ms',
      'sent late p99',
      'generator busy',
    ],
  ];
  for (const times of [3, 5]) {
    const run = await arrivals(gateway, capacity * times, load);
    const goodput = run.answered / capacity;
    const ms = (values: readonly number[], share: number) => quantile(values, share).toFixed(0);
    table.push([
      `${times}× capacity`,
      run.arrived.toFixed(0),
      run.answered.toFixed(0),
      `${(goodput * 100).toFixed(0)} %`,
      `${(run.shed * 100).toFixed(0)} %`,
      String(run.wrong),
      ms(run.answerTimes, 0.5),
      ms(run.answerTimes, 0.99),
      ms(run.shedTimes, 0.99),
      ms(run.sendDelays, 0.99),
      `${(run.generatorBusy * 100).toFixed(0)} %`,
    ]);
    expect(goodput >= bars.goodput, `${times}× capacity: ${(goodput * 100).toFixed(0)} % of it is answered`);
    expect(run.wrong === 0, `${times}× capacity: ${run.wrong} neither answered nor refused with 503 and Retry-After`);
    expect(
      !(quantile(run.shedTimes, 0.99) >= bars.shed),
      `${times}× capacity: refused in ${ms(run.shedTimes, 0.99)} ms (p99)`,
    );
  }
  console.log(tableOf(table));
}
