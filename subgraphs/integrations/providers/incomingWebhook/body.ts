import { z } from 'zod';
import { storableJson } from '../../../shared/storable.ts';
import type { ReceivedItem } from '../../items/item.ts';
import { readExactJson, smallObject, toDecimalText } from '../exactJson.ts';
import { textOf } from '../texts.ts';

const way = z
  .string()
  .max(200)
  .regex(/^[^.\s]+(\.[^.\s]+){0,9}$/, 'must be names with dots between them, at most ten');

export const settings = z.strictObject({
  namePath: way
    .optional()
    .describe('Where in the body the name of what happened stands, e.g. `event.kind`. Default: `type`.'),
  textPath: way.optional().describe('Where in the body a text for people stands, e.g. `data.title`. Default: none.'),
  valuePath: way
    .optional()
    .describe('Where in the body a number stands that counts, e.g. `data.total` or `items.0.price`. Default: none.'),
  currencyPath: way
    .optional()
    .describe(
      'Where in the body the ISO 4217 currency of that number stands. Default: none, it counts something else.',
    ),
});

/** What stands at the end of a way through objects and lists; undefined where it leads nowhere. */
function follow(value: unknown, path: string | undefined): unknown {
  if (path === undefined) return undefined;
  return path
    .split('.')
    .reduce<unknown>(
      (at, name) => (at !== null && typeof at === 'object' && Object.hasOwn(at, name) ? at[name as never] : undefined),
      value,
    );
}

interface Sent {
  /** Known by this, it is sent again rather than anew. */
  id: string;
  body: Buffer;
  /** A name for what happened, where the body has none. */
  name: string | undefined;
  settings: unknown;
  now: Date;
}

/** What somebody's program sent: an object in JSON, read along the ways of the settings. Null for what is no object. */
export function readBody({ id, body, name, settings: wanted, now }: Sent): ReceivedItem | null {
  const content = body.toString('utf8');
  const exact = readExactJson(content);
  if (exact === null || typeof exact !== 'object' || Array.isArray(exact)) return null;
  const { namePath, textPath, valuePath, currencyPath } = settings.safeParse(wanted).data ?? {};
  const amount = toDecimalText(follow(exact, valuePath));
  const currency = textOf(follow(exact, currencyPath))?.toUpperCase();
  const stated = textOf(follow(exact, 'timestamp'), 40);
  return {
    type: 'received',
    externalId: id,
    name: textOf(follow(exact, namePath ?? 'type'), 100) ?? textOf(name, 100) ?? 'message',
    at: timeOf(stated) ?? now,
    text: textOf(follow(exact, textPath)),
    url: null,
    amount,
    currency: amount !== null && currency !== undefined && /^[A-Z]{3}$/.test(currency) ? currency : null,
    payload: smallObject(storableJson(JSON.parse(content))),
  };
}

/** `timestamp` of Standard Webhooks' bodies, where it is a time. */
function timeOf(text: string | null): Date | null {
  if (text === null || !/^\d{4}-\d\d-\d\dT/.test(text)) return null;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at;
}
