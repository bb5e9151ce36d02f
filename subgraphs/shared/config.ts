import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { backupProblems, backupVariables } from './variables/backup.ts';
import { deploymentVariables } from './variables/deployment.ts';
import { choice, dollars, integer, key, list, share, url } from './variables/forms.ts';
import { seeingVariables } from './variables/seeing.ts';
import { serviceVariables } from './variables/services.ts';
import { subgraphVariables } from './variables/subgraphs.ts';

/**
 * The one place that reads the environment. Every variable has a description, and a default where one is safe;
 * the README's configuration table and .env.example are generated from this list (`npm run generate`).
 */
export const variables = {
  NODE_ENV: choice('development', 'test', 'production')
    .default('development')
    .describe('Kind of run. Production refuses development sign-in and demo data, and wants every secret set'),
  PORT: integer(0, 65535).default(4000).describe('TCP port of the gateway, or of a subgraph that runs on its own'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  PUBLIC_URL: url(['http:', 'https:'])
    .optional()
    .describe('Address that clients see: issuer of access tokens, base of links. Default: http://localhost:PORT'),
  GATEWAY_URL: url(['http:', 'https:'])
    .optional()
    .describe(
      'Address at which this process asks the graph (assistant, insights). Default: the gateway in this process, else PUBLIC_URL/graphql',
    ),
  LOG_LEVEL: choice('silent', 'error', 'warn', 'info', 'debug')
    .default('info')
    .describe('Least severe log line that is written'),
  DATA_DIR: z.string().default('.jarvis').describe('Folder of the embedded database and of exported archives'),
  DATABASE_URL: url(['postgresql:', 'postgres:'])
    .optional()
    .describe('A PostgreSQL 15+ to use. Unset: an embedded PostgreSQL 18 under DATA_DIR'),
  DATABASE_POOL: integer(1, 200).default(10).describe('Connections a process holds to PostgreSQL at most'),
  REDIS_URL: url(['redis:', 'rediss:'])
    .optional()
    .describe(
      'A Redis 7+ for queues and the bus. Unset: queues on PostgreSQL, bus in the process (or NOTIFY between processes)',
    ),
  USERS_URL: url(['http:', 'https:'])
    .optional()
    .describe('Address of the users subgraph. Unset: it runs inside the gateway process'),
  GOALS_URL: url(['http:', 'https:']).optional().describe('Address of the goals subgraph, likewise'),
  CHAT_URL: url(['http:', 'https:']).optional().describe('Address of the chat subgraph, likewise'),
  RESEARCH_URL: url(['http:', 'https:']).optional().describe('Address of the research subgraph, likewise'),
  INTEGRATIONS_URL: url(['http:', 'https:']).optional().describe('Address of the integrations subgraph, likewise'),
  ...subgraphVariables,
  ENCRYPTION_KEY: key
    .optional()
    .describe(
      'Key that encrypts secrets at rest (AES-256-GCM). Unset outside production: made once and kept under DATA_DIR',
    ),
  OLD_ENCRYPTION_KEYS: list
    .pipe(z.array(key))
    .default([])
    .describe(
      'Comma-separated earlier values of ENCRYPTION_KEY: what they sealed can still be read, new secrets use the current one',
    ),
  APPLE_CLIENT_IDS: list
    .default([])
    .describe(
      'Comma-separated client ids accepted in Apple identity tokens (app bundles, Services ID). Empty: Sign in with Apple is off',
    ),
  APPLE_ISSUER: url(['http:', 'https:'])
    .default('https://appleid.apple.com')
    .describe('Sign in with Apple: issuer, and base of its JWKS, token and revoke endpoints'),
  APPLE_TEAM_ID: z.string().optional().describe('Sign in with Apple: team id for the client secret'),
  APPLE_KEY_ID: z.string().optional().describe('Sign in with Apple: key id for the client secret'),
  APPLE_PRIVATE_KEY: z
    .string()
    .optional()
    .describe('Sign in with Apple: ES256 private key (PKCS #8 PEM) for the client secret'),
  ...serviceVariables,
  AI_PROVIDERS: list
    .default([])
    .describe(
      'Comma-separated order in which language models are asked: anthropic, openai, COMPATIBLE_AI_NAME. Default: those that are configured, in that order. local: none of them. The built-in assistant is always the last',
    ),
  AI_DAILY_BUDGET: dollars
    .default('1')
    .describe('US dollars that the calls to language models for one person may cost in a day of theirs'),
  AI_SILENCE_MS: integer(1_000, 300_000)
    .default(30_000)
    .describe('Milliseconds without a byte after which a language model counts as gone'),
  ANTHROPIC_API_KEY: z.string().optional().describe('Key for Anthropic. Unset: Anthropic is not asked'),
  ANTHROPIC_MODEL: z.string().default('claude-sonnet-5-5').describe('Model of Anthropic that is asked'),
  ANTHROPIC_BASE_URL: url(['http:', 'https:'])
    .default('https://api.anthropic.com')
    .describe('Address of the API of Anthropic'),
  OPENAI_API_KEY: z.string().optional().describe('Key for OpenAI. Unset: OpenAI is not asked'),
  OPENAI_MODEL: z.string().default('gpt-5.6-terra').describe('Model of OpenAI that is asked'),
  OPENAI_BASE_URL: url(['http:', 'https:'])
    .default('https://api.openai.com/v1')
    .describe('Address of the API of OpenAI'),
  COMPATIBLE_AI_URL: url(['http:', 'https:'])
    .optional()
    .describe(
      'Address of an endpoint that speaks the chat completions of OpenAI, like http://localhost:11434/v1 for Ollama. Unset: there is none',
    ),
  COMPATIBLE_AI_KEY: z.string().optional().describe('Key for that endpoint, where it wants one'),
  COMPATIBLE_AI_MODEL: z.string().optional().describe('Model of that endpoint. Needed with COMPATIBLE_AI_URL'),
  COMPATIBLE_AI_NAME: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be at most 32 small letters, digits and hyphens')
    .default('compatible')
    .describe('Name of that endpoint: what consents call the recipient of the data'),
  COMPATIBLE_AI_CONTEXT: integer(1_024, 10_000_000)
    .optional()
    .describe(
      'Tokens that a request to that endpoint and its answer may have together. Unset: what the endpoint says, else 4096',
    ),
  COMPATIBLE_AI_INPUT_PRICE: dollars.default('0').describe('What a million tokens of input cost there, in US dollars'),
  COMPATIBLE_AI_OUTPUT_PRICE: dollars
    .default('0')
    .describe('What a million tokens of output cost there, in US dollars'),
  ALLOWED_ORIGINS: list
    .default([])
    .describe('Comma-separated web origins, besides our own, that browsers may call from'),
  SAFELIST_CLIENTS: list
    .default([])
    .describe(
      'Comma-separated client names (header apollographql-client-name) that may run persisted operations only; * is every client. Developers are free',
    ),
  DEMAND_CONTROL: choice('enforce', 'measure')
    .default('enforce')
    .describe('enforce: operations that cost too much are refused. measure: they are counted and answered'),
  ADMIN_EMAILS: list
    .default([])
    .describe('Comma-separated verified e-mail addresses whose accounts get the role ADMIN'),
  SEARXNG_URL: url(['http:', 'https:'])
    .optional()
    .describe(
      'A SearXNG that searches the web for research, with its JSON format switched on. Unset: see BRAVE_API_KEY',
    ),
  BRAVE_API_KEY: z
    .string()
    .optional()
    .describe(
      'Key for Brave Search, which searches the web for research where there is no SEARXNG_URL. Unset: the search of Anthropic or OpenAI, for who lets them have research',
    ),
  ALLOW_PRIVATE_ADDRESSES: choice('no', 'yes')
    .default('no')
    .describe(
      'yes: feeds, pages and webhooks may lie in private networks and on this machine. For development at home: refused in production',
    ),
  OUTBOUND_PORTS: list
    .pipe(z.array(integer(1, 65535)))
    .default([80, 443, 8080, 8443])
    .describe('Comma-separated ports on which addresses that people name are fetched'),
  DEMO_DATA: choice('auto', 'off')
    .default('auto')
    .describe(
      'auto: outside production, the first start fills the database with a demo account and a year of its life',
    ),
  REQUEST_TIMEOUT_MS: integer(100, 120_000)
    .default(10_000)
    .describe('A request is answered within this many milliseconds; a subgraph gets half of it, an SQL statement 3 s'),
  DRAIN_LEAD_MS: integer(0, 60_000)
    .optional()
    .describe(
      'Told to end, the gateway says 503 at /health/ready and still lets in for this many milliseconds: load balancers must have asked meanwhile. Unset: 3000 in production, else 0',
    ),
  ...deploymentVariables,
  MAX_BODY_BYTES: integer(1_000, 10_000_000)
    .default(256_000)
    .describe('Largest request body, and largest WebSocket message, in bytes'),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\w.~+/=-]{16,200}$/, 'must be 16 to 200 letters, digits or signs of a bearer token')
    .optional()
    .describe(
      'Whoever asks for /metrics must send it as a bearer token. Unset: /metrics answers this machine only, and no proxy',
    ),
  SLOW_OPERATION_MS: integer(0, 120_000)
    .default(1_000)
    .describe('Operations that take this many milliseconds or longer are logged, without their values. 0: none'),
  ...seeingVariables,
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['http:', 'https:'])
    .optional()
    .describe(
      'OpenTelemetry collector that takes spans as OTLP/HTTP under /v1/traces. Unset: nothing is traced. OTEL_EXPORTER_OTLP_HEADERS and the like work as OpenTelemetry documents them',
    ),
  OTEL_TRACES_SAMPLER_ARG: share.default(1).describe('Share of operations that are traced, from 0 to 1'),
  TRUST_TRACEPARENT: choice('no', 'yes')
    .default('no')
    .describe('yes: a traceparent header of the client is continued. Only behind a proxy that sets or removes it'),
  ...backupVariables,
} as const;

