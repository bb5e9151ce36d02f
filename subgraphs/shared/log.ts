import { pino } from 'pino';

export interface Log {
  debug(fields: object, message?: string): void;
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
  child(fields: object): Log;
}

/**
 * One JSON line an event, with the secrets that might slip in cut out. Values are JSON-escaped, so that CR/LF in input
 * cannot forge a line.
 */
export function createLog(level: string, name = 'jarvis', stream?: { write(line: string): void }): Log {
  const options = {
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: [
        'authorization',
        'headers.authorization',
        'headers.cookie',
        '*.accessToken',
        '*.refreshToken',
        '*.identityToken',
        '*.authorizationCode',
        '*.password',
        '*.secret',
        '*.token',
        'accessToken',
        'refreshToken',
        'identityToken',
        'authorizationCode',
        'password',
        'secret',
        'token',
      ],
      censor: '[redacted]',
    },
  };
  return (stream ? pino(options, stream) : pino(options)) as unknown as Log;
}
