import { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../subgraphs/shared/errors.ts';
import type { Bucket, Budget } from './budget.ts';
import type { Caller } from './caller.ts';
import { Charge, shown } from './charge.ts';
import type { Estimate, OperationCost } from './cost.ts';
import type { OperationRequest } from './operation.ts';

export interface DemandLimits {
  /** Most that one operation may be estimated to cost. A bucket's capacity limits it too. */
  readonly maximum: number;
  /** Of each account. */
  readonly authenticated: Bucket;
  /** Of each address from which nobody has signed in. */
  readonly anonymous: Bucket;
}

/**
 * Far from what an app does: its first screen is estimated at about 100 points, its dearest at 1,600. Somebody signed in may ask for a
 * thousand objects a second for ever, twenty times that at once; an address without anybody for enough to sign a whole office in.
 */
export const defaultLimits: DemandLimits = {
  maximum: 10_000,
  authenticated: { capacity: 20_000, restorePerSecond: 1_000 },
  anonymous: { capacity: 5_000, restorePerSecond: 500 },
};

export interface DemandControlOptions {
  readonly budget: Budget;
  readonly limits?: DemandLimits;
  /** `measure` counts and reports, and refuses nothing. */
  readonly mode?: 'enforce' | 'measure';
  /** Called for what is refused, or would be. */
  readonly onRefusal?: (refusal: DemandRefusal) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface DemandRefusal {
  readonly code: Extract<ErrorCode, 'COST_LIMIT_EXCEEDED' | 'RATE_LIMITED' | 'BAD_USER_INPUT'>;
  readonly account: string;
  readonly requested: number;
}

export interface DemandControl {
  /**
   * Charges the caller with what the operation is estimated to cost. A subscription is charged like one of its answers, once.
   * @throws GraphQLError: COST_LIMIT_EXCEEDED for what nobody may ask at once, RATE_LIMITED (HTTP 429, `retryAfter` in seconds) while the
   * caller has not enough points, BAD_USER_INPUT where a list's size must be given and is not.
   */
  admit(
    caller: Caller,
    operation: OperationCost,
    variables?: Readonly<Record<string, unknown>> | null,
  ): Promise<Charge>;
}

/** Estimate before, actual after, refund: nobody spends more than others can spare. */
export function createDemandControl(options: DemandControlOptions): DemandControl {
  const { budget, limits = defaultLimits, mode = 'enforce', onRefusal, now = Date.now } = options;

  const refuse = (refusal: DemandRefusal, error: () => GraphQLError) => {
    onRefusal?.(refusal);
    if (mode === 'enforce') throw error();
  };

  return {
    async admit(caller, operation, variables) {
      const { account } = caller;
      const bucket = caller.isAuthenticated ? limits.authenticated : limits.anonymous;
      const maximum = Math.min(limits.maximum, bucket.capacity);

      let estimate: Estimate = { cost: maximum, certain: 0 };
      try {
        estimate = operation.estimate(variables);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        refuse({ code: 'BAD_USER_INPUT', account, requested: maximum }, () => error);
      }
      const { cost: requested, certain } = estimate;
      if (requested > maximum)
        refuse({ code: 'COST_LIMIT_EXCEEDED', account, requested }, () => tooExpensive(requested, maximum));

      const standing = await budget.charge(account, requested, bucket);
      if (!standing.granted)
        refuse({ code: 'RATE_LIMITED', account, requested }, () => tooSoon(requested, standing.remaining, bucket));

      return new Charge(budget, account, bucket, standing, { requested, certain }, now);
    },
  };
}

/** Whether the request's `extensions` say `cost: true`: the client wants to see `extensions.cost`. */
export const asksForCost = ({ extensions }: OperationRequest): boolean =>
  typeof extensions === 'object' && extensions !== null && 'cost' in extensions && extensions.cost === true;

const tooExpensive = (requested: number, maximum: number) =>
  new GraphQLError(
    `This operation may cost ${requested} points, and ${maximum} is the most that one may cost. Ask for fewer items at once.`,
    { extensions: { code: 'COST_LIMIT_EXCEEDED' satisfies ErrorCode, requested, maximum } },
  );

function tooSoon(requested: number, remaining: number, { capacity, restorePerSecond }: Bucket): GraphQLError {
  const retryAfter = Math.max(1, Math.ceil((requested - remaining) / restorePerSecond));
  const message = `This operation may cost ${requested} points, and ${shown(remaining)} of ${capacity} are left. Try again in ${retryAfter} s.`;
  const code: ErrorCode = 'RATE_LIMITED';
  return new GraphQLError(message, { extensions: { code, retryAfter, requested, http: { status: 429 } } });
}
