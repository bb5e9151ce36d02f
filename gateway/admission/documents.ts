import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  parse,
  Source,
  validate,
} from 'graphql';
import { badInput } from '../../subgraphs/shared/errors.ts';
import { BoundedMap, type Bounds } from '../boundedMap.ts';

import { measure } from './extent.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { scan } from './scan.ts';
import { sha256 } from './sha256.ts';

/**
 * One operation of a document that was let in. There is one such object for each, as long as its document is remembered:
 * whoever works something out for an operation keeps it in a WeakMap under this.
 */
export interface Operation {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly name: string | null;
  readonly node: OperationDefinitionNode;
  readonly document: CheckedDocument;
  /** Asks for `__schema` or `__type`, be it through fragments. */
  readonly introspects: boolean;
}

/** A document within the limits, and valid. */
export interface CheckedDocument {
  readonly text: string;
  /** SHA-256 of the text, in hex. */
  readonly hash: string;
  readonly document: DocumentNode;
  readonly operations: readonly Operation[];
  readonly errors?: undefined;
  /** @throws GraphQLError when there is no such operation, or several and none is named. */
  operation(name: string | null | undefined): Operation;
}

/** A document that nobody may run. */
export interface RefusedDocument {
  readonly errors: readonly GraphQLError[];
  /** What said no. Only validation's sentences tell of the schema. */
  readonly stage: 'text' | 'limits' | 'validation';
}

export interface DocumentsStatistics {
  readonly entries: number;
  readonly refused: number;
  readonly hits: number;
  readonly misses: number;
}

export interface Documents {
  /** What became of this text: looked at once, then remembered. */
  get(text: string): CheckedDocument | RefusedDocument;
  /** Looks at a text now and, if it is let in, never forgets it: for persisted operations, of which there are few. */
  prepare(text: string): CheckedDocument | RefusedDocument;
  readonly statistics: DocumentsStatistics;
}

export interface DocumentsOptions {
  readonly schema: GraphQLSchema;
  readonly limits?: Limits;
  /** What to remember of documents that were let in; their weight is roughly their bytes on the heap. */
  readonly capacity?: Bounds;
  /** Whether errors guess what was meant: they name what the schema has. */
  readonly suggestions?: boolean;
}

/** Refusals are remembered too, so that the same attack again costs one look-up; what they weigh is their text. */
const refusedCapacity: Bounds = { entries: 1_000, weight: 4_000_000, largest: 1_000_000 };
/** Bytes that a token takes as part of a document: itself, its nodes, their locations. */
const BYTES_PER_TOKEN = 400;
/** V8 hashes longer strings by their length alone, and a map would compare a text with all others as long. */
const LONGEST_KEY = 16_000;
/** Errors that are answered; validation adds one that says that it stopped. */
const MOST_ERRORS = 9;

/** The checked documents of one schema. Another schema needs another one. */
export function createDocuments({
  schema,
  limits = DEFAULT_LIMITS,
  capacity = { entries: 2_000, weight: 64_000_000, largest: 16_000_000 },
  suggestions = true,
}: DocumentsOptions): Documents {
  const prepared = new Map<string, CheckedDocument>();
  const accepted = new BoundedMap<CheckedDocument>(capacity);
  const refused = new BoundedMap<RefusedDocument>(refusedCapacity);
  let hits = 0;
  let misses = 0;

  const check = (text: string): { found: CheckedDocument | RefusedDocument; tokens: number } => {
    const source = new Source(text);
    let stage: RefusedDocument['stage'] = 'text';
    let tokens = 0;
    try {
      tokens = scan(source, limits);
      const document = parse(source);
      stage = 'limits';
      const extents = measure(document, limits);
      stage = 'validation';
      const errors = validate(schema, document, undefined, { maxErrors: MOST_ERRORS, hideSuggestions: !suggestions });
      if (errors.length) return { found: { errors: errors.map(refusal), stage }, tokens };
      return { found: checked(text, document, extents), tokens };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { found: { errors: [refusal(error)], stage }, tokens };
    }
  };

  const look = (text: string, remember: (key: string, found: CheckedDocument, tokens: number) => void) => {
    // Before the text is hashed: what is too long for sure is not worth remembering.
    if (text.length > limits.bytes) return check(text).found;
    const key = keyOf(text);
    const known = prepared.get(key) ?? accepted.get(key) ?? refused.get(key);
    if (known) {
      hits++;
      return known;
    }
    misses++;
    const { found, tokens } = check(text);
    if (found.errors) refused.set(key, found, 2 * text.length);
    else remember(key, found, tokens);
    return found;
  };

  return {
    get: (text) =>
      look(text, (key, found, tokens) => accepted.set(key, found, 2 * text.length + tokens * BYTES_PER_TOKEN)),
    prepare(text) {
      const found = look(text, () => {});
      if (!found.errors) prepared.set(keyOf(text), found);
      return found;
    },
    get statistics() {
      return { entries: prepared.size + accepted.size, refused: refused.size, hits, misses };
    },
  };
}

const keyOf = (text: string) => (text.length > LONGEST_KEY ? sha256(text) : text);

function checked(text: string, document: DocumentNode, extents: ReturnType<typeof measure>): CheckedDocument {
  const byName = new Map<string, Operation>();
  const operations: Operation[] = [];
  const found: CheckedDocument = {
    text,
    hash: sha256(text),
    document,
    operations,
    operation(name) {
      if (!name) {
        if (operations.length === 1) return operations[0]!;
        throw badInput('The document has several operations: say which by operationName.');
      }
      const operation = byName.get(name);
      if (!operation) throw badInput(`The document has no operation "${name.slice(0, 100)}".`);
      return operation;
    },
  };
  for (const [node, { introspectionDepth }] of extents) {
    const name = node.name?.value ?? null;
    const operation = { kind: node.operation, name, node, document: found, introspects: introspectionDepth > 0 };
    operations.push(operation);
    if (name !== null) byName.set(name, operation);
  }
  return found;
}

/** The error with a code, and without the nodes, which would keep the whole tree. Some messages repeat what was sent. */
function refusal({ message, source, positions, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message.length > 1_000 ? `${message.slice(0, 1_000)}…` : message, {
    source,
    positions,
    extensions: { code: 'BAD_USER_INPUT', ...extensions },
  });
}
