import { GraphQLError } from 'graphql';
import { badInput } from '../../subgraphs/shared/errors.ts';
import { type AutomaticOptions, createAutomaticOperations } from './automaticOperations.ts';
import type { Caller } from './caller.ts';
import type { Manifest } from './manifest.ts';
import type { OperationRequest } from './operation.ts';
import { sha256 } from './sha256.ts';

/** A request that may name its document: by `extensions.persistedQuery`, or as `documentId` or `id`. */
export interface PersistedRequest extends OperationRequest {
  readonly documentId?: unknown;
  readonly id?: unknown;
}

/** The document of a request. */
export interface Resolved {
  readonly text: string;
  /** Hash under which to remember the text once it has been admitted; null when there is nothing to remember. */
  readonly register: string | null;
}

export interface PersistedOperations {
  /**
   * Finds the text of a request's document. Answers at once unless Redis has to be asked.
   * @throws GraphQLError
   */
  resolve(request: PersistedRequest, caller: Asker): Resolved | Promise<Resolved>;
  /** To be called when a resolved document has been found valid. */
  remember(resolved: Resolved): void;
  /** Texts of all manifests, to be prepared at start. */
  readonly bodies: Iterable<string>;
}

export interface PersistedOptions {
  readonly manifests?: readonly Manifest[];
  /** Automatic persisted queries, for trusted callers; none without this. */
  readonly automatic?: AutomaticOptions;
  /** Names of the clients that may run nothing but what the manifests hold; "*" is every client. Developers are free. */
  readonly safelist?: readonly string[];
}

type Asker = Pick<Caller, 'isTrusted' | 'isDeveloper' | 'client'>;

/** @throws Error when two manifests give one id to different texts. */
export function createPersistedOperations({
  manifests = [],
  automatic,
  safelist = [],
}: PersistedOptions): PersistedOperations {
  const byId = new Map<string, Resolved>();
  const bodies = new Set<string>();
  for (const { id, body } of manifests.flatMap(({ operations }) => operations)) {
    if ((byId.get(id)?.text ?? body) !== body) throw new Error(`Two persisted operations have the id "${id}".`);
    byId.set(id, { text: body, register: null });
    bodies.add(body);
  }
  const registered = automatic && createAutomaticOperations(automatic);
  const listed = new Set(safelist);
  const isListed = ({ client, isDeveloper }: Asker) =>
    !isDeveloper && (listed.has('*') || (client !== null && listed.has(client)));

  const find = (id: string, caller: Asker): Resolved | Promise<Resolved> => {
    const known = byId.get(id);
    if (known) return known;
    if (!registered || !caller.isTrusted || isListed(caller) || !HASH.test(id)) throw notFound();
    const text = registered.get(id);
    if (!(text instanceof Promise)) return asResolved(text);
    return text.then(asResolved);
  };

  return {
    bodies,
    resolve(request, caller) {
      const { query } = request;
      const id = readId(request);
      if (query === undefined || query === null || query === '') {
        if (id === null) throw badInput('Send a query, or the id of a persisted operation.');
        return find(id, caller);
      }
      if (typeof query !== 'string') throw badInput('The query must be a string.');
      const known = id === null ? undefined : byId.get(id);
      if (known?.text === query) return known;
      if (id !== null && (known || sha256(query) !== id)) throw badInput('The hash is not that of the query.');
      if (isListed(caller)) {
        if (!bodies.has(query)) throw notListed();
        return { text: query, register: null };
      }
      return { text: query, register: registered && caller.isTrusted ? id : null };
    },
    remember({ text, register }) {
      if (register !== null) registered?.set(register, text);
    },
  };
}

const HASH = /^[0-9a-f]{64}$/;
/** How clients that send a `documentId` may say that it is a hash. */
const PREFIX = 'sha256:';

/** The id that a request names, in whichever of the three ways. */
function readId({ extensions, documentId, id }: PersistedRequest): string | null {
  const persisted = (extensions as { persistedQuery?: unknown } | null | undefined)?.persistedQuery;
  if (persisted !== undefined && persisted !== null) {
    const { version, sha256Hash } = persisted as { version?: unknown; sha256Hash?: unknown };
    if (version !== 1) throw badInput('Only version 1 of "persistedQuery" is known.');
    if (!isId(sha256Hash)) throw badInput('"persistedQuery" needs a "sha256Hash".');
    return sha256Hash;
  }
  const named = documentId ?? id ?? null;
  if (named === null) return null;
  if (!isId(named)) throw badInput('The id of a persisted operation must be a string.');
  return named.startsWith(PREFIX) ? named.slice(PREFIX.length) : named;
}

const isId = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= 200;

function asResolved(text: string | undefined): Resolved {
  if (text === undefined) throw notFound();
  return { text, register: null };
}

/**
 * Clients know this by its message, and send the text then. Apollo iOS reads it only from an answer with status 200; no
 * cache may keep it.
 */
const notFound = () =>
  new GraphQLError('PersistedQueryNotFound', { extensions: { code: 'BAD_USER_INPUT', http: { status: 200 } } });

const notListed = () =>
  new GraphQLError('This client may run only its persisted operations.', {
    extensions: { code: 'FORBIDDEN', http: { status: 403 } },
  });
