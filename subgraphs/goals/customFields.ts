/**
 * Custom fields of a life area: typed definitions the user makes, and values checked against them. No raw JSON: what is
 * stored has passed here, so every reader may rely on it.
 */
import { Decimal } from 'decimal.js';
import { parseUrl } from '../shared/urls.ts';
import { isLocalDate } from './calendar.ts';

export type CustomFieldType = 'TEXT' | 'NUMBER' | 'BOOLEAN' | 'DATE' | 'SELECT' | 'URL';

export interface CustomFieldOption {
  /** Stored; stays when the label changes. */
  value: string;
  label: string;
}

export interface CustomFieldDefinition {
  /** Names the field in stored values: a letter, then letters, digits and underscores, at most 40. */
  key: string;
  label: string;
  type: CustomFieldType;
  required: boolean;
  /** SELECT only. */
  options?: CustomFieldOption[];
  /** NUMBER only; shown beside the value. */
  unit?: string;
}

/** NUMBER values are decimal strings, DATE values local dates, SELECT values an option's `value`. */
export type CustomFieldValue = string | boolean;
export type CustomFieldValues = Record<string, CustomFieldValue>;

/** REQUIRED, INVALID, TOO_LONG, TOO_MANY, DUPLICATE, UNKNOWN: what is wrong; `path` leads to it from the input's root. */
export interface CustomFieldIssue {
  code: 'REQUIRED' | 'INVALID' | 'TOO_LONG' | 'TOO_MANY' | 'DUPLICATE' | 'UNKNOWN';
  message: string;
  path: (string | number)[];
}

export type Checked<T> = { ok: true; value: T } | { ok: false; issues: CustomFieldIssue[] };

export const CUSTOM_FIELD_LIMITS = {
  fields: 50,
  options: 100,
  label: 80,
  unit: 20,
  text: 4_000,
  url: 2_000,
} as const;

const TYPES: readonly CustomFieldType[] = ['TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'SELECT', 'URL'];
const KEY = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;
const OPTION_VALUE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;
const NUMBER = /^[+-]?\d{1,15}(\.\d{1,10})?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/;

/** Checks the field definitions of a life area; on success they are trimmed, with `required` filled in. */
export function checkDefinitions(input: unknown): Checked<CustomFieldDefinition[]> {
  if (!Array.isArray(input)) return failed('INVALID', 'expected a list of field definitions', []);
  if (input.length > CUSTOM_FIELD_LIMITS.fields) {
    return failed('TOO_MANY', `at most ${CUSTOM_FIELD_LIMITS.fields} fields`, []);
  }
  const issues: CustomFieldIssue[] = [];
  const keys = new Set<string>();
  const value = input.map((raw: unknown, i) => {
    const field = checkDefinition(raw, [i], issues);
    if (field && keys.has(field.key))
      issues.push(issue('DUPLICATE', `the key "${field.key}" is used twice`, [i, 'key']));
    if (field) keys.add(field.key);
    return field;
  });
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, value: value.filter((field) => field !== null) };
}

function checkDefinition(
  raw: unknown,
  path: (string | number)[],
  issues: CustomFieldIssue[],
): CustomFieldDefinition | null {
  if (!isRecord(raw)) {
    issues.push(issue('INVALID', 'expected a field definition', path));
    return null;
  }
  const { key, type, required = false, options, unit } = raw;
  const before = issues.length;
  if (typeof key !== 'string' || !KEY.test(key)) {
    const rule = 'a key is a letter followed by up to 39 letters, digits or underscores';
    issues.push(issue(key === undefined ? 'REQUIRED' : 'INVALID', rule, [...path, 'key']));
  }
  if (!TYPES.includes(type as CustomFieldType)) {
    issues.push(
      issue(type === undefined ? 'REQUIRED' : 'INVALID', `a type is one of ${TYPES.join(', ')}`, [...path, 'type']),
    );
  }
  if (typeof required !== 'boolean') issues.push(issue('INVALID', 'expected true or false', [...path, 'required']));
  const label = checkLabel(raw.label, CUSTOM_FIELD_LIMITS.label, [...path, 'label'], issues);
  const checkedUnit = unit == null ? undefined : checkLabel(unit, CUSTOM_FIELD_LIMITS.unit, [...path, 'unit'], issues);
  if (unit != null && type !== 'NUMBER') issues.push(issue('INVALID', 'only a NUMBER has a unit', [...path, 'unit']));
  const checkedOptions = type === 'SELECT' ? checkOptions(options, [...path, 'options'], issues) : undefined;
  if (type !== 'SELECT' && options != null) {
    issues.push(issue('INVALID', 'only a SELECT has options', [...path, 'options']));
  }
  if (issues.length > before) return null;
  return {
    key: key as string,
    label,
    type: type as CustomFieldType,
    required: required as boolean,
    ...(checkedOptions ? { options: checkedOptions } : {}),
    ...(checkedUnit ? { unit: checkedUnit } : {}),
  };
}

