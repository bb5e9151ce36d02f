import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { strFromU8, unzipSync } from 'fflate';
import { newId } from '../../subgraphs/shared/ids.ts';
import { openExport } from '../../subgraphs/users/exports.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { exportedAs } from './exportedAs.ts';
import { canaries, countRows, live } from './life.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({ env: { ENCRYPTION_KEY: 'e0'.repeat(32) } });
});
afterAll(() => graph?.stop());

const request = `mutation { requestDataExport {
  dataExport { id status downloadUrl size createdAt } errors { code path message }
} }`;
const list = '{ viewer { dataExports { id status size sha256 downloadUrl expiresAt createdAt finishedAt } } }';
const day = 24 * 3600_000;

const ask = async (person: Person) => (await person.data(request)).requestDataExport;
const exportsOf = async (person: Person) => (await person.data(list)).viewer.dataExports;
const urlOf = async (person: Person) => (await exportsOf(person))[0].downloadUrl as string;
/** An archive as a person gets it: asked for, made, fetched, unpacked. */
async function archiveOf(person: Person): Promise<Record<string, string>> {
  await ask(person);
  await graph.runJobs();
  const opened = await openExport(graph.platform, await urlOf(person));
  const files = Object.entries(unzipSync(opened!.content));
  return Object.fromEntries(files.map(([path, bytes]) => [path, strFromU8(bytes)]));
}

describe('an archive', () => {
  let ana: Person;
  let bob: Person;
  let files: Record<string, string>;
  let counts: Map<string, number>;
  beforeAll(async () => {
    [ana, bob] = [await graph.person(), await graph.person()];
    await live(graph, ana);
    await live(graph, bob);
    // The rows of this export itself come on top: what it tells is how things were when it was made.
    await ask(ana);
    counts = await countRows(graph, ana);
    await graph.runJobs();
    const opened = await openExport(graph.platform, await urlOf(ana));
    const entries = Object.entries(unzipSync(opened!.content));
    files = Object.fromEntries(entries.map(([path, bytes]) => [path, strFromU8(bytes)]));
  }, 120_000);

  test('has every row of every table of the person, in both formats', () => {
    for (const [table, count] of counts) {
      const place = exportedAs[table];
      if (!place) throw new Error(`No rule says how the table ${table} is exported.`);
      if (typeof place !== 'string') continue;
      if (count === 0) throw new Error(`The test gives nobody a row in ${table}.`);
      const lines = files[`${place}.jsonl`]!.split('\n').slice(0, -1);
      expect([table, lines.length]).toEqual([table, count]);
      const [header, ...records] = parse(files[`${place}.csv`]!) as string[][];
      expect([table, records.length]).toEqual([table, count]);
      for (const line of lines) expect(Object.keys(JSON.parse(line))).toEqual(header);
    }
  });

  test('has a manifest with the counts and hashes of all other files', () => {
    const manifest = JSON.parse(files['manifest.json']!);
    expect(manifest).toMatchObject({ version: 1, userId: ana.userId, createdAt: '2026-03-10T12:00:00.000Z' });
    const paths = manifest.files.map(({ path }: { path: string }) => path);
    expect([...paths, 'manifest.json'].sort()).toEqual(Object.keys(files).sort());
    for (const { path, bytes, sha256 } of manifest.files) {
      const content = Buffer.from(files[path]!);
      expect([path, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([path, bytes, sha256]);
    }
  });

  test('says in README.txt what each file is, and how many rows it has', () => {
    const readme = files['README.txt']!;
    const manifest = JSON.parse(files['manifest.json']!);
    for (const { path, rows } of manifest.files) {
      if (!path.endsWith('.jsonl')) continue;
      const line = readme.split('\n').indexOf(`${path.replace('.jsonl', '')} (${rows})`);
      expect([path, line > 0]).toEqual([path, true]);
      expect(readme.split('\n')[line + 1]).toMatch(/^ {2}[A-Z].*\.$/);
    }
    expect(readme).toContain('\nmanifest.json\n');
  });

  test('has nothing of anybody else, and nothing that opens the account', () => {
    const all = Object.values(files).join('\n');
    expect(all).not.toContain(bob.userId);
    for (const canary of [...Object.values(canaries(ana)), ...Object.values(canaries(bob))]) {
      expect(all).not.toContain(canary);
    }
    expect(all).not.toMatch(/"(hash|secret|refreshToken|pushToken|privateKey|userId|inputHash)":"(?!user_)v2\./);
  });

  test('gives spreadsheets no formulas, and every other text back as it was', async () => {
    const person = await graph.person();
    const texts = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', 'ü\n"quoted", ,\r\n🎯', "'", '1=1'];
    for (const [i, text] of texts.entries()) {
      const at = graph.clock.now();
      const id = newId('consent', i);
      const row = {
        userId: person.userId,
        id,
        provider: 'p',
        dataClass: 'GOALS',
        disclosureVersion: text,
        grantedAt: at,
      };
      await graph.db.aiConsent.create({ data: row });
    }
    const archive = await archiveOf(person);
    const column = (parse(archive['users/ai-consents.csv']!, { columns: true }) as Record<string, string>[]).map(
      (row) => row.disclosureVersion,
    );
    expect(column).toEqual(texts.map((text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)));
    const lines = archive['users/ai-consents.jsonl']!.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).disclosureVersion)).toEqual(texts);
  });
});

