import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'SECURITY.md'), 'utf8');
const rows = text.split('\n').filter((line) => /^\| [A-Z]\d /.test(line));

test('SECURITY.md has every item of the checklist, in order, each with its state', () => {
  const counts = { A: 7, T: 6, E: 8, O: 6, D: 9, R: 8 };
  const items = Object.entries(counts).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, i) => `${letter}${i + 1}`),
  );
  expect(rows.map((row) => row.slice(2, 4))).toEqual(items);
  for (const row of rows) expect(row).toMatch(/^\| [^|]+ \| (met|partly|not)\b[^|]* \| [^|]+ \|$/);
});

test('SECURITY.md names tests that there are, and says what is missing where an item is not met', () => {
  const missing = rows.flatMap((row) =>
    [...row.matchAll(/`(tests\/[^`]+)`/g)].map(([, file]) => file!).filter((file) => !existsSync(join(root, file))),
  );
  expect(missing).toEqual([]);
  const bare = rows.filter((row) => !row.includes('`tests/') && !/\| not/.test(row));
  expect(bare).toEqual([]);
  for (const row of rows.filter((one) => /\| (partly|not)\b/.test(one))) expect(row).toMatch(/\| (partly|not)[:;] \S+/);
});

test('the proxy tells browsers to stay with TLS and to believe types', () => {
  const nginx = readFileSync(join(root, 'deploy/nginx/nginx.conf'), 'utf8');
  expect(nginx).toMatch(/add_header Strict-Transport-Security "max-age=\d{8,}[^"]*" always;/);
  expect(nginx).toMatch(/add_header X-Content-Type-Options nosniff always;/);
});
