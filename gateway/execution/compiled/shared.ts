import type { Projection, Writer } from './projection.ts';

/** The text of a list or object, and the writer that it is from. */
interface Written {
  writer: Writer | undefined;
  text: string;
}

/** Lists and objects of the merged tree that are at several places, with their texts as soon as they are written. */
export class SharedTexts {
  readonly #texts = new Map<unknown, Written>();

  /** Says of a value that it is at several places. */
  add(value: unknown): void {
    if (typeof value === 'object' && value !== null && !this.#texts.has(value))
      this.#texts.set(value, { writer: undefined, text: '' });
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
    if (known.writer === writer) return known.text;
    const { length } = projection.findings;
    const text = writer.write(value, projection);
    if (text !== undefined && projection.findings.length === length) {
      known.writer = writer;
      known.text = text;
    }
    return text;
  },
});
