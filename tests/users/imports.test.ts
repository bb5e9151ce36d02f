import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { tellDueReminders } from '../../subgraphs/integrations/notifications/reminders/due.ts';
import { sha256 } from '../../subgraphs/shared/crypto.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { archive } from '../../subgraphs/users/archive.ts';
import { eraseDueAccounts } from '../../subgraphs/users/erase.ts';
import { keepUpload, takeIn } from '../../subgraphs/users/imports.ts';
import { cleanUp } from '../../subgraphs/users/jobs.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { countRows, everythingOf, live } from './life.ts';
import { filesThatStay, returned, stays } from './returned.ts';

let graph: TestGraph;
let ana: Person;
let bob: Person;
let content: Uint8Array<ArrayBuffer>;
let before: Map<string, number>;
let shown: unknown;
beforeAll(async () => {
  graph = await startGraph();
  [ana, bob] = [await graph.person(), await graph.person()];
  for (const person of [ana, bob]) await live(graph, person);
  await lookAtReminders();
  await ana.data(`mutation { updateProfile(input: { weekStart: 7, locale: "de-AT" }) { errors { code } }
    updateSettings(input: { appearance: DARK, usageStatistics: true }) { errors { code } } }`);
  content = (await archive(graph.platform, ana.userId))!;
  before = await countRows(graph, ana);
  shown = await lifeOf(ana);
}, 60_000);
afterAll(() => graph?.stop());

const lookAtReminders = () => tellDueReminders(graph.platform, new AbortController().signal);
const begin = `mutation { beginArchiveImport { dataImport { id status } uploadUrl errors { code message } } }`;
const list = `{ viewer { dataImports { id status error files { path created kept refused } problems { path line message } } } }`;
const life = `{ viewer { locale timeZone weekStart settings { appearance units assistantMemory }
  lifeAreas(first: 100) { nodes { name kind } }
  goals(first: 100) { nodes { title kind percent lifeArea { name } entries(first: 3) { nodes { value localDate note } }
    milestones { title reachedOn } } }
  conversations(first: 50) { nodes { title messageCount } }
  insights(first: 100, filter: { dismissed: null }) { nodes { kind title text readAt goals { title }
    evidence { label value unit from to document path } } }
  researchCategories(first: 100) { nodes { name prompt sources active missedRunPolicy } }
  researchResults(first: 100) { nodes { title summary status researchDate category { name }
    sources { url title hash snapshot { text } } claims { text quote verdict source { url } } reviews { toStatus reason } } }
} }`;
const lifeOf = async (person: Person) => (await person.data(life)).viewer;

async function send(person: Person, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { dataImport, uploadUrl, errors } = (await person.data(begin)).beginArchiveImport;
  expect(errors).toEqual([]);
  const token = new URL(uploadUrl).searchParams.get('token')!;
  expect(await keepUpload(graph.platform, dataImport.id, token, bytes)).toBe(true);
  expect(await keepUpload(graph.platform, dataImport.id, token, bytes)).toBe(false);
  return dataImport.id;
}
async function bring(person: Person, bytes: Uint8Array<ArrayBuffer>) {
  const id = await send(person, bytes);
  await graph.runJobs();
  const { dataImports } = (await person.data(list)).viewer;
  return dataImports.find((one: { id: string }) => one.id === id);
}
/** Of these each row is told of, so that apps fetch it; of others nobody is. */
const isTold = ({ path }: { path: string }) =>
  !/achievements|insight_evidence|notification_|research_(sources|claims|reviews|snapshots)/.test(path);
const sum = (made: { files: Record<string, number>[] }, what: string) =>
  made.files.reduce((total, file) => total + file[what]!, 0);