/** Entries of the largest account tried here; EXPORT_ENTRIES=50000 for the figures in the README. */
const manyEntries = Number(process.env.EXPORT_ENTRIES ?? 2_001);

test(`an archive has all of ${manyEntries} entries, and needs memory for little more than itself`, async () => {
  const person = await graph.person();
  const { createGoal } = await person.data(`mutation { createGoal(input: {
    title: "Steps", kind: NUMERIC, cumulative: true, aggregation: SUM, targetValue: "1000000", startDate: "2023-11-01"
  }) { goal { id } errors { message } } }`);
  expect(createGoal.errors).toEqual([]);
  await graph.db.$executeRaw`
    INSERT INTO progress_entries
      (user_id, id, goal_id, value, local_date, occurred_at, time_zone, source, note, input_hash, created_at, updated_at)
    SELECT ${person.userId}, 'entry_' || lpad(to_hex(i), 32, '0'), ${createGoal.goal.id}, i, '2024-01-01', now(),
      'Europe/Berlin', 'MANUAL', 'Note ' || i || E' ü🎯\nsecond line', 'x', now(), now()
    FROM generate_series(1, ${manyEntries}::int) AS i`;
  await ask(person);
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 10);
  const began = performance.now();
  await graph.runJobs();
  const milliseconds = Math.round(performance.now() - began);
  clearInterval(watch);
  const opened = await openExport(graph.platform, await urlOf(person));
  const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  console.info(
    `${manyEntries} entries: an archive of ${opened!.content.length} bytes in ${milliseconds} ms, ${megabytes(most - before)} MB more than before.`,
  );
  const archive = unzipSync(opened!.content);
  const lines = strFromU8(archive['goals/progress-entries.jsonl']!).trim().split('\n');
  const rows = parse(strFromU8(archive['goals/progress-entries.csv']!), { columns: true }) as Record<string, string>[];
  expect([lines.length, rows.length]).toEqual([manyEntries, manyEntries]);
  for (const i of [0, manyEntries - 1]) {
    const note = `Note ${i + 1} ü🎯\nsecond line`;
    expect([JSON.parse(lines[i]!).note, rows[i]!.note]).toEqual([note, note]);
  }
  expect(most - before).toBeLessThan(300 * 2 ** 20);
}, 120_000);

