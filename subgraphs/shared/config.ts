import { z } from 'zod';

/**
 * The one place that reads the environment. Every variable has a description, and a default where one is safe;
 * the README's configuration table is generated from this list (`npm run generate`).
 */
const url = (protocols: string[]) =>
  z.string().refine(
    (text) => {
      try {
        return protocols.includes(new URL(text).protocol);
      } catch {
        return false;
      }
    },
    { message: `must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}` },
  );
const integer = (low: number, high: number) =>
  z
    .string()
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= low && Number(text) <= high, {
      message: `must be a whole number from ${low} to ${high}`,
    })
    .transform(Number);
const share = z
  .string()
  .regex(/^(0(\.\d{1,9})?|1(\.0{1,9})?)$/, 'must be a number from 0 to 1')
  .transform(Number);
const choice = <const Options extends [string, ...string[]]>(...options: Options) =>
  z.enum(options, { message: `must be one of ${options.join(', ')}` });
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);
/** 32 bytes as 64 hex digits: a key for AES-256 or HMAC-SHA-256. */
const key = z.string().regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits (openssl rand -hex 32)');

export const variables = {
  NODE_ENV: choice('development', 'test', 'production')
    .default('development')
    .describe('Kind of run. Production refuses development sign-in and demo data, and wants every secret set'),
  PORT: integer(0, 65535).default(4000).describe('TCP port of the gateway, or of a subgraph that runs on its own'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  PUBLIC_URL: url(['http:', 'https:'])
    .optional()
    .describe('Address that clients see: issuer of access tokens, base of links. Default: http://localhost:PORT'),
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
  SUBGRAPH_SECRET: key
    .optional()
    .describe('Signs the calls from the gateway to remote subgraphs (HMAC-SHA-256). Needed as soon as one is remote'),
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
  DEMO_DATA: choice('auto', 'off')
    .default('auto')
    .describe(
      'auto: outside production, the first start fills the database with a demo account and a year of its life',
    ),
  REQUEST_TIMEOUT_MS: integer(100, 120_000)
    .default(10_000)
    .describe('A request is answered within this many milliseconds; a subgraph gets half of it, an SQL statement 3 s'),
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
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['http:', 'https:'])
    .optional()
    .describe(
      'OpenTelemetry collector that takes spans as OTLP/HTTP under /v1/traces. Unset: nothing is traced. OTEL_EXPORTER_OTLP_HEADERS and the like work as OpenTelemetry documents them',
    ),
  OTEL_TRACES_SAMPLER_ARG: share.default(1).describe('Share of operations that are traced, from 0 to 1'),
  TRUST_TRACEPARENT: choice('no', 'yes')
    .default('no')
    .describe('yes: a traceparent header of the client is continued. Only behind a proxy that sets or removes it'),
} as const;

const schema = z.object(variables);
export type Config = z.infer<typeof schema> & { publicUrl: string };

/** Wrong configuration: the message says what to change. Printed without a stack, then exit 1. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads and checks the configuration.
 * @throws ConfigError naming each wrong variable and what it must be.
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => Object.hasOwn(variables, name) && value !== ''),
  );
  const result = schema.safeParse(given);
  const problems = result.success
    ? crossChecks(result.data)
    : result.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`);
  if (!result.success || problems.length > 0) {
    throw new ConfigError(`The configuration is wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
  const publicUrl = (result.data.PUBLIC_URL ?? `http://localhost:${result.data.PORT}`).replace(/\/+$/, '');
  return { ...result.data, publicUrl };
}

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
  }
  const appleKey = [config.APPLE_TEAM_ID, config.APPLE_KEY_ID, config.APPLE_PRIVATE_KEY].filter(Boolean).length;
  if (appleKey > 0 && appleKey < 3)
    problems.push('APPLE_TEAM_ID, APPLE_KEY_ID and APPLE_PRIVATE_KEY must be set together');
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
