import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { ResponsePath } from './targets.ts';

/** Told when a subgraph could not be asked: for the log and the metrics, never for the client. */
export type FailureListener = (failure: {
  subgraph: string;
  path: ResponsePath;
  cause: unknown;
  /** The request's, where the failure is of one request. */
  context?: unknown;
}) => void;

/** Why a fetch was given up, said so that a client may read it. */
export class FetchFailure extends Error {}

/** A subgraph's own error at its place in the client's response. Where the subgraph found it in its text means nothing to the client. */
export const subgraphError = (error: GraphQLFormattedError, path: ResponsePath): GraphQLError =>
  new GraphQLError(error.message, { path, extensions: { ...error.extensions } });

/** One error for a fetch that brought nothing. It names the subgraph and never its address or the reason. */
export const failedFetch = (subgraph: string, path: ResponsePath, cause: unknown): GraphQLError =>
  new GraphQLError(`The subgraph "${subgraph}" ${cause instanceof FetchFailure ? cause.message : 'did not answer'}.`, {
    path,
    extensions: { code: 'UPSTREAM_FAILED', subgraph },
  });
