import { createServer } from 'node:net';
import { demoEmail, ensureDemoData } from '../subgraphs/demo.ts';
import { subgraphs as definitions } from '../subgraphs/index.ts';
import { addressVariable, ConfigError, readConfig, subgraphNames } from '../subgraphs/shared/config.ts';
import { createLog } from '../subgraphs/shared/log.ts';
import { watchRejections } from '../subgraphs/shared/rejections.ts';
import { exitAtLast, startPlatform } from '../subgraphs/shared/start.ts';
import { createSubgraph, type Subgraph } from '../subgraphs/shared/subgraph.ts';
import { createApp } from './app.ts';

/** `npm start`: the gateway, and every subgraph whose <NAME>_URL is unset, in one process. */
async function main(): Promise<void> {
  const started = performance.now();
  const config = readConfig();
  const log = createLog(config.LOG_LEVEL);
  watchRejections(log);
  const say = (what: string) => console.log(`  ${what}`);
  console.log('Jarvis is starting');
  await checkPort(config.PORT, config.HOST);
  let port = config.PORT;
  const own = () => `http://${isWildcard(config.HOST) ? '127.0.0.1' : hostIn(config.HOST)}:${port}/graphql`;
  const graphUrl = () => config.GATEWAY_URL ?? own();
  const { platform, summary, close } = await startPlatform(
    config,
    log,
    say,
    Object.values(definitions),
    'jarvis-gateway',
    graphUrl,
  );
  let stopping = false;
  try {
    const subgraphs = new Map<string, Subgraph>();
    for (const name of subgraphNames) {
      if (config[addressVariable(name)] === undefined) subgraphs.set(name, createSubgraph(definitions[name], platform));
    }
    if (await ensureDemoData(platform)) say(`filled the empty database with a demo account: ${demoEmail}`);
    const app = await createApp({ platform, subgraphs, planningThread: true });
    await app.prepare();
    port = await app.listen(config.PORT, config.HOST);
    console.log(`
Jarvis is ready (${((performance.now() - started) / 1_000).toFixed(1)} s)
  Explorer      http://localhost:${port}/
  GraphQL       http://localhost:${port}/graphql   (WebSocket at the same path)
  Health        http://localhost:${port}/health/ready
  Standing on   ${summary}
  Subgraphs     ${subgraphNames.map((name) => `${name}${subgraphs.has(name) ? '' : ' (remote)'}`).join(', ')}
  Stop with Ctrl-C
`);
    const stop = async (signal: string) => {
      if (stopping) process.exit(1);
      stopping = true;
      console.log(`\n${signal}: answering what is running, then stopping`);
      let at = 'requests';
      exitAtLast(log, () => at);
      // Work in the background asks the graph: nobody is turned away before it rests.
      await app.drain(15_000, platform.jobs.rest());
      at = 'reactions';
      for (const subgraph of subgraphs.values()) await subgraph.stop();
      await close((what) => {
        at = what;
      });
      process.exit(0);
    };
    process.on('SIGINT', () => void stop('SIGINT')).on('SIGTERM', () => void stop('SIGTERM'));
    // Work in the background asks the graph: it begins when the graph can be asked.
    for (const subgraph of subgraphs.values()) if (!stopping) await subgraph.work();
  } catch (error) {
    // Who is told to stop while the work begins is already closing.
    if (stopping) return;
    await close();
    throw error;
  }
}

const isWildcard = (host: string) => host === '0.0.0.0' || host === '::';
const hostIn = (host: string) => (host.includes(':') ? `[${host}]` : host);

/** Asked before anything is opened, so that a second start does no harm. */
function checkPort(port: number, host: string): Promise<void> {
  return new Promise((done, fail) => {
    const probe = createServer().once('error', (error: NodeJS.ErrnoException) =>
      fail(
        new ConfigError(
          error.code === 'EADDRINUSE'
            ? `Port ${port} is in use (is Jarvis already running?). Stop what uses it, or choose another: PORT=4100 npm start.`
            : `Cannot listen on ${host}:${port} (${error.code}). Set HOST and PORT to an address of this machine.`,
        ),
      ),
    );
    probe.listen(port, host, () => probe.close(() => done()));
  });
}

main().catch((error: Error) => {
  console.error(error instanceof ConfigError ? `\n${error.message}` : error);
  process.exit(1);
});
