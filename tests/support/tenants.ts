import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import type { Db } from '../../subgraphs/shared/db.ts';
import { type Kind, kinds, newId } from '../../subgraphs/shared/ids.ts';
import { everything } from './schema.ts';
import { elsewhere, expectedKind, type IdKind, inputs, usesUp } from './tenantInputs.ts';

/** Somebody who may ask the graph: over HTTP, or through an executor. */
export interface Asking {
  run(document: string, variables?: Record<string, unknown>): Promise<TenantAnswer>;
}
export interface TenantAnswer {
  data?: unknown;
  errors?: readonly { message: string; path?: unknown; extensions?: Record<string, unknown> }[] | undefined;
}

/** Ids that somebody has, of each kind. */
export type Ids = ReadonlyMap<IdKind, readonly string[]>;

const tables = new Map<IdKind, { table: string; owner: string }>([
  ...Object.entries(kinds).map(
    ([kind, { table }]) => [kind as Kind, { table, owner: kind === 'user' ? 'id' : 'user_id' }] as const,
  ),
  ['event', { table: 'events', owner: 'user_id' }],
  ['delivery', { table: 'webhook_deliveries', owner: 'user_id' }],
]);

/** Up to twenty ids of each kind that somebody has. Kinds of which there is none are left out. */
export async function readIds(db: Db, userId: string): Promise<Map<IdKind, string[]>> {
  const found = new Map<IdKind, string[]>();
  for (const [kind, { table, owner }] of tables) {
    const rows = await db.$queryRawUnsafe<{ id: string }[]>(
      `SELECT id FROM ${table} WHERE ${owner} = $1 ORDER BY id LIMIT 20`,
      userId,
    );
    if (rows.length > 0)
      found.set(
        kind,
        rows.map(({ id }) => id),
      );
  }
  return found;
}

/** Puts what is somebody's into the states in which every operation may be tried on it, again and again. */
export async function renew(db: Db, userId: string): Promise<void> {
  const ended = 'ended_at = coalesce(ended_at, created_at), lease = NULL, lease_until = NULL';
  for (const change of [
    `UPDATE research_runs SET state = 'FAILED', ${ended} WHERE user_id = $1`,
    `UPDATE research_results SET status = 'APPROVED' WHERE user_id = $1`,
    `UPDATE rule_runs SET state = 'FAILED', ${ended} WHERE user_id = $1`,
    `UPDATE webhooks SET active = true WHERE user_id = $1`,
    `UPDATE generations SET state = 'ENDED', ${ended} WHERE user_id = $1`,
    // There is one connection to a device's service; another may be made once it is to something else.
    `UPDATE connections SET provider = 'OAUTH2', account = id WHERE user_id = $1 AND provider = 'APPLE_CALENDAR'`,
  ])
    await db.$executeRawUnsafe(change, userId);
}

/**
 * Appends a mark to every text that is somebody's, but for keys and for words of a fixed list, so that whoever reads any of them is seen.
 * What they have is of no use to them after that.
 * @returns the columns that now hold the mark
 */
export async function plant(db: Db, userId: string, mark: string): Promise<string[]> {
  const columns = await db.$queryRaw<{ table_name: string; column_name: string }[]>`
    SELECT c.table_name, c.column_name FROM information_schema.columns c
    WHERE c.table_schema = 'public' AND c.data_type = 'text' AND c.is_generated = 'NEVER'
      AND (c.table_name = 'users' OR EXISTS (
        SELECT FROM information_schema.columns o
        WHERE o.table_schema = 'public' AND o.table_name = c.table_name AND o.column_name = 'user_id'))
      AND NOT EXISTS (
        SELECT FROM information_schema.key_column_usage k
        WHERE k.table_schema = 'public' AND k.table_name = c.table_name AND k.column_name = c.column_name)
    ORDER BY 1, 2`;
  const planted: string[] = [];
  for (const { table_name: table, column_name: column } of columns) {
    const owner = table === 'users' ? 'id' : 'user_id';
    const texts = await db.$queryRawUnsafe<{ isFree: boolean | null }[]>(
      `SELECT bool_or(${column} !~ '^[A-Z][A-Z0-9_]*$') AS "isFree" FROM ${table} WHERE ${owner} = $1`,
      userId,
    );
    if (!texts[0]?.isFree) continue;
    // A column that takes no such text (a form that is checked, a unique index over several rows) has none to give away.
    const change = `UPDATE ${table} SET ${column} = ${column} || ' ' || $2 WHERE ${owner} = $1`;
    const count = await db.$executeRawUnsafe(change, userId, mark).catch(() => 0);
    if (count > 0) planted.push(`${table}.${column}`);
  }
  return planted;
}