function checkOptions(raw: unknown, path: (string | number)[], issues: CustomFieldIssue[]): CustomFieldOption[] {
  if (!Array.isArray(raw) || raw.length === 0) {
    issues.push(issue('REQUIRED', 'a SELECT needs at least one option', path));
    return [];
  }
  if (raw.length > CUSTOM_FIELD_LIMITS.options) {
    issues.push(issue('TOO_MANY', `at most ${CUSTOM_FIELD_LIMITS.options} options`, path));
    return [];
  }
  const seen = new Set<string>();
  return raw.map((option: unknown, i) => {
    const at = [...path, i];
    const { value, label } = isRecord(option) ? option : ({} as Record<string, unknown>);
    if (typeof value !== 'string' || !OPTION_VALUE.test(value)) {
      const rule = 'an option value is up to 40 letters, digits, underscores and hyphens';
      issues.push(issue(value === undefined ? 'REQUIRED' : 'INVALID', rule, [...at, 'value']));
    } else if (seen.has(value)) {
      issues.push(issue('DUPLICATE', `the option "${value}" is given twice`, [...at, 'value']));
    } else seen.add(value);
    return { value: String(value), label: checkLabel(label, CUSTOM_FIELD_LIMITS.label, [...at, 'label'], issues) };
  });
}

function checkLabel(raw: unknown, length: number, path: (string | number)[], issues: CustomFieldIssue[]): string {
  if (typeof raw !== 'string' || raw.trim() === '') {
    issues.push(issue('REQUIRED', 'expected some text', path));
    return '';
  }
  const text = raw.trim();
  if (text.length > length) issues.push(issue('TOO_LONG', `at most ${length} characters`, path));
  if (CONTROL.test(text)) issues.push(issue('INVALID', 'control characters are not allowed', path));
  return text;
}

/**
 * Checks values against their definitions; on success they are normalised (trimmed text, canonical decimals and URLs) and
 * hold only what was given. Null or absent means no value. A key without a definition is an issue, not dropped in silence.
 */
export function checkValues(definitions: readonly CustomFieldDefinition[], input: unknown): Checked<CustomFieldValues> {
  if (!isRecord(input)) return failed('INVALID', 'expected an object of field values', []);
  const issues: CustomFieldIssue[] = [];
  const known = new Set(definitions.map((field) => field.key));
  for (const key of Object.keys(input)) {
    if (known.has(key)) continue;
    issues.push(issue('UNKNOWN', `this life area has no field "${key.slice(0, 40)}"`, [key]));
    if (issues.length >= CUSTOM_FIELD_LIMITS.fields) return { ok: false, issues };
  }
  const values: [string, CustomFieldValue][] = [];
  for (const field of definitions) {
    const raw = Object.hasOwn(input, field.key) ? input[field.key] : null;
    if (raw === null || raw === undefined || raw === '') {
      if (field.required) issues.push(issue('REQUIRED', `${field.label} is required`, [field.key]));
      continue;
    }
    const checked = checkValue(field, raw);
    if (typeof checked === 'object') issues.push({ ...checked, path: [field.key] });
    else values.push([field.key, checked]);
  }
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: Object.fromEntries(values) };
}

function checkValue(field: CustomFieldDefinition, raw: unknown): CustomFieldValue | Omit<CustomFieldIssue, 'path'> {
  switch (field.type) {
    case 'TEXT':
      if (typeof raw !== 'string' || CONTROL.test(raw)) return invalid('expected text without control characters');
      if (raw.length <= CUSTOM_FIELD_LIMITS.text) return raw.trim();
      return { code: 'TOO_LONG', message: `at most ${CUSTOM_FIELD_LIMITS.text} characters` };
    case 'NUMBER':
      return checkNumber(raw);
    case 'BOOLEAN':
      return typeof raw === 'boolean' ? raw : invalid('expected true or false');
    case 'DATE':
      return typeof raw === 'string' && isLocalDate(raw) ? raw : invalid('expected a date, YYYY-MM-DD');
    case 'SELECT': {
      const options = field.options ?? [];
      if (options.some((option) => option.value === raw)) return raw as string;
      return invalid(
        `expected one of ${options
          .slice(0, 20)
          .map((option) => option.value)
          .join(', ')}`,
      );
    }
    case 'URL':
      return checkUrl(raw);
  }
}

function checkNumber(raw: unknown): string | Omit<CustomFieldIssue, 'path'> {
  const text = typeof raw === 'number' && Number.isFinite(raw) ? new Decimal(raw).toFixed() : raw;
  if (typeof text !== 'string' || !NUMBER.test(text.trim())) {
    return invalid('expected a number of at most 15 digits, with at most 10 after the point');
  }
  const canonical = new Decimal(text.trim()).toFixed();
  return canonical === '-0' ? '0' : canonical;
}

function checkUrl(raw: unknown): string | Omit<CustomFieldIssue, 'path'> {
  const url = typeof raw === 'string' ? parseUrl(raw.trim()) : null;
  if (!url) return invalid('expected a web address');
  // Clients make links of these: javascript: and data: must never get this far.
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return invalid('expected an http or https address');
  if (url.username || url.password) return invalid('an address must not hold a password');
  if (url.href.length > CUSTOM_FIELD_LIMITS.url) {
    return { code: 'TOO_LONG', message: `at most ${CUSTOM_FIELD_LIMITS.url} characters` };
  }
  return url.href;
}

function invalid(message: string): Omit<CustomFieldIssue, 'path'> {
  return { code: 'INVALID', message };
}

function issue(code: CustomFieldIssue['code'], message: string, path: (string | number)[]): CustomFieldIssue {
  return { code, message, path };
}

function failed(code: CustomFieldIssue['code'], message: string, path: (string | number)[]): Checked<never> {
  return { ok: false, issues: [issue(code, message, path)] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