describe('an archive that is brought', () => {
  test('gives a new account what the old one had, and once: again, it changes nothing', async () => {
    const others = await everythingOf(graph, bob);
    const cleo = await graph.person();
    const made = await bring(cleo, content);
    expect(made).toMatchObject({ status: 'DONE', error: null, problems: [] });
    const after = await countRows(graph, cleo);
    for (const table of returned) {
      expect(before.get(table)).toBeGreaterThan(0);
      expect([table, after.get(table)]).toEqual([table, before.get(table)]);
    }
    expect(await lifeOf(cleo)).toEqual(shown);
    expect(sum(made, 'kept')).toBe(0);
    const again = await bring(cleo, content);
    expect([sum(again, 'created'), sum(again, 'kept')]).toEqual([0, sum(made, 'created')]);
    const same = await countRows(graph, cleo);
    const told = { userId: cleo.userId, actorId: 'users.import' };
    expect(await graph.db.event.count({ where: told })).toBe(sum({ files: made.files.filter(isTold) }, 'created'));
    // Of what came, something new is noticed meanwhile.
    for (const table of returned.filter((name) => name !== 'insights'))
      expect([table, same.get(table)]).toEqual([table, after.get(table)]);
    const still = await everythingOf(graph, bob);
    for (const table of [...returned, 'users']) expect([table, still[table]]).toEqual([table, others[table]]);
  }, 60_000);

  test('has research fall when it falls next, and runs nothing of what fell meanwhile', async () => {
    const dan = await graph.person();
    await bring(dan, content);
    const of = ({ userId }: Person) =>
      graph.db.researchCategory.findMany({ where: { userId }, orderBy: [{ name: 'asc' }, { id: 'asc' }] });
    const [now, there, brought] = [graph.clock.now(), await of(ana), await of(dan)];
    expect(brought.map(({ name, active }) => [name, active])).toEqual(there.map(({ name, active }) => [name, active]));
    const scheduled = brought.filter(({ active, scheduleKind }) => active && scheduleKind);
    expect(scheduled.length).toBeGreaterThan(0);
    for (const { nextRunAt } of scheduled) expect(nextRunAt!.getTime()).toBeGreaterThan(now.getTime());
    for (const { active, nextRunAt } of brought) if (!active) expect(nextRunAt).toBeNull();
    expect(await graph.db.researchRun.count({ where: { userId: dan.userId } })).toBe(0);
    expect(await graph.db.notification.count({ where: { userId: dan.userId } })).toBe(0);
  }, 60_000);

  test('has reminders fall when they fall next, and rules switched off until their owner switches them on', async () => {
    const eve = await graph.person();
    await bring(eve, content);
    const { userId } = eve;
    const now = graph.clock.now();
    const goalsOfEve = new Set((await graph.db.goal.findMany({ where: { userId } })).map(({ id }) => id));
    await lookAtReminders();
    const reminders = await graph.db.reminder.findMany({ where: { userId } });
    expect(reminders.some(({ active }) => active)).toBe(true);
    expect(await graph.db.notification.count({ where: { userId } })).toBe(0);
    for (const { goalId, active, weekdays, dueAt } of reminders) {
      if (!active) expect(dueAt).toBeNull();
      else if (weekdays.length > 0) expect(dueAt!.getTime()).toBeGreaterThan(now.getTime());
      if (goalId) expect(goalsOfEve.has(goalId)).toBe(true);
    }
    const rules = await graph.db.automationRule.findMany({ where: { userId } });
    expect(rules.map(({ active }) => active)).toEqual(rules.map(() => false));
    const text = JSON.stringify(rules.map(({ triggers, conditions, actions }) => [triggers, conditions, actions]));
    const named = text.match(/goal_[0-9a-f]{32}/g) ?? [];
    expect(named.length).toBeGreaterThan(0);
    for (const id of named) expect(goalsOfEve.has(id)).toBe(true);
    expect(await graph.db.ruleTrigger.count({ where: { userId } })).toBe(0);
    const { id } = (await eve.data('{ viewer { automationRules(first: 1) { nodes { id } } } }')).viewer.automationRules
      .nodes[0];
    const switchOn = `mutation ($id: ID!) { updateAutomationRule(input: { id: $id, active: true }) { errors { message } } }`;
    expect((await eve.data(switchOn, { id })).updateAutomationRule.errors).toEqual([]);
    expect(await graph.db.ruleTrigger.count({ where: { userId, ruleId: id } })).toBeGreaterThan(0);
  }, 60_000);

  test('leaves a profile alone of which something was said here, and never agrees to statistics', async () => {
    const [fay, gus] = [await graph.person(), await graph.person()];
    await fay.data('mutation { updateSettings(input: { appearance: LIGHT }) { errors { code } } }');
    const shown = '{ viewer { weekStart settings { appearance usageStatistics } } }';
    const counts = async (person: Person) =>
      (await bring(person, content)).files.find(({ path }: { path: string }) => path === 'users/profile.jsonl');
    expect(await counts(fay)).toMatchObject({ created: 0, kept: 1 });
    expect((await fay.data(shown)).viewer).toEqual({
      weekStart: 1,
      settings: { appearance: 'LIGHT', usageStatistics: false },
    });
    expect(await counts(gus)).toMatchObject({ created: 1, kept: 0 });
    expect((await gus.data(shown)).viewer).toEqual({
      weekStart: 7,
      settings: { appearance: 'DARK', usageStatistics: false },
    });
  }, 60_000);

  test('brings back what was deleted in the same account, under the same ids, and leaves what is there', async () => {
    const { id } = await graph.db.goal.findFirstOrThrow({ where: { userId: bob.userId } });
    const own = (await archive(graph.platform, bob.userId))!;
    const kept = await graph.db.goal.findFirstOrThrow({ where: { userId: bob.userId, NOT: { id } } });
    await bob.data('mutation ($id: ID!) { deleteGoal(input: { id: $id }) { errors { code } } }', { id });
    await graph.db.goal.update({
      where: { userId_id: { userId: bob.userId, id: kept.id } },
      data: { title: 'Changed since' },
    });
    expect(await graph.db.goal.count({ where: { userId: bob.userId, id } })).toBe(0);
    expect(await bring(bob, own)).toMatchObject({ status: 'DONE', problems: [] });
    expect(await graph.db.goal.count({ where: { userId: bob.userId, id } })).toBe(1);
    const now = await graph.db.goal.findFirstOrThrow({ where: { userId: bob.userId, id: kept.id } });
    expect(now.title).toBe('Changed since');
  }, 60_000);

  test('goes on where a kill interrupted it', async () => {
    const dora = await graph.person();
    const id = await send(dora, content);
    let batches = 0;
    const bus = {
      ...graph.platform.bus,
      publish: () => {
        if (++batches === 4) throw new Error('killed');
      },
    };
    await expect(takeIn({ ...graph.platform, bus } as Platform, id)).rejects.toThrow('killed');
    const row = await graph.db.dataImport.findFirstOrThrow({ where: { userId: dora.userId } });
    expect([row.status, row.place]).toEqual(['PENDING', 4]);
    await takeIn(graph.platform, id);
    const after = await countRows(graph, dora);
    for (const table of returned) expect([table, after.get(table)]).toEqual([table, before.get(table)]);
    const [made] = (await dora.data(list)).viewer.dataImports;
    expect([made.status, sum(made, 'kept'), sum(made, 'refused')]).toEqual(['DONE', 0, 0]);
  }, 60_000);

  test('is taken in once by two workers at the same time', async () => {
    const emil = await graph.person();
    const id = await send(emil, content);
    const ended = await Promise.allSettled([takeIn(graph.platform, id), takeIn(graph.platform, id)]);
    expect(ended.some(({ status }) => status === 'fulfilled')).toBe(true);
    const [made] = (await emil.data(list)).viewer.dataImports;
    expect([made.status, sum(made, 'kept'), sum(made, 'refused')]).toEqual(['DONE', 0, 0]);
    const told = { userId: emil.userId, actorId: 'users.import' };
    expect(await graph.db.event.count({ where: told })).toBe(sum({ files: made.files.filter(isTold) }, 'created'));
  }, 60_000);

  test('is taken in though the queue has lost its job', async () => {
    const fay = await graph.person();
    const deaf = { ...graph.platform.jobs, add: async () => {} };
    const { dataImport, uploadUrl } = (await fay.data(begin)).beginArchiveImport;
    const token = new URL(uploadUrl).searchParams.get('token')!;
    expect(await keepUpload({ ...graph.platform, jobs: deaf }, dataImport.id, token, content)).toBe(true);
    await graph.runJobs();
    const [waiting] = (await fay.data(list)).viewer.dataImports;
    expect(waiting.status).toBe('PENDING');
    graph.clock.advance(11 * 60_000);
    await cleanUp(graph.platform);
    await graph.runJobs();
    const [made] = (await fay.data(list)).viewer.dataImports;
    expect(made.status).toBe('DONE');
  }, 60_000);
});

