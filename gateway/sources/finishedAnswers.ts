import type { Source, SubgraphResponse } from './source.ts';

/**
 * For a subgraph that answers its subscriptions itself: an event is its answer already, so nobody is asked for it. Whatever is no event
 * goes to the source.
 */
export const withFinishedAnswers = (source: Source): Source => ({
  execute: (request) =>
    request.event === undefined
      ? source.execute(request)
      : // Several operations may answer one event, and each changes the answer that it gets.
        Promise.resolve(copyOf(request.event as SubgraphResponse)),
});

/** A copy of what JSON can hold. */
function copyOf<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') Object.defineProperty(copy, name, { value: copyOf(member), enumerable: true });
    else copy[name] = copyOf(member);
  }
  return copy as Value;
}
