import { expect, test } from '@jest/globals';
import { recordingLog } from '../support/platform.ts';

/** Written by `name`, nothing of `canary` may be left. */
const canary = 'canary-7f3a9b';

test.each([
  'accessToken',
  'refreshToken',
  'identityToken',
  'access_token',
  'token',
  'authorizationCode',
  'code',
  'providerToken',
  'password',
  'secret',
  'clientSecret',
  'apiKey',
  'api_key',
  'privateKey',
  'authorization',
  'Authorization',
  'cookie',
  'set-cookie',
  'email',
  'note',
  'content',
  'body',
  'variables',
  'ciphertext',
])('a field called %s is never written, however deep it stands', (name) => {
  const { log, lines } = recordingLog();
  log.debug({ [name]: canary });
  log.info({ headers: { [name]: canary } });
  log.warn({ a: { b: [{ c: { [name]: { nested: canary } } }] } });
  log.child({ [name]: canary, about: { [name]: canary } }).error({ fine: 1 });
  expect(lines).toHaveLength(4);
  expect(lines.join('')).not.toContain(canary);
  expect(lines.join('')).toContain('[redacted]');
});

test.each([
  ['a bearer token', `401 for Authorization: Bearer ${canary}.x-y_z~+/=`],
  ['a JSON Web Token', `bad token eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.${canary}`],
  ['a password in an address', `connect postgres://app:${canary}@db:5432/x failed`],
  ['a private key', `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`],
  ['an e-mail address', `no user ${canary}@mail.example.com`],
])('%s inside the message of an error is cut out', (_, message) => {
  const { log, lines } = recordingLog();
  log.error({ error: new Error(message) }, 'it failed');
  log.error({ error: message }, message);
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toContain(canary);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: 'error', name: 'test' });
});

test('an error is written with its message and where it happened, and without its other fields', () => {
  const { log, lines } = recordingLog();
  log.error({ error: Object.assign(new TypeError('it broke'), { request: canary, meta: { row: canary } }) }, 'failed');
  const { error } = JSON.parse(lines[0]!);
  expect(error).toEqual({ name: 'TypeError', message: 'it broke', stack: expect.stringContaining('log.test.ts') });
});

test('line ends in what is logged forge no line', () => {
  const { log, lines } = recordingLog();
  const forged = 'x\r\n{"level":"error","msg":"forged"}\n';
  log.info({ [forged]: forged, userAgent: forged }, forged);
  log.child({ requestId: forged }).error({ error: new Error(forged) });
  expect(
    lines
      .join('')
      .trimEnd()
      .split(/[\r\n]/),
  ).toHaveLength(2);
  expect(JSON.parse(lines[0]!)).toMatchObject({ userAgent: forged, msg: forged });
});

test('whatever is logged, a line comes out: circles, big integers, depth, long lists, dates', () => {
  const { log, lines } = recordingLog();
  const circle: Record<string, unknown> = { seq: 7n, at: new Date(0), list: Array.from({ length: 10_000 }, () => 1) };
  circle.self = circle;
  log.info(circle, 'odd');
  expect(JSON.parse(lines[0]!)).toMatchObject({ seq: '7', at: '1970-01-01T00:00:00.000Z', msg: 'odd' });
  expect(lines[0]!.length).toBeLessThan(5_000);
});

test('lines below the level are not written', () => {
  const { log, lines } = recordingLog('warn');
  log.debug({});
  log.info({});
  log.warn({});
  expect(lines).toHaveLength(1);
});