describe('an archive is refused as a whole', () => {
  const refused = async (bytes: Uint8Array) => {
    const person = await graph.person();
    const { status, error, files } = await bring(person, new Uint8Array(bytes));
    expect([status, files]).toEqual(['FAILED', []]);
    const counts = await countRows(graph, person);
    for (const table of returned) expect([table, counts.get(table)]).toEqual([table, 0]);
    return error;
  };
  test('when a byte of a file was changed, a file is missing or one too many', async () => {
    const files = unzipSync(content);
    const memories = files['chat/memories.jsonl']!;
    const changed = strToU8(strFromU8(memories).replace('FACT', 'FUCT'));
    expect(await refused(zipSync({ ...files, 'chat/memories.jsonl': changed }))).toContain(
      'chat/memories.jsonl is not',
    );
    const { 'chat/memories.jsonl': _, ...fewer } = files;
    expect(await refused(zipSync(fewer))).toContain('chat/memories.jsonl is not');
    expect(await refused(zipSync({ ...files, 'more.txt': changed }))).toContain('does not know more.txt');
  }, 30_000);
  test('when it is cut off, or is none', async () => {
    expect(await refused(content.subarray(0, content.length / 2))).toMatch(/whole|no manifest/);
    expect(await refused(strToU8('hello'))).toContain('no manifest');
  });
  test('when it would unpack to far more than it says', async () => {
    const bomb = zipSync({ 'goals/goals.jsonl': new Uint8Array(64 * 1024 * 1024) }, { level: 9 });
    expect(await refused(bomb)).toContain('far more');
  }, 30_000);
});

