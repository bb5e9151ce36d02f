import type { z } from 'zod';
import type { Tx } from './db.ts';
import type { NewEvent } from './events.ts';

/** One file of a data export: rows of one type, each a plain object of scalars. */
export interface ExportedType {
  /** File name without ending, e.g. `goals`. */
  name: string;
  /** One sentence for the archive's README: what the rows are. */
  about: string;
  rows(db: Tx, userId: string): AsyncIterable<Record<string, unknown>> | Promise<Record<string, unknown>[]>;
}

/** One file of an archive whose rows can come back. */
export interface ImportedType {
  /** As in `exports`. */
  name: string;
  table: string;
  /** What a row must be. It becomes a row of the table with exactly these columns, unless there is `put`. */
  row: z.ZodObject;
  /** What makes its primary key beside the owner; `id` where nothing is said. */
  key?: readonly string[];
  /** Columns in which ids may stand anywhere. */
  holdIds?: readonly string[];
  /**
   * Puts a row where it does not become one of a table. It may come again.
   * @returns false when it was there already.
   * @throws DoesNotFit
   */
  put?(tx: Tx, userId: string, row: Record<string, unknown>, now: Date): Promise<boolean>;
  /** What is told of a row that came in; null for nothing. */
  event(row: Record<string, unknown>, userId: string): NewEvent | null;
}

/** What a domain takes in of an archive. */
export interface Imports {
  /** In an order in which each row finds what it refers to. */
  types: readonly ImportedType[];
  /** Counts anew what is not in archives, once all rows are in. It may be called again. */
  after?(tx: Tx, userId: string, now: Date): Promise<void>;
}
