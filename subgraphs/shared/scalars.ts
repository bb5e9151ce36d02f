import { Decimal } from 'decimal.js';
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { EmailAddressResolver, JSONResolver } from 'graphql-scalars';
import { parseUrl } from './urls.ts';

/** Dates outside these years are typing errors; they also keep every date inside what PostgreSQL and Temporal can hold. */
export const earliestDate = '1900-01-01';
export const latestDate = '2199-12-31';

const fail = (message: string): never => {
  throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
};

function textScalar(name: string, parse: (text: string) => unknown, serialize: (value: unknown) => unknown = String) {
  const parseValue = (value: unknown) => (typeof value === 'string' ? parse(value) : fail(`${name} must be a text.`));
  return new GraphQLScalarType({
    name,
    serialize,
    parseValue,
    parseLiteral: (node: ValueNode) =>
      node.kind === Kind.STRING ? parse(node.value) : fail(`${name} must be a text.`),
  });
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

export const DateTime = textScalar(
  'DateTime',
  (text) => {
    const date = rfc3339.test(text) ? new Date(text.toUpperCase()) : null;
    const day = text.slice(0, 10);
    if (!date || Number.isNaN(date.getTime()) || !isLocalDate(day)) {
      return fail('DateTime must be an RFC 3339 instant between 1900 and 2199, e.g. "2026-03-01T08:30:00Z".');
    }
    return date;
  },
  (value) => (value instanceof Date ? value : new Date(String(value))).toISOString(),
);

/** True for an existing calendar day in the accepted range. */
export function isLocalDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < earliestDate || text > latestDate) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** In code a local date is its text; PostgreSQL's `date` comes out of Prisma as midnight UTC. */
export const LocalDate = textScalar(
  'LocalDate',
  (text) =>
    isLocalDate(text)
      ? text
      : fail(`LocalDate must be a calendar date from ${earliestDate} to ${latestDate}, e.g. "2026-03-01".`),
  (value) => (value instanceof Date ? value.toISOString().slice(0, 10) : String(value)),
);

/** True for a name of the IANA time zone database that this runtime knows. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

export const TimeZone = textScalar('TimeZone', (text) =>
  isTimeZone(text) ? text : fail('TimeZone must be an IANA time zone name, e.g. "Europe/Berlin".'),
);

const decimalText = /^[+-]?\d{1,18}(\.\d{1,12})?$/;
const decimalProblem =
  'Decimal must be a number with at most 18 digits before the point and 12 after it, e.g. "12.50".';

/** A text must be plain digits; a number may also be written with an exponent, as JSON writes small ones. */
function parseDecimal(text: string, isNumber: boolean): Decimal {
  if (!decimalText.test(text) && !isNumber) return fail(decimalProblem);
  const decimal = new Decimal(text);
  if (!decimal.isFinite() || decimal.e > 17 || decimal.decimalPlaces() > 12) return fail(decimalProblem);
  return decimal.isZero() ? new Decimal(0) : decimal; // never -0
}

/** In code a decimal is a `Decimal` of decimal.js; out it goes as plain digits, without exponent. */
export const DecimalScalar = new GraphQLScalarType({
  name: 'Decimal',
  serialize: (value) => new Decimal(value as Decimal.Value).toFixed(),
  parseValue: (value) =>
    typeof value === 'string' || typeof value === 'number'
      ? parseDecimal(String(value), typeof value === 'number')
      : fail('Decimal must be a number or its text.'),
  parseLiteral: (node) =>
    node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT
      ? parseDecimal(node.value, node.kind !== Kind.STRING)
      : fail('Decimal must be a number or its text.'),
});

export const URLScalar = textScalar('URL', (text) => {
  const url = text.length <= 2048 ? parseUrl(text) : null;
  return url && url.href.length <= 2048 && /^https?:$/.test(url.protocol) && !url.username && !url.password
    ? url.href
    : fail('URL must be an absolute http or https address without a password, of at most 2048 characters.');
});

const { parseValue: readEmail } = EmailAddressResolver;

/** At most 254 characters (RFC 5321), looked at before any pattern runs over it. */
export const EmailAddress = textScalar('EmailAddress', (text) => {
  if (text.length > 254) return fail('EmailAddress may have at most 254 characters.');
  try {
    return readEmail(text);
  } catch {
    return fail('EmailAddress must be an e-mail address, e.g. "ana@example.com".');
  }
});

export const scalars = {
  DateTime,
  LocalDate,
  TimeZone,
  Decimal: DecimalScalar,
  URL: URLScalar,
  EmailAddress,
  JSON: JSONResolver,
};
