/** Media types of whole answers (GraphQL over HTTP). */
export type AnswerType = 'application/json' | 'application/graphql-response+json';

/** What a client can read, as its `Accept` header says. */
export interface Accepted {
  /** For an answer in one piece; undefined when the client reads neither form. */
  readonly type: AnswerType | undefined;
  /** Whether `@defer` may come in parts: `multipart/mixed; deferSpec=20220824`. */
  readonly defer: boolean;
  /** How a subscription may be answered: `text/event-stream`, or `multipart/mixed; subscriptionSpec=1.0`. */
  readonly subscription: 'sse' | 'multipart' | undefined;
}

const NOTHING: Accepted = { type: undefined, defer: false, subscription: undefined };
const ANYTHING: Accepted = { ...NOTHING, type: 'application/json' };

/** Few programs, each with one header: remembered, so that a request costs a look-up. */
const known = new Map<string, Accepted>();
const capacity = 200;

/**
 * Reads an `Accept` header (RFC 9110 §12.5.1): the largest weight wins, then the order. Wildcards, and no header at all, mean
 * `application/json`, as GraphQL over HTTP wants it of clients from before `application/graphql-response+json`.
 */
export function readAccept(header: string | undefined): Accepted {
  if (header === undefined) return ANYTHING;
  let accepted = known.get(header);
  if (!accepted) {
    accepted = parseAccept(header);
    if (known.size >= capacity) known.clear();
    known.set(header, accepted);
  }
  return accepted;
}

function parseAccept(header: string): Accepted {
  const ranges = header
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
      const values = new Map(parameters.map((parameter) => parameter.split('=').map(plain) as [string, string]));
      const weight = Number(values.get('q') ?? 1);
      return { type, values, weight: Number.isFinite(weight) ? weight : 0 };
    })
    .filter(({ weight }) => weight > 0)
    // Array.prototype.sort is stable: equal weights keep their order.
    .sort((a, b) => b.weight - a.weight);
  let { type, defer, subscription } = NOTHING as { -readonly [Key in keyof Accepted]: Accepted[Key] };
  for (const range of ranges) {
    switch (range.type) {
      case 'application/json':
      case 'application/graphql-response+json':
        type ??= range.type;
        break;
      case '*/*':
      case 'application/*':
        type ??= 'application/json';
        break;
      case 'text/event-stream':
        subscription ??= 'sse';
        break;
      case 'multipart/mixed':
        if (range.values.has('subscriptionspec')) subscription ??= 'multipart';
        else defer = true;
    }
  }
  return { type, defer, subscription };
}

const plain = (text: string) => text.trim().replace(/^"(.*)"$/, '$1');
