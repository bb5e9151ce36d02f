import { Decimal } from 'decimal.js';
import { type UserError, type UserErrorCode, UserErrors } from './errors.ts';
import { isId, type Kind } from './ids.ts';
import { isStorable } from './storable.ts';

type Path = (string | number)[];

/**
 * Collects what is wrong with an input, so that a person sees everything at once. Each check returns whether it held;
 * `done()` throws if any did not. Absent (`null`, `undefined`) values pass: use `required` for those that must be there.
 */
export class Checks {
  readonly #errors: UserError[] = [];

  add(code: UserErrorCode, path: Path, message: string): false {
    this.#errors.push({ code, path: path.map(String), message });
    return false;
  }

  that(holds: boolean, path: Path, message: string, code: UserErrorCode = 'INVALID'): boolean {
    return holds || this.add(code, path, message);
  }

  required(path: Path, value: unknown): boolean {
    return value != null || this.add('REQUIRED', path, `"${path.at(-1)}" is needed.`);
  }

  /** Text of `min` to `max` characters (code points), not just blanks when `min` > 0. */
  text(path: Path, value: string | null | undefined, max: number, min = 1): boolean {
    if (value == null) return true;
    const length = value.length > max * 2 ? max + 1 : [...value].length;
    if (length > max) return this.add('LIMIT', path, `"${path.at(-1)}" may have at most ${max} characters.`);
    if (min > 0 && value.trim().length < min) return this.add('INVALID', path, `"${path.at(-1)}" must not be empty.`);
    return true;
  }

  number(path: Path, value: Decimal.Value | null | undefined, low: Decimal.Value, high: Decimal.Value): boolean {
    if (value == null) return true;
    const decimal = new Decimal(value);
    return (
      (decimal.gte(low) && decimal.lte(high)) ||
      this.add('INVALID', path, `"${path.at(-1)}" must be between ${low} and ${high}.`)
    );
  }

  /** At most `max` items. */
  list(path: Path, value: readonly unknown[] | null | undefined, max: number, min = 0): boolean {
    if (value == null) return true;
    if (value.length > max) return this.add('LIMIT', path, `"${path.at(-1)}" may have at most ${max} items; split it.`);
    return value.length >= min || this.add('REQUIRED', path, `"${path.at(-1)}" needs at least ${min} items.`);
  }

  /** An id that the client made itself: it must be well formed for its kind. */
  newId(path: Path, kind: Kind, value: string | null | undefined): boolean {
    return (
      value == null ||
      isId(kind, value) ||
      this.add(
        'INVALID',
        path,
        `An id made by the client must be "${kind}_" and the 32 hexadecimal digits of a UUIDv7.`,
      )
    );
  }

  get failed(): boolean {
    return this.#errors.length > 0;
  }

  get errors(): readonly UserError[] {
    return this.#errors;
  }

  /** @throws UserErrors with everything found. */
  done(): void {
    if (this.#errors.length > 0) throw new UserErrors(this.#errors);
  }
}

/** Deeper input than any of ours; it would also take the stack of whoever walks through it. */
const deepest = 64;

/**
 * The way to the first text or member name that cannot be stored, or to what is nested too deep; null when all is well.
 * A bad name is not part of the path: it could not be shown.
 */
export function findNul(value: unknown, path: Path = []): Path | null {
  if (typeof value === 'string') return isStorable(value) ? null : path;
  if (value === null || typeof value !== 'object' || value instanceof Date || Decimal.isDecimal(value)) return null;
  if (path.length > deepest) return path.slice(0, 3);
  for (const [name, part] of Object.entries(value)) {
    const found = isStorable(name) ? findNul(part, [...path, name]) : path;
    if (found) return found;
  }
  return null;
}
