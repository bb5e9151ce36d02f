import { join } from 'node:path';
import { startStack } from '../deploy/stack.ts';
import { variables } from '../subgraphs/shared/config.ts';
import { build } from './build.ts';

/**
 * `npm run stack`: Jarvis as in production on this machine, without Docker: nginx with TLS, two gateways, five subgraphs, PostgreSQL, Redis. Needs
 * Debian's nginx and redis-server. Variables of Jarvis are passed on to its processes, and HTTPS_PORT (8443) and HTTP_PORT
 * (8080) are where it listens. SIGHUP restarts every process, one after another.
 */
const root = join(import.meta.dirname, '..');
/** Variables of Jarvis that somebody set for all processes, but for what the stack itself says to each. */
function passedOn(): Record<string, string> {
  const own =
    /^(PORT|HOST|DATA_DIR|DATABASE_URL|REDIS_URL|PUBLIC_URL|GATEWAY_URL|SUBGRAPH_SECRET|ENCRYPTION_KEY|METRICS_TOKEN)$/;
  const names = Object.keys(variables).filter((name) => !own.test(name));
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value ? [[name, value]] : [];
    }),
  );
}
const say = (what: string) => console.log(`  ${what}`);

console.log('Jarvis is starting as a stack');
build(join(root, 'dist'));
const stack = await startStack({
  directory: join(root, '.jarvis/stack'),
  dist: join(root, 'dist'),
  env: passedOn(),
  databaseUrl: process.env.DATABASE_URL,
  httpsPort: Number(process.env.HTTPS_PORT ?? 8443),
  httpPort: Number(process.env.HTTP_PORT ?? 8080),
  onProgress: say,
}).catch((error: Error) => {
  console.error(`\n${error.message}`);
  process.exit(1);
});
const folder = '.jarvis/stack';
console.log(`
Jarvis is ready
  Explorer      ${stack.url}/   (its certificate signs itself: ${folder}/secrets/fullchain.pem)
  GraphQL       ${stack.url}/graphql   (WebSocket at the same path)
  Processes     ${stack.names().join(', ')}
  Logs          ${folder}/logs
  Switch        ${Object.entries(stack.switchEnv)
    .map(([name, value]) => `${name}='${value}'`)
    .join(' ')} deploy/switch.sh next
  Restart all   kill -HUP ${process.pid}
  Stop with Ctrl-C
`);

let rolling = false;
process.on('SIGHUP', async () => {
  if (rolling) return say('a restart is under way');
  rolling = true;
  const began = Date.now();
  await stack.roll().then(
    () => say(`every process was restarted in ${((Date.now() - began) / 1_000).toFixed(0)} s`),
    (error: Error) => say(`the restart was given up: ${error.message}`),
  );
  rolling = false;
});
let stopping = false;
const stop = async () => {
  if (stopping) process.exit(1);
  stopping = true;
  say('answering what is running, then stopping');
  await stack.stop();
  process.exit(0);
};
process.on('SIGINT', () => void stop()).on('SIGTERM', () => void stop());
