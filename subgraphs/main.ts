import { subgraphs } from './index.ts';
import { ConfigError, readConfig, type SubgraphName, subgraphNames } from './shared/config.ts';
import { createLog } from './shared/log.ts';
import { watchRejections } from './shared/rejections.ts';
import { createSubgraphServer } from './shared/server.ts';
import { exitAtLast, startPlatform } from './shared/start.ts';
import { createSubgraph } from './shared/subgraph.ts';

/** `npm run start:subgraph goals`: one subgraph in a process of its own, for a gateway with GOALS_URL. */
async function main(): Promise<void> {
  const name = process.argv[2] as SubgraphName;
  if (!subgraphNames.includes(name)) {
    throw new ConfigError(
      `Say which subgraph to start: ${subgraphNames.map((n) => `npm run start:subgraph ${n}`).join(', ')}.`,
    );
  }
  const config = readConfig();
  if (!config.SUBGRAPH_SECRET)
    throw new ConfigError('SUBGRAPH_SECRET must be set: the gateway signs its calls with it.');
  if (!config.PUBLIC_URL) {
    throw new ConfigError('PUBLIC_URL must be set, to the same as for the gateway: it is the issuer of access tokens.');
  }
  if (!config.DATABASE_URL)
    throw new ConfigError('DATABASE_URL must be set: a subgraph on its own cannot use the embedded database.');
  const log = createLog(config.LOG_LEVEL, name);
  watchRejections(log);
  const { platform, close } = await startPlatform(
    config,
    log,
    (what) => log.info({}, what),
    Object.values(subgraphs),
    `jarvis-${name}`,
  );
  const subgraph = createSubgraph(subgraphs[name], platform);
  const secrets = [config.SUBGRAPH_SECRET, ...config.OLD_SUBGRAPH_SECRETS].map((secret) => Buffer.from(secret, 'hex'));
  const { server, drain } = createSubgraphServer(subgraph, platform, secrets);
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(config.PORT, config.HOST, done);
  });
  let stopping = false;
  const stop = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    let at = 'requests';
    exitAtLast(log, () => at);
    await Promise.all([drain(config.drainLead), platform.jobs.rest()]);
    at = 'reactions';
    await subgraph.stop();
    await close((what) => {
      at = what;
    });
    process.exit(0);
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  await subgraph.work();
  const { port } = server.address() as { port: number };
  log.info({ port }, 'the subgraph is ready');
}

main().catch((error: Error) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
