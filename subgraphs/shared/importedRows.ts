import { z } from 'zod';
import type { Kind } from './ids.ts';

/** What cells of an archive look like; PostgreSQL's constraints say the rest. */
export const imported = {
  /** Whatever the archive says, or not, of a column that is not brought. */
  always: <T>(value: T) =>
    z
      .unknown()
      .optional()
      .transform(() => value),
  id: (kind: Kind) => z.string().regex(new RegExp(`^${kind}_[0-9a-f]{32}$`), `not the id of a ${kind}`),
  text: (most: number) => z.string().max(most),
  integer: (least: number) => z.number().int().min(least).max(2_147_483_647),
  decimal: z.union([z.string().regex(/^-?\d{1,18}(\.\d{1,12})?$/, 'not a decimal number'), z.number()]),
  date: z.iso.date(),
  at: z.iso.datetime(),
};
