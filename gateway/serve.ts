import { readFileSync, watchFile } from 'node:fs';
import { parseArgs } from 'node:util';
import { createLog } from '../subgraphs/shared/log.ts';
import { createJwtVerifier } from './admission/jwt.ts';
import { readManifest } from './admission/manifest.ts';
import { createStandalone, type Standalone, type StandaloneOptions } from './standalone.ts';

const usage = `npm run gateway -- --supergraph FILE [options]

  --supergraph FILE          the composed supergraph; read again when it changes, or on SIGHUP
  --port N  --host ADDRESS   where to listen (4000, 127.0.0.1)
  --override NAME=URL        a subgraph's address instead of the one in the supergraph; may be repeated
  --forward-header NAME      a header of clients that subgraphs get; may be repeated
  --jwks URL  --issuer TEXT  --audience TEXT
                             verify access tokens (JWT) by this key set: what @authenticated and @requiresScopes go by
  --manifest FILE            persisted operations in Apollo's format; may be repeated
  --safelist CLIENT          a client that may run persisted operations only, or "*"; may be repeated
  --introspection WHO        open, or developers: callers with the scope schema:read (open; in production developers)
  --subgraph-errors HOW      mask, or pass on what subgraphs say (mask)
  --demand-control HOW       enforce, measure or off (enforce)
  --allow-origin ORIGIN      a web origin whose pages may ask; may be repeated
  --timeout MS               time that an operation may take (10000)
  --metrics-token TEXT       bearer token for /metrics from elsewhere than this machine
  --sockets-per-account N    WebSocket connections of one account or address (10)
  --streams-per-account N    subscriptions over HTTP of one account or address (50)
  --drain-lead MS            on SIGTERM, how long readiness says 503 before nobody is let in (0; in production 3000)
  --log-level LEVEL          silent, error, warn, info or debug (info)`;

const options = {
  supergraph: { type: 'string' },
  port: { type: 'string', default: '4000' },
  host: { type: 'string', default: '127.0.0.1' },
  override: { type: 'string', multiple: true, default: [] as string[] },
  'forward-header': { type: 'string', multiple: true, default: [] as string[] },
  jwks: { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  manifest: { type: 'string', multiple: true, default: [] as string[] },
  safelist: { type: 'string', multiple: true, default: [] as string[] },
  introspection: { type: 'string' },
  'subgraph-errors': { type: 'string', default: 'mask' },
  'demand-control': { type: 'string', default: 'enforce' },
  'allow-origin': { type: 'string', multiple: true, default: [] as string[] },
  timeout: { type: 'string', default: '10000' },
  'metrics-token': { type: 'string' },
  'sockets-per-account': { type: 'string', default: '10' },
  'streams-per-account': { type: 'string', default: '50' },
  'drain-lead': { type: 'string' },
  'log-level': { type: 'string', default: 'info' },
  help: { type: 'boolean', default: false },
} as const;

/** What is wrong with the command: said without a stack, then exit 1. */
class UsageError extends Error {}

/** `npm run gateway`: serves any supergraph. */
async function main(): Promise<void> {
  const values = readArguments();
  if (values.help) return console.log(usage);
  const { supergraph: file, jwks, issuer, audience } = values;
  if (!file) throw new UsageError(`Say which supergraph to serve: --supergraph FILE.\n\n${usage}`);
  const log = createLog(oneOf('log-level', values['log-level'], ['silent', 'error', 'warn', 'info', 'debug']));
  const production = process.env.NODE_ENV === 'production';
  const overrides = new Map(values.override.map(readOverride));
  const gateway = start(file, {
    supergraphSdl: readText(file),
    overrides,
    forwardedHeaders: values['forward-header'],
    verify: jwks === undefined ? undefined : createJwtVerifier({ jwks, issuer, audience }),
    manifests: values.manifest.map((path) => readManifest(readText(path))),
    safelist: values.safelist,
    introspection: oneOf('introspection', values.introspection ?? (production ? 'developers' : 'open'), [
      'open',
      'developers',
    ]),
    subgraphErrors: oneOf('subgraph-errors', values['subgraph-errors'], ['mask', 'pass']),
    demandControl: oneOf('demand-control', values['demand-control'], ['enforce', 'measure', 'off']),
    allowedOrigins: values['allow-origin'],
    timeout: wholeNumber('timeout', values.timeout),
    metricsToken: values['metrics-token'],
    socketsPerAccount: wholeNumber('sockets-per-account', values['sockets-per-account']),
    streamsPerAccount: wholeNumber('streams-per-account', values['streams-per-account']),
    drainLead: wholeNumber('drain-lead', values['drain-lead'] ?? (production ? '3000' : '0')),
    planningThread: true,
    log: (level, what, message) => log[level](what, message),
  });
  const names = gateway.gateway.engine.planner.subgraphs.map(({ name }) => name);
  for (const name of overrides.keys())
    if (!names.includes(name)) throw new UsageError(`--override ${name}: "${file}" has ${names.join(', ')}.`);
  await gateway.prepare();
  const port = await gateway.listen(wholeNumber('port', values.port), values.host).catch((error) => {
    throw new UsageError(
      `Cannot listen on ${values.host}:${values.port} (${error.code}). Choose another by --host and --port.`,
    );
  });
  console.log(`The gateway is ready: http://${values.host}:${port}/graphql`);

  const reload = () => {
    try {
      gateway.gateway.update(readText(file));
      log.info({}, 'the supergraph was read again');
    } catch (error) {
      log.error({ error: (error as Error).message }, 'the new supergraph cannot be served; the old one stays');
    }
  };
  watchFile(file, { interval: 1_000 }, reload);
  process.on('SIGHUP', reload);

  let stopping = false;
  const stop = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    await gateway.drain();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop()).on('SIGTERM', () => void stop());
}

function readArguments() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}

function start(file: string, options: StandaloneOptions): Standalone {
  try {
    return createStandalone(options);
  } catch (error) {
    throw new UsageError(`"${file}" cannot be served: ${(error as Error).message}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`"${file}" cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function readOverride(text: string): [name: string, url: string] {
  const [, name, url] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (!name || !url || !/^https?:/.test(url) || !URL.canParse(url))
    throw new UsageError(`--override ${text} must be NAME=URL, with a URL that starts with http: or https:.`);
  return [name, url];
}

function oneOf<const Choice extends string>(name: string, given: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === given);
  if (!found) throw new UsageError(`--${name} must be one of ${choices.join(', ')}.`);
  return found;
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${name} must be a whole number.`);
  return Number(text);
}

main().catch((error: Error) => {
  console.error(error instanceof UsageError ? error.message : error);
  process.exit(1);
});
