import { gzipSync } from 'node:zlib';

/** A request that no honest client sends. */
export interface Abuse {
  readonly name: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the refusal: the status, and the code of its first error. */
  readonly status: number;
  readonly code: string;
}

const many = (count: number, part: (index: number) => string, separator = ' ') =>
  Array.from({ length: count }, (_, index) => part(index)).join(separator);
const asking = (query: string, rest: object = {}) => JSON.stringify({ query, ...rest });
const bad = { status: 400, code: 'BAD_USER_INPUT' };

/** Each level spreads the next one four times: 4^20 fields in under 1 kB. */
const bomb = `{ ...A } ${many(20, (n) => {
  const [name, next] = [n, n + 1].map((at) => String.fromCharCode(65 + at));
  return `fragment ${name} on Query{${`...${next} `.repeat(4)}}`;
})} fragment U on Query{__typename}`;

/**
 * Abusive input for `POST /graphql`, whatever the graph: only introspection and `__typename` are asked for. All of it is sent with
 * `accept: application/graphql-response+json`, by which what is wrong with an operation shows in the status.
 */
export const abuses: readonly Abuse[] = [
  { name: 'a fragment bomb of under 1 kB', body: asking(bomb), ...bad },
  {
    name: 'a chain of fragments of 100 kB',
    body: asking(
      `{ ...F0 } ${many(2_500, (n) => `fragment F${n} on Query { ...F${n + 1} }`)} fragment F2500 on Query { __typename }`,
    ),
    ...bad,
  },
  {
    name: 'a circle of fragments',
    body: asking('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'),
    ...bad,
  },
  { name: '1,000 aliases', body: asking(`{ ${many(1_000, (n) => `a${n}: __typename`)} }`), ...bad },
  {
    name: '1,000 aliases in a fragment',
    body: asking(`{ ...F } fragment F on Query { ${many(1_000, (n) => `a${n}: __typename`)} }`),
    ...bad,
  },
  { name: '5,000 times one field', body: asking(`{ ${many(5_000, () => '__typename')} }`), ...bad },
  { name: '1,000 directives', body: asking(`{ __typename ${many(1_000, () => '@include(if: true)')} }`), ...bad },
  {
    name: '1,000 operations',
    body: asking(
      many(1_000, (n) => `query Q${n} { __typename }`),
      { operationName: 'Q1' },
    ),
    ...bad,
  },
  { name: 'selections nested 20,000 deep', body: asking('{a'.repeat(20_000)), ...bad },
  {
    name: 'inline fragments nested 5,000 deep',
    body: asking(`{${'...{'.repeat(5_000)}__typename${'}'.repeat(5_001)}`),
    ...bad,
  },
  {
    name: 'lists nested 40,000 deep in an argument',
    body: asking(`{ __type(name: ${'['.repeat(40_000)}${']'.repeat(40_000)}) { name } }`),
    ...bad,
  },
  {
    name: 'introspection in circles',
    body: asking(`{ __schema { types { ${'fields { type { '.repeat(12)}name${' } }'.repeat(12)} } } }`),
    ...bad,
  },
  {
    name: '3,000 variables',
    body: asking(`query (${many(3_000, (n) => `$v${n}: Int`)}) { __typename }`),
    ...bad,
  },
  {
    name: 'variables nested 20,000 deep',
    body: `{"query":"query ($v: String) { __type(name: $v) { name } }","variables":{"v":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
    ...bad,
  },
  { name: 'a name of 90 kB', body: asking(`{ ${'x'.repeat(90_000)} }`), ...bad },
  { name: 'half a document', body: asking('{ __typename'), ...bad },
  { name: 'an unknown directive', body: asking('{ __typename @hack(me: true) }'), ...bad },
  { name: 'NUL characters', body: asking('{ \u0000__typename }'), ...bad },
  { name: 'an operation called __proto__', body: asking('{ __typename }', { operationName: '__proto__' }), ...bad },
  { name: 'no object', body: '"query"', ...bad },
  { name: 'a batch', body: JSON.stringify(Array.from({ length: 1_000 }, () => ({ query: '{ __typename }' }))), ...bad },
  { name: 'a query that is a number', body: '{"query":1}', ...bad },
  { name: 'variables that are a list', body: asking('{ __typename }', { variables: [1] }), ...bad },
  { name: 'extensions that are text', body: asking('{ __typename }', { extensions: 'x' }), ...bad },
  { name: 'no JSON', body: '{"query', ...bad },
  { name: 'invalid UTF-8', body: new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), ...bad },
  {
    name: 'a body of 20 MB',
    body: asking(`{ __typename } #${'x'.repeat(20_000_000)}`),
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
  },
  {
    name: 'a gzip bomb',
    body: gzipSync(Buffer.alloc(20_000_000, ' ')),
    headers: { 'content-encoding': 'gzip' },
    status: 415,
    code: 'BAD_USER_INPUT',
  },
  {
    name: 'a form, which pages may send unasked',
    body: 'query=%7B__typename%7D',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'BAD_USER_INPUT',
  },
  {
    name: 'JSON as plain text, which pages may send unasked',
    body: asking('{ __typename }'),
    headers: { 'content-type': 'text/plain' },
    status: 415,
    code: 'BAD_USER_INPUT',
  },
  {
    name: 'JSON in a charset that it does not have',
    body: asking('{ __typename }'),
    headers: { 'content-type': 'application/json; charset=utf-7' },
    status: 415,
    code: 'BAD_USER_INPUT',
  },
];
