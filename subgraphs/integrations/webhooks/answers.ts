import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Scope } from '../../shared/context.ts';
import type { Db } from '../../shared/db.ts';
import { UserErrors, upstreamFailed } from '../../shared/errors.ts';
import { type Graph, type GraphAnswer, GraphUnreachable } from '../../shared/graph.ts';
import { withTaskToken } from '../../shared/taskTokens.ts';

/** Whose subscription is asked, with which rights. */
export interface Asking {
  userId: string;
  /** Id of the webhook. */
  id: string;
  document: string;
  variables: unknown;
  scopes: readonly Scope[];
  keyId: string | null;
}

interface Means {
  db: Db;
  graph: Graph;
  now: () => Date;
}

/** What the graph says of one event. */
export type Answered =
  | { kind: 'DATA'; data: Record<string, unknown>; errors: readonly GraphQLFormattedError[] }
  /** There is no such event, or none that the subscription brings. */
  | { kind: 'NOTHING' }
  /** It would be the same next time. */
  | { kind: 'REFUSED'; messages: string[] }
  /** The key behind it has ended. */
  | { kind: 'ENDED' }
  /** It may be better next time. */
  | { kind: 'AWAY'; message: string };

const passing = new Set(['UPSTREAM_FAILED', 'INTERNAL_SERVER_ERROR', 'RATE_LIMITED']);

/** Asks what a subscription says of one event; with null, only whether the document is valid and allowed. */
export async function askFor(
  { db, graph, now }: Means,
  asking: Asking,
  event: string | null,
  signal?: AbortSignal,
): Promise<Answered> {
  const { userId, id, document: query, scopes, keyId } = asking;
  const behalf = keyId === null ? null : ({ kind: 'apiKey', id: keyId } as const);
  const task = { userId, kind: 'webhook', taskId: id, scopes, behalf } as const;
  const variables = asking.variables as Record<string, unknown>;
  try {
    return read(
      await withTaskToken(db, task, { now: now(), seconds: 60 }, (token) =>
        graph.ask({ token, query, variables, event, requestId: id, ...(signal && { signal }) }),
      ),
    );
  } catch (error) {
    if (error instanceof GraphQLError) return read({ errors: [error.toJSON()] });
    if (error instanceof GraphUnreachable) return { kind: 'AWAY', message: 'The graph did not answer.' };
    throw error;
  }
}

function read({ data, errors = [] }: GraphAnswer): Answered {
  const codes = errors.map(({ extensions }) => String(extensions?.code));
  if (codes.includes('UNAUTHENTICATED')) return { kind: 'ENDED' };
  const away = errors.find((_, i) => passing.has(codes[i]!));
  if (away) return { kind: 'AWAY', message: away.message };
  if (data) return { kind: 'DATA', data, errors };
  return errors.length > 0 ? { kind: 'REFUSED', messages: errors.map(({ message }) => message) } : { kind: 'NOTHING' };
}

/**
 * Asks the graph whether a document is valid, and allowed with these rights. No transaction may be open meanwhile.
 * @throws UserErrors INVALID at `document`; GraphQLError UPSTREAM_FAILED.
 */
export async function checkDocument(db: Db, { graph, now }: Omit<Means, 'db'>, asking: Asking): Promise<void> {
  const answer = await askFor({ db, graph, now }, asking, null);
  if (answer.kind === 'REFUSED') {
    throw new UserErrors(
      answer.messages.slice(0, 10).map((message) => ({ code: 'INVALID' as const, message, path: ['document'] })),
    );
  }
  if (answer.kind !== 'NOTHING') throw upstreamFailed('The document could not be checked. Try again soon.');
}
