import { createHash } from 'node:crypto';

/** Decides for one request whether the field with this label of `@override` comes from its new subgraph. */
export type OverrideDecision = (label: string, context: unknown) => boolean;

const PERCENT = /^percent\((\d+(?:\.\d+)?)\)$/;

/**
 * Decides `percent(N)`: for N of a hundred accounts, the same ones each time, and those of `percent(5)` are among those of `percent(10)`. A
 * request without an account takes its chance. Other labels are false.
 */
export const overrideByShare =
  (accountOf: (context: unknown) => string | undefined = () => undefined, chance = Math.random): OverrideDecision =>
  (label, context) => {
    const percent = PERCENT.exec(label)?.[1];
    if (percent === undefined) return false;
    const account = accountOf(context);
    return (account === undefined ? chance() : share(account)) * 100 < Number(percent);
  };

/** A number from 0 to below 1 that an account keeps. */
const share = (account: string) => createHash('sha256').update(account).digest().readUInt32BE() / 2 ** 32;