/** The archive with other lines in some of its files, and a manifest that fits. */
function withLines(change: Record<string, (lines: string[]) => (string | undefined)[]>): Uint8Array<ArrayBuffer> {
  const files = unzipSync(content);
  const manifest = JSON.parse(strFromU8(files['manifest.json']!));
  for (const [path, make] of Object.entries(change)) {
    const bytes = strToU8(make(strFromU8(files[path]!).trim().split('\n')).join('\n'));
    const entry = manifest.files.find((file: { path: string }) => file.path === path);
    Object.assign(entry, { bytes: bytes.length, sha256: sha256(Buffer.from(bytes)) });
    files[path] = bytes;
  }
  return new Uint8Array(zipSync({ ...files, 'manifest.json': strToU8(JSON.stringify(manifest)) }));
}

test('schedules, rules and parts of results that nobody could have written here are refused', async () => {
  const like = (lines: string[], prefix: string, changes: object[]) => {
    const row = JSON.parse(lines[0]!);
    const others = changes.map((change, i) => ({ ...row, id: `${prefix}_${String(i).padStart(32, 'f')}`, ...change }));
    return [...lines, ...others.map((other) => JSON.stringify(other))];
  };
  const schedule = { scheduleZone: 'Europe/Berlin', scheduleDate: '2026-01-01', scheduleTime: '07:00' };
  const call = { type: 'apiCall', method: 'POST', url: 'https://example.com/', headers: [], body: null };
  const allowed = { scopes: ['account:manage', 'goals:read', 'all'], actions: [call] };
  const counts: Record<string, number> = {};
  const counted = (path: string, make: (lines: string[]) => string[]) => ({
    [path]: (lines: string[]) => {
      const made = make(lines);
      counts[path] = made.length - lines.length;
      return made;
    },
  });
  const person = await graph.person();
  const made = await bring(
    person,
    withLines({
      ...counted('research/research_categories.jsonl', (lines) =>
        like(lines, 'category', [
          { ...schedule, scheduleKind: 'RRULE', scheduleText: 'FREQ=SECONDLY' },
          { ...schedule, scheduleKind: 'CRON', scheduleText: 'now and then' },
          { ...schedule, scheduleKind: 'CRON', scheduleText: '0 7 * * *', scheduleZone: 'Nowhere' },
        ]),
      ),
      ...counted('research/research_sources.jsonl', (lines) =>
        like(lines, 'x', [{ position: 900 }, { url: 'javascript:alert(1)' }]),
      ),
      ...counted('integrations/automation_rules.jsonl', (lines) =>
        like(lines, 'rule', [
          { actions: [{ ...call, url: 'http://example.com/' }] },
          { actions: [{ ...call, headers: [{ name: 'Authorization', value: 'x' }] }] },
          { actions: [{ type: 'dataUpdate', document: 'mutation { dropEverything }', variables: {} }] },
          { triggers: [{ type: 'event', event: 'moon.full', filters: [] }] },
          { triggers: [{ type: 'schedule', cron: '* * * * *', rrule: null, timeZone: null }] },
          allowed,
        ]),
      ),
    }),
  );
  const refused = Object.fromEntries(
    made.files
      .filter((file: { refused: number }) => file.refused > 0)
      .map(({ path, refused }: { path: string; refused: number }) => [path, refused]),
  );
  expect(refused).toEqual({ ...counts, 'integrations/automation_rules.jsonl': 5 });
  const rules = await graph.db.automationRule.findMany({ where: { userId: person.userId } });
  expect(rules.map(({ scopes }) => scopes)).toContainEqual(['goals:read']);
  expect(rules.flatMap(({ scopes }) => scopes)).not.toContain('account:manage');
}, 30_000);

