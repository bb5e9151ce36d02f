import { isNativeError } from 'node:util/types';
import { pino } from 'pino';

export interface Log {
  debug(fields: object, message?: string): void;
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
  child(fields: object): Log;
}

/** Fields that are never written, wherever they stand: credentials, and what people say and write. */
const secretName =
  /token|secret|password|passphrase|authori[sz]ation|cookie|credential$|apikey|api_key|privatekey|private_key|ciphertext|^(code|nonce|email|note|notes|content|text|body|input|variables|args)$/i;

/** The same things inside other texts, such as the message of an error: what is recognisable by its form. */
const secretForms: [RegExp, string][] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [redacted]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted]'],
  [/(\w:\/\/)[^\s/@"\\]+@/g, '$1[redacted]@'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)/gs, '[redacted]'],
  [/[\w.+-]+@[\w-]+(\.[\w-]+)*\.[a-z]{2,}\b/gi, '[e-mail]'],
];

/**
 * One JSON line an event, with the secrets that might slip in cut out. Values are JSON-escaped, so that CR/LF in input
 * cannot forge a line.
 */
export function createLog(level: string, name = 'jarvis', stream?: { write(line: string): void }): Log {
  const options = {
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: object) => redact(fields) as Record<string, unknown>,
    },
    hooks: {
      streamWrite: (line: string) => secretForms.reduce((text, [form, instead]) => text.replace(form, instead), line),
    },
  };
  const log = stream ? pino(options, stream) : pino(options);
  // The formatter does not see the fields of children; children of children inherit this.
  const child = log.child;
  log.child = function (this: typeof log, fields: object) {
    return child.call(this, redact(fields) as Record<string, unknown>);
  } as typeof log.child;
  return log as unknown as Log;
}

/** A copy without secrets. */
function redact(value: unknown, depth = 0): unknown {
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? String(value) : value;
  if (value instanceof Error || isNativeError(value)) return describeError(value);
  if (value instanceof Date) return value;
  if (depth > 5) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, 100).map((part) => redact(part, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, secretName.test(name) ? '[redacted]' : redact(part, depth + 1)]),
  );
}

/** Name, message and stack: the other fields of an error may quote rows or requests. */
function describeError({ name, message, stack = '' }: Error) {
  // This one prints the whole call with its arguments, and what was wrong in the last line.
  const quotes = /^\s*Invalid `.*` invocation/.test(message);
  const [about = '', ...lines] = message.trim().split('\n');
  return {
    name,
    message: quotes ? `${about} ${lines.at(-1) ?? ''}` : message,
    stack: stack.slice(stack.indexOf('\n    at ') + 1),
  };
}
