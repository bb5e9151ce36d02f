import { execFile } from 'node:child_process';
import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readConfig } from '../../subgraphs/shared/config.ts';
import { createSecrets, encryptionKeys, randomToken, sha256 } from '../../subgraphs/shared/crypto.ts';

const [current, old, other] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const place = 'webhooks|webhook_1|user_a';
const room = mkdtempSync(join(tmpdir(), 'jarvis-keys-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

describe('sealed secrets', () => {
  const secrets = createSecrets([current, old]);

  test('open to what was sealed, and look different each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, where) => {
        const sealed = secrets.seal(text, where);
        expect(secrets.open(sealed, where)).toBe(text);
        expect(secrets.seal(text, where)).not.toBe(sealed);
        if (text.length > 3) expect(sealed).not.toContain(text);
      }),
    );
  });

  test.each(['webhooks|webhook_1|user_b', 'webhooks|webhook_2|user_a', 'api_keys|webhook_1|user_a', ''])(
    'do not open when moved to %j',
    (elsewhere) => {
      expect(() => secrets.open(secrets.seal('hunter2', place), elsewhere)).toThrow();
    },
  );

  test('do not open with any bit changed', () => {
    const sealed = secrets.seal('hunter2', place).split('.');
    for (const i of [2, 3]) {
      const bytes = Buffer.from(sealed[i]!, 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = Buffer.from(bytes);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        const text = sealed.with(i, changed.toString('base64url')).join('.');
        expect(() => secrets.open(text, place)).toThrow();
      }
    }
  });

  /** As secrets were sealed before they had keys of their own. */
  function sealFirstForm(key: Buffer, text: string, tagBytes = 16): string {
    const nonce = randomBytes(12);
    const derived = Buffer.from(hkdfSync('sha256', key, '', 'jarvis/at-rest', 32));
    const cipher = createCipheriv('aes-256-gcm', derived, nonce, { authTagLength: tagBytes });
    const ciphertext = Buffer.concat([cipher.setAAD(Buffer.from(place)).update(text, 'utf8'), cipher.final()]);
    const id = createSecrets([key]).currentMark.split('.')[1];
    const parts = [nonce, cipher.getAuthTag(), ciphertext].map((part) => part.toString('base64url'));
    return ['v1', id, ...parts].join('.');
  }

  test('of the first form still open, but not with a shortened tag, though AES-GCM knows such', () => {
    expect(secrets.open(sealFirstForm(current, 'hunter2'), place)).toBe('hunter2');
    // A correct tag of 4 bytes: one in four billion guesses would hit it.
    expect(() => secrets.open(sealFirstForm(current, 'forged', 4), place)).toThrow();
  });

  test('have keys of their own: an envelope on another content does not open', () => {
    const [one, two] = [secrets.seal('one', place).split('.'), secrets.seal('two', place).split('.')];
    expect(() => secrets.open(one.with(3, two[3]!).join('.'), place)).toThrow();
  });

  test('are put under the current key, which changes the envelope alone, and not twice', () => {
    const before = createSecrets([old]).seal('hunter2', place);
    const after = secrets.reseal(before, place)!;
    expect(after.split('.')[3]).toBe(before.split('.')[3]);
    expect(createSecrets([current]).open(after, place)).toBe('hunter2');
    expect(secrets.reseal(after, place)).toBeNull();
    for (const first of [sealFirstForm(current, 'hunter2'), sealFirstForm(old, 'hunter2')]) {
      expect(createSecrets([current]).open(secrets.reseal(first, place)!, place)).toBe('hunter2');
    }
    expect(() => secrets.reseal(before, 'webhooks|webhook_1|user_b')).toThrow();
  });

  test.each(['', 'v1', 'v1.a.b', 'v2.a.b', 'v2.a.b.c.d', 'v3.a.b.c', 'plain text', 'v1.a.b.c.d.e'])(
    '%j is none, and says so',
    (text) => {
      expect(() => secrets.open(text, place)).toThrow(/sealed/);
    },
  );

  test('under an old key can be read, under an unknown one not; new ones use the current key', () => {
    const sealedOld = createSecrets([old]).seal('hunter2', place);
    expect(secrets.open(sealedOld, place)).toBe('hunter2');
    const sealedNew = secrets.seal('hunter2', place);
    expect(createSecrets([current]).open(sealedNew, place)).toBe('hunter2');
    expect(() => createSecrets([other]).open(sealedNew, place)).toThrow('a key that is not configured');
  });
});

describe('the key', () => {
  test('comes from the configuration, old ones after it', () => {
    const env = { ENCRYPTION_KEY: 'a'.repeat(64), OLD_ENCRYPTION_KEYS: `${'b'.repeat(64)}, ${'c'.repeat(64)}` };
    expect(encryptionKeys(readConfig(env)).map((key) => key.toString('hex')[0])).toEqual(['a', 'b', 'c']);
  });

  test('is made once for all processes that start at once, readable by nobody else', async () => {
    const directory = join(room, 'once');
    const shared = join(import.meta.dirname, '../../subgraphs/shared');
    const code = `import { encryptionKeys } from ${JSON.stringify(`${shared}/crypto.ts`)};
      import { readConfig } from ${JSON.stringify(`${shared}/config.ts`)};
      console.log(encryptionKeys(readConfig({ DATA_DIR: ${JSON.stringify(directory)} }))[0].toString('hex'));`;
    const run = () => promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code]);
    const keys = (await Promise.all([run(), run()])).map(({ stdout }) => stdout.trim());
    expect(new Set(keys)).toEqual(new Set([readFileSync(join(directory, 'encryption-key'), 'utf8')]));
    expect(statSync(join(directory, 'encryption-key')).mode & 0o777).toBe(0o600);
  });

  test.each(['', 'abc', 'z'.repeat(64), 'a'.repeat(65)])('is never %j, should the file hold that', (text) => {
    const directory = mkdtempSync(join(room, 'bad-'));
    writeFileSync(join(directory, 'encryption-key'), text);
    expect(() => encryptionKeys(readConfig({ DATA_DIR: directory }))).toThrow(/must hold 64 hexadecimal digits/);
  });
});

test('tokens are 256 random bits with a readable prefix, and their hash is SHA-256', () => {
  expect(randomToken('jrv_')).toMatch(/^jrv_[\w-]{43}$/);
  expect(randomToken()).not.toBe(randomToken());
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