export const allIdKinds: readonly IdKind[] = [...tables.keys()];

/** One place of the schema where an ID may stand. */
export interface IdSlot {
  /** `Mutation.createGoal input.lifeAreaId`, as the report names it. */
  name: string;
  operation: 'query' | 'mutation' | 'subscription';
  /** Fields from the root down to the one with the argument. */
  way: readonly GraphQLField<unknown, unknown>[];
  /** From the argument to the ID. */
  path: readonly (GraphQLArgument | GraphQLInputField)[];
}

/** Every place of a schema where an ID may stand: in arguments of any field that can be reached, inputs and lists within. */
export function idSlots(schema: GraphQLSchema): IdSlot[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;
  const slots: IdSlot[] = [];
  const seen = new Set<string>();
  let next: { operation: IdSlot['operation']; type: string; way: GraphQLField<unknown, unknown>[] }[] = roots.flatMap(
    ([operation, type]) => (type ? [{ operation, type: type.name, way: [] }] : []),
  );
  // Level by level: each type is reached by the shortest way, and payloads of mutations by nothing that queries reach.
  while (next.length > 0) {
    const deeper: typeof next = [];
    for (const { operation, type: name, way } of next) {
      const type = schema.getType(name);
      if (seen.has(name) || !isObjectType(type)) continue;
      seen.add(name);
      for (const field of Object.values(type.getFields())) {
        for (const path of pathsToIds(field.args))
          slots.push({ name: nameOf(name, field.name, path), operation, way: [...way, field], path });
        if (operation === 'query' && !field.args.some(isRequiredArgument))
          deeper.push({ operation, type: getNamedType(field.type).name, way: [...way, field] });
      }
    }
    next = deeper;
  }
  return slots;
}

const nameOf = (type: string, field: string, path: readonly { name: string }[]) =>
  `${type}.${field} ${path.map(({ name }) => name).join('.')}`;

type Input = GraphQLArgument | GraphQLInputField;

function pathsToIds(members: readonly Input[], before: readonly Input[] = []): Input[][] {
  return members.flatMap((member) => {
    const type = getNamedType(member.type);
    const path = [...before, member];
    if (type.name === 'ID') return [path];
    if (!isInputObjectType(type) || before.some((one) => getNamedType(one.type) === type)) return [];
    return pathsToIds(Object.values(type.getFields()), path);
  });
}

/** Places for an ID on types that no query reaches without an argument: the matrix would miss them. */
export function unreached(schema: GraphQLSchema): string[] {
  const reached = new Set(idSlots(schema).map(({ name }) => name));
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || type.name.startsWith('__')) return [];
    return Object.values(type.getFields()).flatMap((field) =>
      pathsToIds(field.args)
        .map((path) => nameOf(type.name, field.name, path))
        .filter((name) => !reached.has(name)),
    );
  });
}

/** Values of scalars where a schema wants one. A scalar that is not here makes the matrix fail. */
const leaves: Record<string, unknown> = {
  String: 'text',
  Int: 1,
  Float: 1,
  Boolean: true,
  Decimal: '1',
  LocalDate: '2026-03-01',
  DateTime: '2027-03-01T00:00:00Z',
  TimeZone: 'Europe/Berlin',
  URL: 'https://example.com/',
  EmailAddress: 'ben@example.com',
  JSON: {},
};

/** The arguments of one cell: what must be given, and the id at its place. Other IDs are the asker's own. */
function fill(slot: IdSlot, ids: readonly string[], own: Ids): Record<string, unknown> {
  const field = slot.way.at(-1)!;
  const given = inputs[field.name]?.(slot.name);
  const build = (member: Input, at: readonly Input[], rest: readonly Input[]): unknown => {
    const path = [...at, member];
    const wrap = (type: GraphQLInputType, make: () => unknown): unknown => {
      if (isNonNullType(type)) return wrap(type.ofType, make);
      return isListType(type) ? [make()] : make();
    };
    const isSlot = rest[0] === member && rest.length === 1;
    const type = getNamedType(member.type);
    if (isSlot) return isListType(isNonNullType(member.type) ? member.type.ofType : member.type) ? ids : ids[0];
    return wrap(member.type, () => {
      if (type.name === 'ID') {
        const kind = expectedKind(nameOf('', field.name, path).trim());
        return own.get(kind === 'any' ? 'goal' : kind)?.[0] ?? newId('goal');
      }
      if (isEnumType(type)) return type.getValues()[0]!.name;
      if (isInputObjectType(type)) {
        const on = rest[0] === member ? rest.slice(1) : [];
        const members = Object.values(type.getFields()).filter((one) => isRequiredInputField(one) || on[0] === one);
        const filled = Object.fromEntries(members.map((one) => [one.name, build(one, path, on)]));
        // What these operations want beyond what the schema says.
        return path.length === 1 ? merge(filled, given) : filled;
      }
      if (!Object.hasOwn(leaves, type.name))
        throw new Error(
          `The tenant matrix has no value for the scalar ${type.name}: add one to tests/support/tenants.ts.`,
        );
      return leaves[type.name];
    });
  };
  const wanted = field.args.filter((arg) => isRequiredArgument(arg) || slot.path[0] === arg);
  return Object.fromEntries(wanted.map((arg) => [arg.name, build(arg, [], slot.path)]));
}

