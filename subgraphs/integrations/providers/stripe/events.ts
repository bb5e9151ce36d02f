import { z } from 'zod';
import type { ReceivedItem } from '../../items/item.ts';
import { readExactJson, toDecimalText } from '../exactJson.ts';
import { textOf } from '../texts.ts';

/** Where amounts are not in hundredths. ISK, HUF and UGX are, for old times' sake. */
const noDecimals = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));
const threeDecimals = new Set('BHD JOD KWD OMR TND'.split(' '));

const text = z
  .unknown()
  .optional()
  .transform((value) => textOf(value));
const subject = z.object({
  id: text,
  object: text,
  currency: text,
  description: text,
  number: text,
  status: text,
  amount_paid: text,
  amount_received: text,
  amount_refunded: text,
  amount_total: text,
  amount_due: text,
  amount: text,
});
/** Numbers are texts here. */
const event = z.object({
  id: z.string().regex(/^\w{1,200}$/),
  type: z.string().regex(/^[\w.]{1,100}$/),
  created: z.string().regex(/^\d{1,11}$/),
  livemode: z.boolean().catch(true),
  data: z.object({
    object: subject,
    /** What the event changed, as it was before. */
    previous_attributes: z.object({ amount_refunded: text }).nullish().catch(null),
  }),
});

/** What an event of Stripe's tells; null for what is none. Each is an item of its own, so that their order does not matter. */
export function readStripeEvent(body: Buffer): ReceivedItem | null {
  const { data: read } = event.safeParse(readExactJson(body.toString('utf8')));
  if (!read) return null;
  const { object } = read.data;
  const currency = object.currency && /^[a-z]{3}$/i.test(object.currency) ? object.currency.toUpperCase() : null;
  const amount =
    currency && toMajor(amountOf(read.type, object, read.data.previous_attributes?.amount_refunded ?? null), currency);
  return {
    type: 'received',
    externalId: read.id,
    name: read.type,
    at: new Date(Number(read.created) * 1_000),
    text: object.description ?? object.number,
    url: null,
    amount,
    currency: amount === null ? null : currency,
    payload: {
      object: object.object,
      id: object.id,
      status: object.status,
      livemode: read.livemode,
    },
  };
}

type Subject = z.infer<typeof subject>;

/** Of an object with several amounts, the one that the event is about. */
function amountOf(type: string, object: Subject, refundedBefore: string | null): string | null {
  if (type === 'charge.refunded') return difference(object.amount_refunded ?? object.amount, refundedBefore);
  if (type === 'invoice.paid' || type === 'invoice.payment_succeeded') return object.amount_paid;
  if (type === 'payment_intent.succeeded') return object.amount_received ?? object.amount;
  return object.amount_total ?? object.amount_due ?? object.amount;
}

/** What came to it: a charge says how much of it was refunded so far. */
function difference(now: string | null, before: string | null): string | null {
  const isWhole = (text: string | null): text is string => text !== null && /^\d{1,20}$/.test(text);
  return isWhole(now) && isWhole(before) ? String(BigInt(now) - BigInt(before)) : now;
}

/** Smallest units as a decimal of the currency: 1999 in EUR is 19.99. */
function toMajor(minor: string | null, currency: string): string | null {
  if (minor === null || !/^-?\d{1,20}$/.test(minor)) return null;
  const decimals = noDecimals.has(currency) ? 0 : threeDecimals.has(currency) ? 3 : 2;
  if (decimals === 0) return toDecimalText(minor);
  const digits = minor.replace('-', '').padStart(decimals + 1, '0');
  const sign = minor.startsWith('-') ? '-' : '';
  return `${sign}${BigInt(digits.slice(0, -decimals))}.${digits.slice(-decimals)}`;
}