test('rows that do not fit are refused one by one, with file, line and a sentence', async () => {
  const path = 'chat/memories.jsonl';
  const person = await graph.person();
  const made = await bring(
    person,
    withLines({
      [path](lines) {
        const memory = JSON.parse(lines[0]!);
        const others = [
          { ...memory, id: 'goal_1' },
          { ...memory, kind: 'SECRET' },
        ].map((row) => JSON.stringify(row));
        return [others[0], 'no JSON', others[1], ...lines];
      },
    }),
  );
  expect(made.status).toBe('DONE');
  expect(made.problems.map(({ path, line }: { path: string; line: number }) => [path, line])).toEqual([
    [path, 1],
    [path, 2],
    [path, 3],
  ]);
  for (const { message } of made.problems) expect(message).toMatch(/\.$/);
  expect(await graph.db.memory.count({ where: { userId: person.userId } })).toBe(before.get('memories'));
}, 30_000);

test('every table says whether it comes back; the others have a reason', async () => {
  const stated = Object.values(graph.platform.domains).flatMap(
    ({ imports }) => imports?.types.map(({ table }) => table) ?? [],
  );
  expect([...new Set([...stated, 'goal_days'])].filter((table) => table !== 'users').sort()).toEqual(returned);
  for (const table of before.keys()) {
    if (!returned.includes(table) && !(table in stays)) throw new Error(`No rule says whether ${table} comes back.`);
  }
});

test('every file of an archive comes in, or has a reason why it does not', () => {
  for (const { name: domain, exports = [], imports } of graph.platform.domains) {
    const comes = new Set(imports?.types.map(({ name }) => name));
    for (const { name } of exports) {
      const path = `${domain}/${name}`;
      const stays = path in filesThatStay;
      expect([path, comes.delete(name)]).toEqual([path, !stays]);
    }
    // What comes in is what an archive has.
    expect([...comes]).toEqual([]);
  }
});

test('an erased account takes its imports along', async () => {
  const person = await graph.person();
  await send(person, content);
  const now = graph.clock.now();
  const data = { deletionRequestedAt: now, deletionScheduledAt: now };
  await graph.db.user.update({ where: { id: person.userId }, data });
  await eraseDueAccounts(graph.platform);
  expect(await graph.db.dataImport.count({ where: { userId: person.userId } })).toBe(0);
});

test('a key may not bring an archive', async () => {
  const key = graph.as({ ...ana.viewer, kind: 'apiKey' });
  expect((await key.run(begin)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
});
