import type pg from 'pg';

/** A table as it is backed up: with every column that is not computed from others. */
export interface TableShape {
  schema: string;
  name: string;
  columns: string[];
}

export interface SequenceState {
  schema: string;
  name: string;
  value: string;
  called: boolean;
}

/**
 * Schemas that are not backed up: BullMQ's tables are carriers. What they carry is due by a column of ours, from which
 * sweeps bring it back onto the queues.
 */
export const leftOut: readonly string[] = ['bullmq'];

/** PostgreSQL's own schemas, those of other sessions' temporary tables, and what is left out on purpose. */
const ours = `n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND NOT n.nspname = ANY($1)`;

/** Every table of the database, by the catalogue, so that a new one cannot be forgotten; sorted by name. */
export async function listTables(client: pg.ClientBase): Promise<TableShape[]> {
  const { rows } = await client.query<TableShape>(
    `SELECT n.nspname AS schema, c.relname AS name,
            (SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{}') FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND ${ours} ORDER BY 1, 2`,
    [leftOut],
  );
  return rows;
}

/** Where every sequence stands. */
export async function listSequences(client: pg.ClientBase): Promise<SequenceState[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'S' AND ${ours} ORDER BY 1, 2`,
    [leftOut],
  );
  const states: SequenceState[] = [];
  for (const row of rows) {
    const { rows: state } = await client.query(
      `SELECT last_value::text AS value, is_called AS called FROM ${qualified(row)}`,
    );
    states.push({ ...row, ...state[0] });
  }
  return states;
}

/** Has sequences go on where they stood. */
export async function continueSequences(client: pg.ClientBase, states: readonly SequenceState[]): Promise<void> {
  for (const state of states) {
    await client.query('SELECT setval($1::regclass, $2::bigint, $3)', [qualified(state), state.value, state.called]);
  }
}

/**
 * What is in the database already, as people would name it; nothing for an empty one.
 * Large objects and foreign tables do not exist in Jarvis's databases: they are not looked for in a backup, only here.
 */
export async function listRelations(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = ANY('{r,p,v,m,S,f}') AND ${ours} ORDER BY 1`,
    [[]], // Those of the queues count as well.
  );
  return rows.map(({ name }) => name);
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
export const qualified = ({ schema, name }: { schema: string; name: string }) => `${quoted(schema)}.${quoted(name)}`;
export const copied = (table: TableShape) => `${qualified(table)} (${table.columns.map(quoted).join(', ')})`;

/** How values are written as text must not depend on the settings of a server. */
export async function writeValuesAlike(client: pg.ClientBase): Promise<void> {
  await client.query(
    `SET client_encoding = 'UTF8'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET timezone = 'UTC';
     SET extra_float_digits = 3; SET bytea_output = 'hex'; SET synchronize_seqscans = off`,
  );
}