const schema = z.object(variables);
export type Config = z.infer<typeof schema> & { publicUrl: string; drainLead: number; migrates: boolean };

/** Wrong configuration: the message says what to change. Printed without a stack, then exit 1. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads and checks the configuration.
 * @throws ConfigError naming each wrong variable and what it must be.
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = { ...fromFiles(env), ...fromEnvironment(env) };
  const result = schema.safeParse(given);
  const problems = result.success
    ? crossChecks(result.data)
    : result.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`);
  if (!result.success || problems.length > 0) {
    throw wrong(problems);
  }
  const publicUrl = (result.data.PUBLIC_URL ?? `http://localhost:${result.data.PORT}`).replace(/\/+$/, '');
  const drainLead = result.data.DRAIN_LEAD_MS ?? (result.data.NODE_ENV === 'production' ? 3_000 : 0);
  const migrates = (result.data.MIGRATE ?? (result.data.NODE_ENV === 'production' ? 'wait' : 'auto')) === 'auto';
  return { ...result.data, publicUrl, drainLead, migrates };
}

const fromEnvironment = (env: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(env).filter(([name, value]) => Object.hasOwn(variables, name) && value !== ''));

/**
 * Every variable may lie in a file that `<NAME>_FILE` names, as the secrets of Docker and Kubernetes do; white space around it does not count.
 * @throws ConfigError when such a file cannot be read, or the variable is set as well.
 */
