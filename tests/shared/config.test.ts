import { describe, expect, test } from '@jest/globals';
import {
  addressVariable,
  allowsDevelopmentSignIn,
  ConfigError,
  readConfig,
  subgraphNames,
  variables,
} from '../../subgraphs/shared/config.ts';

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
    ['MAX_BODY_BYTES', '1', 'must be a whole number from 1000 to 10000000'],
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
