import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  addressVariable,
  allowsDevelopmentSignIn,
  ConfigError,
  readConfig,
  subgraphNames,
  variables,
} from '../../subgraphs/shared/config.ts';
import { makeApnsKey } from '../support/apns.ts';

const secret = 'ab'.repeat(32);
const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://db/jarvis',
  ENCRYPTION_KEY: secret,
  PUBLIC_URL: 'https://jarvis.example',
};
const problem = (env: Record<string, string>) => {
  try {
    readConfig(env);
    return 'accepted';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
};

describe('the configuration', () => {
  test.each([
    [{ AI_PROVIDERS: 'openai' }, 'OPENAI_API_KEY must be set when AI_PROVIDERS names openai'],
    [{ AI_PROVIDERS: 'anthropic' }, 'ANTHROPIC_API_KEY must be set when AI_PROVIDERS names anthropic'],
    [{ AI_PROVIDERS: 'compatible' }, 'COMPATIBLE_AI_URL must be set when AI_PROVIDERS names compatible'],
    [{ COMPATIBLE_AI_URL: 'http://ollama/v1' }, 'COMPATIBLE_AI_MODEL must be set when COMPATIBLE_AI_URL is'],
    [{ COMPATIBLE_AI_KEY: 'k' }, 'COMPATIBLE_AI_URL must be set when COMPATIBLE_AI_MODEL or COMPATIBLE_AI_KEY is'],
  ])('of language models must fit together: %p', (env, sentence) => {
    expect(problem(env as Record<string, string>)).toContain(`  - ${sentence}`);
  });

  test('is complete without any variable, and empty ones count as unset', () => {
    const config = readConfig({});
    expect(config).toMatchObject({ NODE_ENV: 'development', PORT: 4000, publicUrl: 'http://localhost:4000' });
    expect(readConfig(Object.fromEntries(Object.keys(variables).map((name) => [name, ''])))).toEqual(config);
    expect(readConfig({ PATH: '/bin', toString: 'x', constructor: 'x' })).toEqual(config);
  });

  test.each([
    ['NODE_ENV', 'prod', 'must be one of development, test, production'],
    ['PORT', 'http', 'must be a whole number from 0 to 65535'],
    ['PORT', '65536', 'must be a whole number from 0 to 65535'],
    ['PORT', '-1', 'must be a whole number'],
    ['PORT', '4000.5', 'must be a whole number'],
    ['PORT', '0x10', 'must be a whole number'],
    ['PORT', '1e3', 'must be a whole number'],
    ['PORT', ' ', 'must be a whole number'],
    ['LOG_LEVEL', 'loud', 'must be one of silent, error, warn, info, debug'],
    ['PUBLIC_URL', 'jarvis.example', 'must be a URL that starts with http:// or https://'],
    ['DATABASE_URL', 'mysql://x', 'must be a URL that starts with postgresql:// or postgres://'],
    ['DATABASE_POOL', '0', 'must be a whole number from 1 to 200'],
    ['REDIS_URL', 'localhost:6379', 'must be a URL that starts with redis:// or rediss://'],
    ['GOALS_URL', 'goals', 'must be a URL'],
    ['SUBGRAPH_SECRET', 'short', 'must be 64 hexadecimal digits (openssl rand -hex 32)'],
    ['ENCRYPTION_KEY', 'z'.repeat(64), 'must be 64 hexadecimal digits'],
    ['OLD_ENCRYPTION_KEYS', `${secret},short`, 'must be 64 hexadecimal digits'],
    ['DEMO_DATA', 'on', 'must be one of auto, off'],
    ['REQUEST_TIMEOUT_MS', '1', 'must be a whole number from 100 to 120000'],
    ['DRAIN_LEAD_MS', '-1', 'must be a whole number from 0 to 60000'],
    ['MAX_BODY_BYTES', '1', 'must be a whole number from 1000 to 10000000'],
    ['COMPATIBLE_AI_URL', 'localhost:11434', 'must be a URL that starts with http:// or https://'],
    ['COMPATIBLE_AI_NAME', 'My Ollama', 'must be at most 32 small letters, digits and hyphens'],
    ['COMPATIBLE_AI_NAME', 'openai', 'must not be openai: that is another recipient of the data'],
    ['COMPATIBLE_AI_INPUT_PRICE', '-1', 'must be a number of US dollars, like 0.25'],
    ['AI_SILENCE_MS', '1', 'must be a whole number from 1000 to 300000'],
    ['AI_PROVIDERS', 'gpt', 'must be made of anthropic, openai, compatible, local: gpt is none'],
    ['AI_PROVIDERS', 'local,local', 'must name each provider once'],
    ['AI_PROVIDERS', 'toString', 'must be made of anthropic, openai, compatible, local: toString is none'],
  ])('with %s=%s stops with a sentence that names the variable and says what it must be', (name, value, sentence) => {
    expect(problem({ [name]: value })).toContain(`  - ${name} ${sentence}`);
  });

  test('says everything that is wrong at once, and quotes no secret', () => {
    const message = problem({ PORT: 'x', ENCRYPTION_KEY: 'hunter2', REDIS_URL: 'http://hunter2@x' });
    expect(message.split('\n')).toHaveLength(4);
    expect(message).not.toContain('hunter2');
  });

  test.each(['DATABASE_URL', 'ENCRYPTION_KEY', 'PUBLIC_URL'])('in production needs %s', (name) => {
    expect(readConfig(production).publicUrl).toBe('https://jarvis.example');
    expect(problem({ ...production, [name]: '' })).toContain(`${name} must be set in production`);
  });

  test('in production never opens private networks to people', () => {
    expect(readConfig({ ALLOW_PRIVATE_ADDRESSES: 'yes' }).ALLOW_PRIVATE_ADDRESSES).toBe('yes');
    expect(problem({ ...production, ALLOW_PRIVATE_ADDRESSES: 'yes' })).toContain(
      'ALLOW_PRIVATE_ADDRESSES must be no in production',
    );
  });

  test('reads the ports of the outside world as numbers', () => {
    expect(readConfig({}).OUTBOUND_PORTS).toEqual([80, 443, 8080, 8443]);
    expect(readConfig({ OUTBOUND_PORTS: '443, 8081' }).OUTBOUND_PORTS).toEqual([443, 8081]);
    expect(problem({ OUTBOUND_PORTS: '443,many' })).toContain('OUTBOUND_PORTS must be a whole number from 1 to 65535');
  });

  test('ends with a lead in production, and at once elsewhere, unless told otherwise', () => {
    expect(readConfig(production).drainLead).toBe(3_000);
    expect(readConfig({}).drainLead).toBe(0);
    expect(readConfig({ DRAIN_LEAD_MS: '500' }).drainLead).toBe(500);
    expect(readConfig({ ...production, DRAIN_LEAD_MS: '0' }).drainLead).toBe(0);
  });

  test.each(subgraphNames)('needs the secret that signs calls as soon as %s is remote', (name) => {
    const env = { [addressVariable(name)]: 'http://10.0.0.7:4001' };
    expect(problem(env)).toContain('SUBGRAPH_SECRET must be set when a subgraph is remote');
    expect(problem(env)).toContain('PUBLIC_URL must be set when a subgraph is remote');
    const whole = { ...env, SUBGRAPH_SECRET: secret, PUBLIC_URL: 'https://jarvis.example' };
    expect(readConfig(whole)).toMatchObject(env);
  });

  test('takes the three parts of Apple’s key together or not at all', () => {
    expect(problem({ APPLE_TEAM_ID: 'T' })).toContain('must be set together');
    expect(problem({ APPLE_TEAM_ID: 'T', APPLE_KEY_ID: 'K', APPLE_PRIVATE_KEY: 'P' })).toBe('accepted');
  });

  test('takes the four parts of the key for pushes together or not at all, and only a key that signs', () => {
    const { pem, keyId, teamId } = makeApnsKey();
    const rest = { APNS_KEY_ID: keyId, APNS_TEAM_ID: teamId, APNS_TOPIC: 'com.example.jarvis' };
    expect(problem(rest)).toContain('must be set together');
    expect(problem({ ...rest, APNS_KEY: 'P' })).toContain('APNS_KEY must be the private key');
    expect(problem({ ...rest, APNS_KEY: pem })).toBe('accepted');
    expect(problem({ ...rest, APNS_KEY: pem.replaceAll('\n', '\\n') })).toBe('accepted');
  });

  test('reads lists with or without blanks, and drops slashes at the end of the public address', () => {
    const config = readConfig({ ALLOWED_ORIGINS: ' https://a, https://b ,,', PUBLIC_URL: 'https://jarvis.example//' });
    expect(config.ALLOWED_ORIGINS).toEqual(['https://a', 'https://b']);
    expect(config.publicUrl).toBe('https://jarvis.example');
  });

  test('allows development sign-in only outside production and without Apple', () => {
    expect(allowsDevelopmentSignIn(readConfig({}))).toBe(true);
    expect(allowsDevelopmentSignIn(readConfig({ NODE_ENV: 'test' }))).toBe(true);
    expect(allowsDevelopmentSignIn(readConfig({ APPLE_CLIENT_IDS: 'com.example.app' }))).toBe(false);
    expect(allowsDevelopmentSignIn(readConfig(production))).toBe(false);
  });

  test.each(Object.entries(variables))('%s is described', (_, variable) => {
    expect(variable.description!.length).toBeGreaterThan(15);
  });
});

describe('a variable in a file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'jarvis-config-'));
  const file = (content: string) => {
    const path = join(directory, 'value');
    writeFileSync(path, content);
    return path;
  };
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test('counts like one of the environment, without the line end of an editor', () => {
    expect(readConfig({ ENCRYPTION_KEY_FILE: file(`${secret}\n`) }).ENCRYPTION_KEY).toBe(secret);
  });

  test('is not both: nobody would know which counts', () => {
    expect(problem({ ENCRYPTION_KEY: secret, ENCRYPTION_KEY_FILE: file(secret) })).toContain(
      '  - ENCRYPTION_KEY and ENCRYPTION_KEY_FILE must not both be set',
    );
  });

  test('must be there', () => {
    expect(problem({ ENCRYPTION_KEY_FILE: join(directory, 'nothing') })).toContain(
      '  - ENCRYPTION_KEY_FILE must name a file that can be read (ENOENT)',
    );
  });

  test('must be right, and what it says is not told', () => {
    const said = problem({ ENCRYPTION_KEY_FILE: file('hunter2') });
    expect(said).toContain('ENCRYPTION_KEY must be 64 hexadecimal digits');
    expect(said).not.toContain('hunter2');
  });
});