function fromFiles(env: Record<string, string | undefined>): Record<string, string> {
  const problems: string[] = [];
  const values: Record<string, string> = {};
  for (const name of Object.keys(variables)) {
    const file = env[`${name}_FILE`];
    if (!file) continue;
    if (env[name]) problems.push(`${name} and ${name}_FILE must not both be set`);
    try {
      values[name] = readFileSync(file, 'utf8').trim();
    } catch (error) {
      problems.push(`${name}_FILE must name a file that can be read (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  if (problems.length > 0) throw wrong(problems);
  return values;
}

const wrong = (problems: readonly string[]) =>
  new ConfigError(`The configuration is wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);

function crossChecks(config: z.infer<typeof schema>): string[] {
  const problems: string[] = [];
  const remote = subgraphNames.some((name) => config[addressVariable(name)] !== undefined);
  if (remote && !config.SUBGRAPH_SECRET) problems.push('SUBGRAPH_SECRET must be set when a subgraph is remote');
  // The issuer of access tokens: every process must have the same, whatever port it listens on.
  if (remote && !config.PUBLIC_URL) problems.push('PUBLIC_URL must be set when a subgraph is remote');
  if (config.NODE_ENV === 'production') {
    if (!config.DATABASE_URL) problems.push('DATABASE_URL must be set in production');
    if (!config.ENCRYPTION_KEY) problems.push('ENCRYPTION_KEY must be set in production');
    if (!config.PUBLIC_URL) problems.push('PUBLIC_URL must be set in production');
    if (config.ALLOW_PRIVATE_ADDRESSES === 'yes')
      problems.push('ALLOW_PRIVATE_ADDRESSES must be no in production: people could reach what is behind the wall');
  }
  const appleKey = [config.APPLE_TEAM_ID, config.APPLE_KEY_ID, config.APPLE_PRIVATE_KEY].filter(Boolean).length;
  if (appleKey > 0 && appleKey < 3)
    problems.push('APPLE_TEAM_ID, APPLE_KEY_ID and APPLE_PRIVATE_KEY must be set together');
  const push = [config.APNS_KEY, config.APNS_KEY_ID, config.APNS_TEAM_ID, config.APNS_TOPIC].filter(Boolean).length;
  if (config.APNS_KEY && !isSigningKey(config.APNS_KEY))
    problems.push('APNS_KEY must be the private key that Apple made (the whole .p8 file)');
  if (push > 0 && push < 4) problems.push('APNS_KEY, APNS_KEY_ID, APNS_TEAM_ID and APNS_TOPIC must be set together');
  return [...problems, ...backupProblems(config), ...modelChecks(config)];
}

function isSigningKey(pem: string): boolean {
  try {
    return createPrivateKey(pem.replaceAll('\\n', '\n')).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function modelChecks(config: z.infer<typeof schema>): string[] {
  const problems: string[] = [];
  const { COMPATIBLE_AI_NAME: compatible, AI_PROVIDERS: order } = config;
  if (config.COMPATIBLE_AI_URL && !config.COMPATIBLE_AI_MODEL)
    problems.push('COMPATIBLE_AI_MODEL must be set when COMPATIBLE_AI_URL is');
  if (!config.COMPATIBLE_AI_URL && (config.COMPATIBLE_AI_MODEL || config.COMPATIBLE_AI_KEY))
    problems.push('COMPATIBLE_AI_URL must be set when COMPATIBLE_AI_MODEL or COMPATIBLE_AI_KEY is');
  if (['openai', 'anthropic', 'local'].includes(compatible))
    problems.push(`COMPATIBLE_AI_NAME must not be ${compatible}: that is another recipient of the data`);
  const needed = new Map<string, keyof typeof config>([
    ['anthropic', 'ANTHROPIC_API_KEY'],
    ['openai', 'OPENAI_API_KEY'],
    [compatible, 'COMPATIBLE_AI_URL'],
  ]);
  for (const name of order.filter((one) => one !== 'local')) {
    const variable = needed.get(name);
    if (!variable)
      problems.push(`AI_PROVIDERS must be made of ${[...needed.keys()].join(', ')}, local: ${name} is none`);
    else if (!config[variable]) problems.push(`${variable} must be set when AI_PROVIDERS names ${name}`);
  }
  if (new Set(order).size < order.length) problems.push('AI_PROVIDERS must name each provider once');
  return problems;
}

export const subgraphNames = ['users', 'goals', 'chat', 'research', 'integrations'] as const;
export type SubgraphName = (typeof subgraphNames)[number];

/** `goals` → `GOALS_URL`, the variable that makes that subgraph remote. */
export function addressVariable(name: SubgraphName): `${Uppercase<SubgraphName>}_URL` {
  return `${name.toUpperCase() as Uppercase<SubgraphName>}_URL`;
}

/** Development sign-in exists only where no Apple client is configured, and never in production. */
export function allowsDevelopmentSignIn(config: Config): boolean {
  return config.NODE_ENV !== 'production' && config.APPLE_CLIENT_IDS.length === 0;
}
