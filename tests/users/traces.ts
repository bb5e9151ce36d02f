import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { Db } from '../../subgraphs/shared/db.ts';

/** What must be nowhere. */
export interface Traces {
  /** The 32 hexadecimal digits of ids. */
  readonly ids: ReadonlySet<string>;
  readonly texts: readonly string[];
}

/** The first trace in a text, or null. */
export function traceIn(text: string, { ids, texts }: Traces): string | null {
  for (const [id] of text.matchAll(/[0-9a-f]{32}/g)) if (ids.has(id)) return id;
  return texts.find((trace) => text.includes(trace)) ?? null;
}

const quoted = (...names: string[]) => names.map((name) => `"${name}"`).join('.');

/** Every table of every schema but PostgreSQL's own, from the catalogue. */
export const allTables = (db: Db) => db.$queryRaw<{ schema: string; table: string; binary: string[] }[]>`
  SELECT t.table_schema AS schema, t.table_name AS table,
    array_remove(array_agg(c.column_name::text) FILTER (WHERE c.data_type = 'bytea'), NULL) AS binary
  FROM information_schema.tables t
  JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
  WHERE t.table_type = 'BASE TABLE' AND t.table_schema NOT IN ('pg_catalog', 'information_schema')
  GROUP BY 1, 2 ORDER BY 1, 2`;

/** Looks through every column of every table, whatever its type: as text, and what is binary also as the text it may be. */
export async function tracesInDatabase(db: Db, traces: Traces): Promise<{ tables: number; found: string[] }> {
  const found: string[] = [];
  const tables = await allTables(db);
  for (const { schema, table, binary } of tables) {
    const columns = ['t::text', ...(binary ?? []).map((name) => `encode(${quoted(name)}, 'escape')`)];
    const rows = await db.$queryRawUnsafe<{ text: string }[]>(
      `SELECT concat_ws(' ', ${columns.join(', ')}) AS text FROM ${quoted(schema, table)} t`,
    );
    for (const { text } of rows) {
      const trace = traceIn(text, traces);
      if (trace) found.push(`${schema}.${table}: ${trace}`);
    }
  }
  return { tables: tables.length, found };
}

/** What a key of Redis holds, as text, whatever its type. */
async function contentOf(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return redis.xrange(key, '-', '+');
    case 'none':
      return null;
    default:
      throw new Error(`The test cannot read keys of the type ${type}.`);
  }
}

/** Looks through every key and its content. */
export async function tracesInRedis(redis: Redis, traces: Traces): Promise<{ keys: number; found: string[] }> {
  const keys = await redis.keys('*');
  const found: string[] = [];
  for (const key of keys) {
    const trace = traceIn(`${key} ${JSON.stringify(await contentOf(redis, key))}`, traces);
    if (trace) found.push(`${key}: ${trace}`);
  }
  return { keys: keys.length, found };
}

/** Looks through every file below a folder. */
export function tracesInFiles(folder: string, traces: Traces): { files: number; found: string[] } {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const found = files.flatMap(({ parentPath, name }) => {
    const trace = traceIn(`${name} ${readFileSync(join(String(parentPath), name)).toString('latin1')}`, traces);
    return trace ? [`${name}: ${trace}`] : [];
  });
  return { files: files.length, found };
}