describe('asking for an archive', () => {
  test('is answered at once; it is made in the background, told and written down', async () => {
    const person = await graph.person();
    const { dataExport, errors } = await ask(person);
    expect(errors).toEqual([]);
    expect(dataExport).toMatchObject({ status: 'PENDING', downloadUrl: null, size: null });
    await graph.runJobs();
    const [made] = await exportsOf(person);
    expect(made).toMatchObject({
      id: dataExport.id,
      status: 'READY',
      size: expect.any(Number),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      downloadUrl: expect.stringContaining(`http://localhost:4000/exports/${dataExport.id}?user=${person.userId}`),
    });
    expect(new Date(made.expiresAt).getTime() - new Date(made.finishedAt).getTime()).toBe(7 * day);
    const events = await graph.db.event.findMany({ where: { userId: person.userId }, orderBy: { seq: 'asc' } });
    expect(events.map(({ type }) => type)).toEqual(['export.requested', 'export.finished']);
    const entries = await graph.db.auditEntry.findMany({ where: { userId: person.userId }, orderBy: { seq: 'asc' } });
    expect(entries.map(({ action, actorKind }) => `${action} ${actorKind}`)).toEqual([
      'export.requested user',
      'export.finished system',
    ]);
    const { node } = await person.data('query ($id: ID!) { node(id: $id) { ... on DataExport { status size } } }', {
      id: dataExport.id,
    });
    expect(node).toEqual({ status: 'READY', size: made.size });
  });

  test('hands the queue, which keeps what failed for a day, nothing that names the person', async () => {
    const person = await graph.person();
    const added = jest.spyOn(graph.platform.jobs, 'add');
    const { dataExport } = await ask(person);
    expect(added.mock.calls).toEqual([['users.export', { exportId: dataExport.id }, { id: dataExport.id }]]);
    added.mockRestore();
    await graph.runJobs();
    expect(await exportsOf(person)).toMatchObject([{ status: 'READY' }]);
  });

  test('again while one is being made is refused, also at the same moment', async () => {
    const person = await graph.person();
    const answers = await Promise.all([1, 2, 3].map(() => ask(person)));
    expect(answers.map(({ errors }) => errors[0]?.code ?? 'made').sort()).toEqual(['LIMIT', 'LIMIT', 'made']);
  });

  test('is possible five times in 24 hours', async () => {
    const person = await graph.person();
    for (let i = 0; i < 5; i++) {
      expect((await ask(person)).errors).toEqual([]);
      await graph.runJobs();
    }
    expect((await ask(person)).errors).toMatchObject([{ code: 'LIMIT', path: [] }]);
    graph.clock.advance(day + 1);
    expect((await ask(person)).errors).toEqual([]);
  });

  test('is not possible with a key', async () => {
    const person = await graph.person({ scopes: ['profile:read', 'profile:write'] });
    expect((await person.run(request)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  test('is possible again when the job was lost: an hour later the export has failed', async () => {
    const person = await graph.person();
    const row = {
      userId: person.userId,
      id: newId('export', graph.clock.now()),
      status: 'PENDING',
      createdAt: graph.clock.now(),
    };
    await graph.db.dataExport.create({ data: row });
    graph.clock.advance(3600_001);
    await graph.runJobs();
    expect(await exportsOf(person)).toMatchObject([{ id: row.id, status: 'FAILED', downloadUrl: null }]);
    expect((await ask(person)).errors).toEqual([]);
  });

  test('comes to nothing when the person is gone before it is made', async () => {
    const person = await graph.person();
    await ask(person);
    await graph.db.dataExport.deleteMany({ where: { userId: person.userId } });
    await graph.runJobs();
    expect(await graph.db.dataExport.count({ where: { userId: person.userId } })).toBe(0);
  });
});

describe('the address of an archive', () => {
  const change = (url: string, name: string, value: string) => {
    const changed = new URL(url);
    changed.searchParams.set(name, value);
    return changed.href;
  };

  test('opens it once within 15 minutes, and every download is written down', async () => {
    const person = await graph.person();
    const files = await archiveOf(person);
    expect(Object.keys(files)).toContain('manifest.json');
    const url = await urlOf(person);
    const [row] = await exportsOf(person);
    const opened = await openExport(graph.platform, url);
    expect(createHash('sha256').update(opened!.content).digest('hex')).toBe(row.sha256);
    expect(opened!.name).toMatch(/^jarvis-\d{4}-\d\d-\d\d\.zip$/);
    // A path is enough: that is what a server is given.
    const { pathname, search } = new URL(await urlOf(person));
    expect(await openExport(graph.platform, pathname + search)).not.toBeNull();
    const downloads = { userId: person.userId, action: 'export.downloaded', subjectId: row.id };
    expect(await graph.db.auditEntry.count({ where: downloads })).toBe(3);
    for (const used of [url, pathname + search]) expect(await openExport(graph.platform, used)).toBeNull();
    expect(await graph.db.auditEntry.count({ where: downloads })).toBe(3);
    const late = await urlOf(person);
    graph.clock.advance(15 * 60_000);
    expect(await openExport(graph.platform, late)).toBeNull();
  });

  test('opens it for one of many who use it at once', async () => {
    const person = await graph.person();
    await archiveOf(person);
    const url = await urlOf(person);
    const opened = await Promise.all(Array.from({ length: 5 }, () => openExport(graph.platform, url)));
    expect(opened.filter((archive) => archive !== null)).toHaveLength(1);
  });

  test('opens nothing when anything in it was changed', async () => {
    const [person, other] = [await graph.person(), await graph.person()];
    await archiveOf(person);
    await archiveOf(other);
    const url = await urlOf(person);
    const expires = new URL(url).searchParams.get('expires')!;
    const foreign = new URL(await urlOf(other));
    for (const bad of [
      change(url, 'user', other.userId),
      change(url, 'expires', `${Number(expires) + 1}`),
      change(url, 'expires', ''),
      change(url, 'nonce', 'x'),
      change(url, 'signature', ''),
      change(url, 'signature', foreign.searchParams.get('signature')!),
      change(url, 'signature', 'A'.repeat(10_000)),
      url.replace(/exports\/[^?]+/, foreign.pathname.slice(1)),
      url.replace(/\?.*/, ''),
      '/exports/',
      '/exports/%00?user=%00&expires=%00&signature=%00',
      '/',
      '//',
    ]) {
      expect([bad, await openExport(graph.platform, bad)]).toEqual([bad, null]);
    }
  });

  test('is not there any more after 7 days, when the archive is deleted', async () => {
    const person = await graph.person();
    await archiveOf(person);
    graph.clock.advance(7 * day);
    expect(await exportsOf(person)).toMatchObject([{ status: 'EXPIRED', downloadUrl: null }]);
    await graph.runJobs();
    expect(await graph.db.dataExport.findFirst({ where: { userId: person.userId } })).toMatchObject({
      status: 'EXPIRED',
      content: null,
    });
  });

  test("is nobody else's to ask for", async () => {
    const [person, other] = [await graph.person(), await graph.person()];
    const { dataExport } = await ask(person);
    expect(await exportsOf(other)).toEqual([]);
    expect(await other.data('query ($id: ID!) { node(id: $id) { id } }', { id: dataExport.id })).toEqual({
      node: null,
    });
  });
});