function merge(filled: Record<string, unknown>, more: Record<string, unknown> | undefined): Record<string, unknown> {
  const isPlain = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const merged = { ...filled };
  for (const [name, value] of Object.entries(more ?? {})) {
    const there = merged[name];
    if (isPlain(there) && isPlain(value)) merged[name] = merge(there, value);
    else if (Array.isArray(there) && Array.isArray(value) && isPlain(there[0]) && isPlain(value[0]))
      merged[name] = [merge(there[0], value[0])];
    else merged[name] = value;
  }
  return merged;
}

function documentOf({ operation, way }: IdSlot, passed: readonly string[]): string {
  const field = way.at(-1)!;
  const args = field.args.filter(({ name }) => passed.includes(name));
  const declared = args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
  const call = `${field.name}(${args.map((arg) => `${arg.name}: $${arg.name}`).join(', ')}) ${everything(field.type, 2)}`;
  const outer = way.slice(0, -1).reduceRight((inner, { name }) => `${name} { ${inner} }`, call);
  return `${operation} (${declared}) { ${outer} }`;
}

export interface TenantReport {
  cells: number;
  slots: number;
  /** Answers to somebody else's id that differ from those to one that does not exist, or that hold what is theirs. */
  leaks: string[];
  /** Cells that were refused before the id mattered: their input must be mended in tests/support/tenantInputs.ts. */
  blind: string[];
  /** Median milliseconds of an answer to a foreign id, and to one that does not exist. */
  medians: { foreign: number; missing: number };
}

export interface TenantSuite {
  schema: GraphQLSchema;
  /** Who asks. What is asked for may change what is theirs. */
  stranger: Asking;
  /** Ids of the one who asks; other arguments are filled with them. */
  own: Ids;
  /** Ids of somebody else. */
  foreign: Ids;
  /** Every other text that is theirs and must be in no answer. */
  canaries: readonly string[];
  /** Makes what operations use up as it was: see `renew`. Left out, answers to some of them are about that instead of the id. */
  renew?: () => Promise<void>;
  /** Leaves out mutations. */
  readOnly?: boolean;
  /** How many kinds of ids besides the expected one are tried at each place. */
  otherKinds?: number;
}

/**
 * The tenant suite, on any running graph: at each place of the schema where an ID may stand, an id of somebody else's must be answered
 * word for word like one that does not exist, and nothing of theirs may be in an answer. Subscriptions are left to their own tests.
 * Over HTTP the graph needs DEMAND_CONTROL=measure: the suite asks more than one account may in a minute.
 * @throws Error for a place that takes an ID of a kind it does not know, or a scalar it has no value for.
 */
