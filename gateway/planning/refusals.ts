import { GraphQLError } from 'graphql';

/** Why an operation has no plan, in a form that crosses threads. */
export interface RefusalReport {
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
  /** What went wrong inside, for our own log: clients never see it. */
  readonly cause?: string;
}

export const refusalOf = ({ message, extensions, cause }: RefusalReport): GraphQLError =>
  new GraphQLError(message, { originalError: cause === undefined ? undefined : new Error(cause), extensions });

export const reportOf = ({ message, extensions, originalError }: GraphQLError): RefusalReport => ({
  message,
  extensions,
  cause: originalError?.message,
});

/** The planner knows no way to these root fields. */
export const unplannable = (fields: readonly string[], cause?: unknown) =>
  new GraphQLError(`No plan was found for ${fields.map((field) => `"${field}"`).join(', ')}.`, {
    originalError: cause instanceof Error ? cause : undefined,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });

/** Planning would take, or took, more time or memory than an operation may have. */
export const tooComplex = (cause?: unknown) =>
  new GraphQLError('This operation is too complex to plan. Select less at once, or less deep.', {
    originalError: cause instanceof Error ? cause : undefined,
    extensions: { code: 'COST_LIMIT_EXCEEDED' },
  });

/** Too many new operations wait for a plan; those that were planned before are served all the same. */
export const tooBusy = () =>
  new GraphQLError('Too many new operations wait to be planned. Try again in a second.', {
    extensions: { code: 'RATE_LIMITED', retryAfter: 1, http: { status: 503 } },
  });

/** Planning itself broke down. */
export const broken = (cause: unknown) =>
  new GraphQLError('The operation could not be planned.', {
    originalError: cause instanceof Error ? cause : new Error(String(cause)),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });

const hasCode = (error: unknown, ...codes: string[]) =>
  error instanceof GraphQLError && codes.includes(error.extensions.code as string);

/** Whether the planner found no way, or lost it: a fault, were it not for what it was asked with. */
export const isUnplannable = (error: unknown) => hasCode(error, 'INTERNAL_SERVER_ERROR');

export const isTooComplex = (error: unknown) => hasCode(error, 'COST_LIMIT_EXCEEDED');

/** Whether the operation may be sound, and we will not plan it (now). */
export const isRefusal = (error: unknown) => hasCode(error, 'COST_LIMIT_EXCEEDED', 'RATE_LIMITED');

/** The planner's own limits, which it reports as plain errors; nesting without end shows as a full stack. */
const LIMITS = /^(Too many options generated|Number of non-local selections exceeds|Exceeded maximum recursive)/;

export const isLimit = (error: unknown) =>
  error instanceof RangeError || (error instanceof Error && LIMITS.test(error.message));
