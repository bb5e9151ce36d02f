import type { Projection, Writer } from './projection.ts';

/** The text of a list or object, the writer that it is from, and what it weighs. */
interface Written {
  writer: Writer | undefined;
  text: string;
  weight: number;
}

/** Lists and objects of the merged tree that are at several places, with their texts as soon as they are written. */
export class SharedTexts {
  readonly #texts = new Map<unknown, Written>();

  /** Says of a value that it is at several places. */
  add(value: unknown): void {
    if (typeof value === 'object' && value !== null && !this.#texts.has(value))
      this.#texts.set(value, { writer: undefined, text: '', weight: 0 });
  }

  get(value: unknown): Written | undefined {
    return this.#texts.get(value);
  }
}

/**
 * The writer, which writes a value that is at several places once. Unless something was found in it: that must be told at each of its places,
 * so it is written again.
 */
export const writingOnce = (writer: Writer): Writer => ({
  write(value: unknown, projection: Projection): string | undefined {
    const known = projection.shared?.get(value);
    if (known === undefined) return writer.write(value, projection);
    if (known.writer === writer) {
      projection.weight += known.weight;
      return known.text;
    }
    const { weight, findings } = projection;
    const { length } = findings;
    const text = writer.write(value, projection);
    if (text !== undefined && findings.length === length) {
      known.writer = writer;
      known.text = text;
      known.weight = projection.weight - weight;
    }
    return text;
  },
});
