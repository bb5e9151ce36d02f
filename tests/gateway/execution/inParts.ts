import type { GraphQLFormattedError } from 'graphql';
import { responseText, type TextResult } from '../../../gateway/execution/compiled/executor.ts';
import type { IncrementalResult } from '../../../gateway/execution/incremental.ts';
import { initialText, subsequentText } from '../../../gateway/execution/incrementalText.ts';

// A client of incremental delivery, as those of Apollo are.

type Data = Record<string, unknown> | null;

export interface Part {
  readonly path: readonly (string | number)[];
  readonly label?: string;
  readonly data: Data;
  readonly errors?: readonly GraphQLFormattedError[];
}

interface Initial {
  readonly data?: Data;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly hasNext?: boolean;
}

/** An answer as it was read to its end. */
export interface InParts {
  readonly initial: Initial;
  readonly messages: readonly { incremental?: readonly Part[]; hasNext: boolean }[];
  readonly parts: readonly Part[];
  /** All put together. */
  readonly whole: Data | undefined;
  readonly errors: readonly GraphQLFormattedError[];
}

export async function readInParts(result: TextResult | IncrementalResult): Promise<InParts> {
  if (!('initial' in result)) {
    const initial = JSON.parse(responseText(result)) as Initial;
    return { initial, messages: [], parts: [], whole: initial.data, errors: initial.errors ?? [] };
  }
  const initial = JSON.parse(initialText(result)) as Initial;
  const messages: InParts['messages'][number][] = [];
  for await (const message of result.subsequent) messages.push(JSON.parse(subsequentText(message)));
  const nexts = [initial, ...messages].map(({ hasNext }) => hasNext);
  if (nexts.some((hasNext, index) => hasNext !== index < nexts.length - 1))
    throw new Error(`Whether more comes was told wrongly: ${nexts}`);
  const parts = messages.flatMap(({ incremental = [] }) => incremental);
  const whole = structuredClone(initial.data);
  for (const { path, data } of parts) patch(whole, path, data);
  const errors = [initial, ...parts].flatMap((part) => part.errors ?? []);
  return { initial, messages, parts, whole, errors };
}

/** Adds a part where it belongs. A part that is null adds nothing. */
function patch(whole: unknown, path: readonly (string | number)[], data: Data): void {
  let target = whole;
  for (const element of path) {
    if (typeof target !== 'object' || target === null || !Object.hasOwn(target, element))
      throw new Error(`A part came for ${path.join('.')}, which is not there.`);
    target = (target as Record<string | number, unknown>)[element];
  }
  if (typeof target !== 'object' || target === null)
    throw new Error(`A part came for ${path.join('.')}, which is null.`);
  // A copy: later parts are added to what is taken here, and must not show in this one.
  if (data) merge(target as Record<string, unknown>, structuredClone(data));
}

function merge(target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(source)) {
    const present = Object.hasOwn(target, key) ? target[key] : undefined;
    if (typeof present === 'object' && present !== null && typeof value === 'object' && value !== null)
      merge(present as Record<string, unknown>, value as Record<string, unknown>);
    // Nulls are carried up in each part by itself: what another part has of the object stays, and parts may still come for it.
    else if (typeof present === 'object' && present !== null && value === null) continue;
    else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  }
}