export async function checkTenants(suite: TenantSuite): Promise<TenantReport> {
  const { schema, stranger, own, foreign, otherKinds = allIdKinds.length } = suite;
  const theirs = new Set([...foreign.values()].flat());
  const both = [...own.values()].flat().filter((id) => theirs.has(id));
  if (both.length > 0)
    throw new Error(`The tenant matrix needs two people without ids in common: ${both[0]} is of both.`);
  // Ids that the stranger takes for objects of their own: each of them once, and never the first of a kind, which is what is asked for.
  const spare = new Map([...foreign].map(([kind, ids]) => [kind, ids.slice(1)]));
  const report: TenantReport = { cells: 0, slots: 0, leaks: [], blind: [], medians: { foreign: 0, missing: 0 } };
  // What the stranger has said is no news to them.
  const told = new Set<string>();
  const times = { foreign: [] as number[], missing: [] as number[] };
  const ask = async (slot: IdSlot, ids: readonly string[], which: 'foreign' | 'missing') => {
    if (usesUp.has(slot.way[0]!.name)) await suite.renew?.();
    for (const id of ids) told.add(id);
    const variables = fill(slot, ids, own);
    const started = performance.now();
    const answer = await stranger.run(documentOf(slot, Object.keys(variables)), variables);
    times[which].push(performance.now() - started);
    const { data, errors } = answer;
    const said = errors?.map(({ message, path, extensions }) => [message, path, extensions?.code]);
    return { text: JSON.stringify({ data, errors: said }), codes: codesOf(answer, slot) };
  };
  let turn = 0;
  for (const slot of idSlots(schema)) {
    const expected = expectedKind(slot.name.replace(/^\w+\./, ''));
    if (slot.operation === 'subscription' || (suite.readOnly && slot.operation === 'mutation')) continue;
    if (Object.hasOwn(elsewhere, slot.name)) continue;
    report.slots++;
    const others = allIdKinds.filter((kind) => kind !== expected);
    const some = expected === 'any' ? others.length : Math.min(otherKinds, others.length);
    const rotated = Array.from({ length: some }, (_, i) => others[(turn + i) % others.length]!);
    turn += some;
    for (const kind of expected === 'any' ? rotated : [expected, ...rotated]) {
      const absent = newId(kind as Kind);
      const asked = foreign.get(kind)?.[0];
      if (!asked) throw new Error(`The tenant matrix has no ${kind} of somebody else's: give them one.`);
      const missing = await ask(slot, [absent], 'missing');
      // Accepted: an id that clients make. One that is taken by now would be found again, and rightly.
      const isTaken = missing.codes.length === 0 && slot.operation === 'mutation' && missing.text.includes(absent);
      const id = isTaken ? spare.get(kind)?.pop() : asked;
      if (!id) throw new Error(`The tenant matrix has too few objects of the kind ${kind} that are somebody else's.`);
      const answer = await ask(slot, [id], 'foreign');
      const cells = [{ id, absent, answer, missing }];
      const isList = /^\[/.test(String(slot.path.at(-1)!.type));
      const mine = own.get(kind)?.[0];
      if (isList && kind === expected && mine) {
        const among = await ask(slot, [mine, absent], 'missing');
        cells.push({ id, absent, missing: among, answer: await ask(slot, [mine, id], 'foreign') });
      }
      for (const cell of cells) {
        report.cells++;
        // What was accepted is theirs who asked, and what it is then counted among.
        const view = ({ text, codes }: typeof answer, id: string) => (isTaken ? `accepted ${codes}` : normal(text, id));
        const [one, other] = [view(cell.answer, cell.id), view(cell.missing, cell.absent)];
        const where = `${slot.name} with ${kind}`;
        if (one !== other)
          report.leaks.push(`${where}:\n  foreign ${one.slice(0, 600)}\n  missing ${other.slice(0, 600)}`);
        if (cell.answer.text.includes('INTERNAL_SERVER_ERROR')) report.leaks.push(`${where}: ${one.slice(0, 600)}`);
        for (const canary of suite.canaries)
          if (cell.answer.text.includes(canary)) report.leaks.push(`${where}: ${canary}`);
        for (const [found] of cell.answer.text.matchAll(/[a-z]+_[0-9a-f]{32}/g))
          if (theirs.has(found) && !told.has(found)) report.leaks.push(`${where}: told of ${found}`);
        const { codes } = cell.answer;
        if (kind === expected && codes.length > 0 && !codes.includes('NOT_FOUND'))
          report.blind.push(`${where}: ${one}`);
      }
    }
  }
  const median = (all: number[]) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
  report.medians = { foreign: median(times.foreign), missing: median(times.missing) };
  return report;
}

/** Codes of what an answer refuses: those of a mutation's payload, where it has one, else those of the graph. */
function codesOf(answer: TenantAnswer, { operation, way }: IdSlot): string[] {
  const payload = operation === 'mutation' && (answer.data as Record<string, unknown> | null)?.[way[0]!.name];
  if (!payload) return (answer.errors ?? []).map(({ extensions }) => String(extensions?.code));
  return [...JSON.stringify(payload).matchAll(/"__typename":"UserError","code":"([A-Z_]+)"/g)].map(([, code]) => code!);
}

/** An answer without what differs from one asking to the next: ids, cursors, positions, and secrets that are shown once. */
const normal = (text: string, id: string) =>
  text
    .replaceAll(id, 'ID')
    .replaceAll(/[a-z]+_[0-9a-f]{32}/g, 'ID')
    .replaceAll(/"cursor":"[^"]*"|"(start|end)Cursor":"[^"]*"/g, 'CURSOR')
    .replaceAll(/"position":\d+/g, 'POSITION')
    .replaceAll(/jr[vt]_[\w-]+|whsec_[\w+/=-]+|eyJ[\w.-]+/g, 'SECRET');
