/** A number that is known already, or the place in a formula of one that a request's variables decide. */
export type Term = number | { readonly at: number };

export type Variables = Readonly<Record<string, unknown>>;

/** NaN says that the step refuses these variables. */
type Step = (slots: Float64Array, variables: Variables) => number;

const saturated = (value: number) => (value > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : value);

/**
 * Arithmetic that is done once for all requests as far as it can be. What depends on variables becomes a step, and a step that several others
 * use is done once: a formula takes the time of its steps, however often fragments multiply what they stand for. Results stop growing at
 * `Number.MAX_SAFE_INTEGER`; NaN goes through to the end, except under a condition that does not hold.
 */
export class Formula {
  readonly #steps: Step[] = [];
  readonly #names = new Map<number, string>();

  /** A number read from variables. The name is for `refusedBy`. */
  read(name: string, step: (variables: Variables) => number): Term {
    const term = this.#add((_slots, variables) => saturated(step(variables)));
    this.#names.set(term.at, name);
    return term;
  }

  sum(terms: readonly Term[]): Term {
    const { known, places } = split(terms);
    const constant = saturated(known.reduce((sum, value) => sum + value, 0));
    if (!places.length) return constant;
    if (places.length === 1 && constant === 0) return { at: places[0] as number };
    return this.#add((slots) => {
      let sum = constant;
      for (const place of places) sum += slots[place] as number;
      return saturated(sum);
    });
  }

  times(left: Term, right: Term): Term {
    if (left === 0 || right === 0) return 0;
    if (left === 1) return right;
    if (right === 1) return left;
    if (typeof left === 'number' && typeof right === 'number') return saturated(left * right);
    return this.#add((slots) => saturated(value(left, slots) * value(right, slots)));
  }

  /** The largest of the terms, and never less than zero. */
  largest(terms: readonly Term[]): Term {
    const { known, places } = split(terms);
    const constant = Math.max(0, ...known);
    if (!places.length) return constant;
    return this.#add((slots) => {
      let largest = constant;
      for (const place of places) largest = Math.max(largest, slots[place] as number);
      return largest;
    });
  }

  /** The term where the condition holds, else zero. */
  when(holds: (variables: Variables) => boolean, term: Term): Term {
    if (term === 0) return 0;
    return this.#add((slots, variables) => (holds(variables) ? value(term, slots) : 0));
  }

  /** The numbers of all places, for `value`. */
  evaluate(variables: Variables): Float64Array {
    const slots = new Float64Array(this.#steps.length);
    for (let at = 0; at < slots.length; at++) slots[at] = (this.#steps[at] as Step)(slots, variables);
    return slots;
  }

  /** Name of the first number that was refused. */
  refusedBy(slots: Float64Array): string | undefined {
    for (const [at, name] of this.#names) if (Number.isNaN(slots[at])) return name;
    return undefined;
  }

  #add(step: Step): { at: number } {
    return { at: this.#steps.push(step) - 1 };
  }
}

export const value = (term: Term, slots: Float64Array): number =>
  typeof term === 'number' ? term : (slots[term.at] as number);

function split(terms: readonly Term[]): { known: number[]; places: number[] } {
  const known: number[] = [];
  const places: number[] = [];
  for (const term of terms) {
    if (typeof term === 'number') known.push(term);
    else places.push(term.at);
  }
  return { known, places };
}
